"""The network that makes pictures larger and finds their sky, as an ONNX file with its card inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn

from skymatte import __version__
from skymatte.datasets.sources import Source
from skymatte.errors import ModelError
from skymatte.networks.joint import JointNetwork
from skymatte.networks.pspnet import MULTIPLE
from skymatte.runtime.superres_card import SuperresCard
from skymatte.training.export import average
from skymatte.training.graph import graph_of
from skymatte.training.joint_sky_recipe import JointSkyRecipe
from skymatte.training.joint_sky_validate import validate_joint_sky
from skymatte.training.onnx_file import write_model
from skymatte.training.superres_export import rounded, store_half
from skymatte.training.task import Report

_TOLERANCE = 1e-3
"""Largest difference between file and network, in luma or probability."""

_CHECKED = ((6, 9), (11, 4))
"""Sizes that they are compared on, in multiples of the network's; the first is the exporter's example."""

_LARGEST = 4096


class _Answers(nn.Module):
    """What the file computes: the residual of luma, and the probability of sky, N×2×(scale·H)×(scale·W)."""

    def __init__(self, network: JointNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, picture: Tensor) -> Tensor:
        residual, logits = self.network(picture)
        return torch.cat((residual, logits.softmax(1)[:, :1]), 1)


def export_joint_sky(
    plan: JointSkyRecipe, validation: Sequence[Source], checkpoints: list[Path], target: Path, *, report: Report
) -> None:
    """Write ``target``: input ``picture`` N×3×H×W float32, light in the encoding ``log`` plus ``LOG_SHIFT``; output
    ``answer`` N×2×(scale·H)×(scale·W): the residual of luma, and the probability of sky.

    Sizes are dynamic: sides are multiples of 16 px at the large size.  Weights are kept in half precision.

    Raises:
        ModelError: a checkpoint is of another network, or the file computes something else than the network.
    """
    trained = average(checkpoints)
    if not isinstance(trained.network, JointNetwork):
        raise ModelError(f"{checkpoints[0]}: holds {trained.network.description}, not a joint network")
    network = rounded(trained.network)
    metrics = validate_joint_sky(plan, network, validation).rounded()
    model, difference = joint_sky_graph(network)
    card = SuperresCard(
        task="joint-sky",
        name=plan.name,
        version=__version__,
        summary=plan.summary,
        scale=plan.network.scale,
        training_data=_training_data(plan),
        licence="Apache-2.0",
        trained=f"recipe {plan.name}: {trained.batches} batches of {plan.batch} views of {plan.data.size} px, "
        f"{trained.seconds / 3600:.1f} hours",
        metrics=metrics,
    )
    write_model(store_half(model), card, target)
    report(f"{target}: {target.stat().st_size / 1e6:.1f} MB, within {difference:.1g} of torch; {metrics}")


def joint_sky_graph(network: JointNetwork) -> tuple[onnx.ModelProto, float]:
    """The graph, and the largest difference between it and the network.

    Raises:
        ModelError: torch cannot write it, or it computes something else.
    """
    module = _Answers(network).eval()
    multiple = MULTIPLE // network.scale if MULTIPLE % network.scale == 0 else MULTIPLE
    rows, columns = (torch.export.Dim(name, min=1, max=_LARGEST // multiple) * multiple for name in ("rows", "columns"))
    sizes = ({0: torch.export.Dim("batch", min=1, max=64), 2: rows, 3: columns},)
    example = torch.rand(2, 3, *(multiple * side for side in _CHECKED[0]), generator=torch.Generator().manual_seed(0))
    model = graph_of(module, (example,), sizes, ["picture"], ["answer"], "joint")
    difference = _difference(model, module, multiple)
    if difference > _TOLERANCE:
        raise ModelError(f"joint: ONNX Runtime differs from torch by {difference:.2g}; not written")
    return model, difference


def _difference(model: onnx.ModelProto, module: nn.Module, multiple: int) -> float:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    generator = torch.Generator().manual_seed(1)
    worst = 0.0
    for height, width in _CHECKED:
        picture = torch.rand(1, 3, multiple * height, multiple * width, generator=generator)
        with torch.inference_mode():
            ours = module(picture).numpy()
        (theirs,) = session.run(["answer"], {"picture": picture.numpy()})
        worst = max(worst, float(np.abs(ours - np.asarray(theirs)).max()))
    return worst


def _training_data(plan: JointSkyRecipe) -> str:
    material = [f"HDR pictures (licence: {plan.data.licence or 'any'})"]
    if plan.data.clips:
        material.append(f"labelled frames of {len(plan.data.clips)} video clips (MIT)")
    if plan.data.scenes:
        material.append(f"{plan.data.scenes + plan.data.details} procedural panoramas (own)")
    if plan.network.imagenet:
        material.append("encoder started from EfficientNet-lite0's ImageNet weights (Apache-2.0)")
    starts = (plan.network.sharpen, plan.network.encoder)
    material += [f"started from the weights of {Path(start).stem}" for start in starts if start]
    return "; ".join(material)
