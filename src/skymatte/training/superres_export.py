"""A network that makes pictures larger as an ONNX file, checked against torch before it is kept."""

from __future__ import annotations

import copy
from typing import TypeVar

import numpy as np
import onnx
import onnxruntime
import torch
from torch import nn

from skymatte.errors import ModelError
from skymatte.networks.base import Network
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.guided import GuidedDcscn
from skymatte.training.graph import LARGEST, cause, graph_of

_TOLERANCE = 1e-4
"""Largest difference in luma between file and network: a fortieth of what 8 bits can show."""

Half = TypeVar("Half", bound=nn.Module)

_CHECKED_SIDES = ((24, 31), (5, 3), (1, 1))


def superres_network(network: Network) -> Dcscn:
    """The network of a checkpoint, if it makes pictures larger.

    Raises:
        ModelError: it does something else.
    """
    if not isinstance(network, Dcscn):
        raise ModelError(f"the checkpoint holds the network {network.description}, which makes no picture larger")
    return network


def superres_graph(network: Dcscn) -> tuple[onnx.ModelProto, float]:
    """The network as an ONNX graph: input ``luma`` N×1×H×W, output ``residual`` N×1×(scale·H)×(scale·W), float32.

    A guided one also has the input ``guide`` N×K×H×W.  Sizes are dynamic.

    Returns:
        graph: compared with torch.
        difference: the largest in luma over three sizes of random input.

    Raises:
        ModelError: torch cannot write the graph, or it computes something else.
    """
    network = copy.deepcopy(network).cpu().float().eval()
    channels = {"luma": 1, **({"guide": network.classes} if isinstance(network, GuidedDcscn) else {})}
    rows, columns, batch = (torch.export.Dim(name, min=1, max=LARGEST) for name in ("rows", "columns", "batch"))
    sizes = tuple({0: batch, 2: rows, 3: columns} for _ in channels)
    examples = tuple(torch.zeros(2, count, 24, 31) for count in channels.values())
    model = graph_of(network, examples, sizes, list(channels), ["residual"], _named(network))
    return model, checked(model, network, channels)


def checked(model: onnx.ModelProto, network: nn.Module, channels: dict[str, int]) -> float:
    """The largest difference between a graph and the network that it was made from.

    Raises:
        ModelError: it is above 1e-4, or ONNX Runtime cannot run the graph.
    """
    try:
        difference = _difference(model, network, channels)
    except Exception as error:  # noqa: BLE001 - onnxruntime raises a dozen unrelated types for a bad file
        raise ModelError(f"ONNX Runtime cannot run what torch wrote: {cause(error)}") from None
    if difference > _TOLERANCE:
        raise ModelError(f"ONNX Runtime differs from torch by {difference:.2g} in luma; not written")
    return difference


def _difference(model: onnx.ModelProto, network: nn.Module, channels: dict[str, int]) -> float:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(0)
    worst = 0.0
    for height, width in _CHECKED_SIDES:
        given = {name: torch.rand(1, count, height, width, generator=generator) for name, count in channels.items()}
        with torch.inference_mode():
            ours = network(*given.values()).numpy()
        theirs = session.run(["residual"], {name: part.numpy() for name, part in given.items()})[0]
        worst = max(worst, float(np.abs(ours - np.asarray(theirs)).max()))
    return worst


def rounded(network: Half) -> Half:
    """A copy whose weights are numbers of half precision, though kept in single."""
    half = copy.deepcopy(network)
    with torch.no_grad():
        for parameter in half.parameters():
            parameter.copy_(parameter.half())
    return half


def store_half(model: onnx.ModelProto) -> onnx.ModelProto:
    """The model with weights kept in half precision and brought to single before use: half the size, same arithmetic.

    Only what half precision holds exactly is kept in it, so the model computes what it did.
    """
    copied = onnx.ModelProto()
    copied.CopyFrom(model)
    casts = []
    for tensor in copied.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 2 or not np.array_equal(values.astype(np.float16), values):
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), f"{name}.half"))
        casts.append(onnx.helper.make_node("Cast", [tensor.name], [name], to=onnx.TensorProto.FLOAT))
    nodes = [*casts, *copied.graph.node]
    del copied.graph.node[:]
    copied.graph.node.extend(nodes)
    return copied


def _named(network: Network) -> str:
    return str(network.description["architecture"])
