"""A trained network as an ONNX file with its card inside, checked against torch before it is kept."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from skymatte.errors import ModelError, RecipeError
from skymatte.networks.base import Network, SegmentationNetwork
from skymatte.networks.build import rebuild
from skymatte.picture.atomic import replacing
from skymatte.runtime.card import ModelCard
from skymatte.training.graph import LARGEST, cause, graph_of
from skymatte.training.onnx_file import write_model

_TOLERANCE = 1e-3
_CHECKED_SIDES = ((8, 8), (2, 5))
"""Sizes of the pictures that file and network are compared on, in multiples of the network's."""

_UNDESCRIBED = {"architecture": "skynet"}
"""What checkpoints hold that were written before there was a choice."""

_NO_CHECKPOINT = (
    OSError,
    EOFError,
    AttributeError,
    KeyError,
    RuntimeError,
    TypeError,
    RecipeError,
    pickle.UnpicklingError,
)


class _Probability(nn.Module):
    """The network with its sigmoid: what the file computes."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> Tensor:
        probability: Tensor = self.network(picture).sigmoid()
        return probability


@dataclass(frozen=True, slots=True)
class Trained:
    """A checkpoint's averaged network, ready for inference, and what it took to get there.

    Attributes:
        network: in evaluation mode.
        batches: how many it has seen.
        seconds: how long that took.
    """

    network: Network
    batches: int
    seconds: float


def load_trained(checkpoint: Path) -> Trained:
    """Read a checkpoint of ``skymatte train``; one that does not describe its network holds a ``skynet``.

    Raises:
        ModelError: the file is no checkpoint.
    """
    try:
        state = torch.load(checkpoint, map_location="cpu", weights_only=True)
        network = rebuild(state.get("description", _UNDESCRIBED), state["average"])
        return Trained(network.eval(), int(state["batch"]), float(state["seconds"]))
    except FileNotFoundError:
        raise ModelError(
            f"{checkpoint}: no such checkpoint; `skymatte train` writes it when it first validates"
        ) from None
    except _NO_CHECKPOINT as error:
        raise ModelError(f"{checkpoint}: not a checkpoint of `skymatte train`: {error}") from None


def average(checkpoints: list[Path]) -> Trained:
    """The mean of the weights of checkpoints of one run (stochastic weight averaging, Izmailov et al. 2018).

    ``batches`` and ``seconds`` are those of the longest trained.

    Raises:
        ModelError: one of the files is no checkpoint, or they hold different networks.
    """
    runs = [load_trained(checkpoint) for checkpoint in checkpoints]
    for checkpoint, run in zip(checkpoints, runs, strict=True):
        if run.network.description != runs[0].network.description:
            raise ModelError(
                f"{checkpoint}: holds {run.network.description}, but {checkpoints[0]} {runs[0].network.description}; "
                "average checkpoints of one run"
            )
    states = [run.network.state_dict() for run in runs]
    last = max(runs, key=lambda run: run.batches)
    mean = {
        name: torch.stack([state[name] for state in states]).mean(0) if tensor.is_floating_point() else tensor
        for name, tensor in last.network.state_dict().items()
    }
    return Trained(rebuild(last.network.description, mean).eval(), last.batches, last.seconds)


def sky_network(network: Network) -> SegmentationNetwork:
    """The network of a checkpoint, if it finds the sky.

    Raises:
        ModelError: it does something else.
    """
    if not isinstance(network, SegmentationNetwork):
        raise ModelError(f"the checkpoint holds the network {network.description}, which does not find the sky")
    return network


def write_weights(trained: Trained, target: Path) -> None:
    """Write weights that other runs can start from (``network.start``): a checkpoint without an optimiser's state.

    Kernels are kept in half precision, vectors (of batch normalisation, mostly) in single precision.
    """
    weights = {
        name: tensor.half() if tensor.is_floating_point() and tensor.ndim > 1 else tensor
        for name, tensor in trained.network.state_dict().items()
    }
    content = {
        "description": trained.network.description,
        "average": weights,
        "batch": trained.batches,
        "seconds": trained.seconds,
    }
    with replacing(target) as temporary:
        torch.save(content, temporary)


def export(network: SegmentationNetwork, card: ModelCard, target: Path) -> float:
    """Write ``target``: input ``picture`` N×3×H×W float32, output ``sky`` N×1×H×W float32 in [0, 1], sizes dynamic.

    With a prior ``picture`` has a fourth channel.

    Returns:
        The largest difference in probability between ONNX Runtime and torch over two sizes of random input.

    Raises:
        ModelError: it is above 1e-3, or the network cannot be exported; nothing is written.
    """
    model, difference = convert(network)
    write_model(model, card, target)
    return difference


def convert(network: SegmentationNetwork) -> tuple[onnx.ModelProto, float]:
    """The network with its sigmoid as an ONNX graph for any number of pictures of any size.

    Returns:
        graph: compared with torch.
        difference: the largest in probability over two sizes of random input.

    Raises:
        ModelError: torch cannot write the graph, or it computes something else.
    """
    wrapped = _Probability(network).eval()
    model = _graph(wrapped, network)
    try:
        difference = _difference(wrapped, network, model.SerializeToString())
    except Exception as error:  # noqa: BLE001 - onnxruntime raises a dozen unrelated types for a bad file
        raise ModelError(f"{_named(network)}: ONNX Runtime cannot run what torch wrote: {cause(error)}") from None
    if difference > _TOLERANCE:
        raise ModelError(
            f"{_named(network)}: ONNX Runtime differs from torch by {difference:.2g} in probability; not written"
        )
    return model, difference


def _graph(wrapped: _Probability, network: SegmentationNetwork) -> onnx.ModelProto:
    multiple = network.multiple
    height, width = (torch.export.Dim(name, min=1, max=LARGEST // multiple) * multiple for name in ("rows", "columns"))
    sizes = ({0: torch.export.Dim("batch", min=1, max=1024), 2: height, 3: width},)
    example = torch.zeros(2, network.channels, 4 * multiple, 6 * multiple)
    return graph_of(wrapped, (example,), sizes, ["picture"], ["sky"], _named(network))


def _named(network: SegmentationNetwork) -> str:
    return " over ".join(
        str(network.description[key]) for key in ("architecture", "encoder") if key in network.description
    )


def _difference(wrapped: nn.Module, network: SegmentationNetwork, content: bytes) -> float:
    session = onnxruntime.InferenceSession(content, providers=["CPUExecutionProvider"])
    worst = 0.0
    generator = torch.Generator().manual_seed(0)
    for rows, columns in _CHECKED_SIDES:
        sides = rows * network.multiple, columns * network.multiple
        picture = torch.rand(1, network.channels, *sides, generator=generator)
        with torch.inference_mode():
            ours = wrapped(picture).numpy()
        theirs = session.run(["sky"], {"picture": picture.numpy()})[0]
        worst = max(worst, float(np.abs(ours - np.asarray(theirs)).max()))
    return worst
