"""Networks about streets as ONNX files, checked against torch before they are kept."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from skymatte import __version__
from skymatte.datasets.street_classes import StreetClasses
from skymatte.errors import ModelError
from skymatte.networks.base import Network
from skymatte.networks.guided import GuidedDcscn
from skymatte.networks.joint import JointNetwork
from skymatte.networks.pspnet import MULTIPLE
from skymatte.training.export import average
from skymatte.training.graph import LARGEST, cause, graph_of
from skymatte.training.onnx_file import write_model
from skymatte.training.street_card import StreetCard
from skymatte.training.street_plan import JointPlan, SegmentPlan, SharpenPlan
from skymatte.training.task import Report, Validator

_TOLERANCE = 1e-3
"""Largest difference between file and network, in luma or probability."""

_ROWS, _COLUMNS = 6, 9
"""Of the example, and of the picture that file and network are compared on, in multiples of the network's."""


class _Shares(nn.Module):
    """A network whose last answer is brought from logits to probabilities."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        answers = self.network(picture)
        *others, logits = answers if isinstance(answers, tuple) else (answers,)
        return (*others, logits.softmax(1))


def export_street(
    plan: SegmentPlan | SharpenPlan | JointPlan,
    classes: StreetClasses,
    validator: Validator | None,
    checkpoints: list[Path],
    target: Path,
    report: Report,
) -> None:
    """Write the model file of checkpoints of a run, averaged if several, and say how good it is.

    ``street``: ``picture`` N×3×H×W in [0, 1] → ``classes`` N×C×H×W, probabilities; ``guided``: ``luma`` N×1×h×w and
    ``guide`` N×C×h×w → ``residual`` N×1×s·h×s·w; ``joint``: ``picture`` N×3×h×w → ``residual`` and ``classes``.  Sizes
    are dynamic; pictures that are segmented have sides that are multiples of 16 px at the large size.

    Raises:
        ModelError: a checkpoint cannot be used, or its network cannot be exported.
    """
    trained = average(checkpoints)
    figures = {} if validator is None else validator(trained.network).rounded()
    model, difference = street_graph(trained.network)
    card = StreetCard(
        task=plan.task,
        name=plan.name,
        version=__version__,
        summary=plan.summary,
        scale=plan.data.scale if isinstance(plan, SharpenPlan | JointPlan) else 1,
        classes=list(classes.names),
        training_data=f"street scenes of {plan.data.folder}",
        licence="as that of its training data",
        trained=f"recipe {plan.name}: {trained.batches} batches of {plan.batch}, {trained.seconds / 3600:.1f} hours",
        metrics=figures,
    )
    write_model(model, card, target)
    report(f"{target}: {target.stat().st_size / 1e6:.1f} MB, within {difference:.1g} of torch; {figures}")


def street_graph(network: Network) -> tuple[onnx.ModelProto, float]:
    """The network as an ONNX graph, and the largest difference between the two.

    Raises:
        ModelError: torch cannot write the graph, or it computes something else.
    """
    network = network.cpu().float().eval()
    scale = network.scale if isinstance(network, JointNetwork) else 1
    multiple = 1 if isinstance(network, GuidedDcscn) else MULTIPLE // math.gcd(MULTIPLE, scale)
    inputs = {"luma": 1, "guide": network.classes} if isinstance(network, GuidedDcscn) else {"picture": 3}
    outputs = {"guided-dcscn": ["residual"], "pspnet-parsing": ["classes"], "joint": ["residual", "classes"]}
    name = str(network.description["architecture"])
    module = network if isinstance(network, GuidedDcscn) else _Shares(network)
    rows, columns = (torch.export.Dim(side, min=1, max=LARGEST // multiple) * multiple for side in ("rows", "columns"))
    sizes = {0: torch.export.Dim("batch", min=1, max=1024), 2: rows, 3: columns}
    generator = torch.Generator().manual_seed(0)
    shape = _ROWS * multiple, _COLUMNS * multiple
    given = tuple(torch.rand(2, count, *shape, generator=generator) for count in inputs.values())
    model = graph_of(module, given, tuple(sizes for _ in inputs), list(inputs), outputs[name], name)
    return model, _difference(model, module, dict(zip(inputs, given, strict=True)))


def _difference(model: onnx.ModelProto, module: nn.Module, given: dict[str, Tensor]) -> float:
    with torch.inference_mode():
        answers = module(*given.values())
    ours = answers if isinstance(answers, tuple) else (answers,)
    try:
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        theirs = session.run(None, {name: part.numpy() for name, part in given.items()})
    except Exception as error:  # noqa: BLE001 - onnxruntime raises a dozen unrelated types for a bad file
        raise ModelError(f"ONNX Runtime cannot run what torch wrote: {cause(error)}") from None
    worst = max(float(np.abs(mine.numpy() - other).max()) for mine, other in zip(ours, theirs, strict=True))
    if worst > _TOLERANCE:
        raise ModelError(f"ONNX Runtime differs from torch by {worst:.2g}; not written")
    return worst
