"""The network that makes pictures larger and finds their sky, as an ONNX file with its card inside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from skymatte import __version__
from skymatte.datasets.sources import Source
from skymatte.errors import ModelError
from skymatte.networks.joint import JointNetwork
from skymatte.training.export import average
from skymatte.training.joint_sky_recipe import JointSkyRecipe
from skymatte.training.joint_sky_validate import validate_joint_sky
from skymatte.training.onnx_file import write_model
from skymatte.training.street_card import StreetCard
from skymatte.training.street_export import street_graph
from skymatte.training.superres_export import rounded, store_half
from skymatte.training.task import Report


def export_joint_sky(
    plan: JointSkyRecipe, validation: Sequence[Source], checkpoints: list[Path], target: Path, *, report: Report
) -> None:
    """Write ``target``: input ``picture`` N×3×H×W float32, light in the encoding ``log`` plus ``LOG_SHIFT``; outputs
    ``residual`` N×1×(scale·H)×(scale·W) and ``classes``, of which the first is the probability of sky.

    Sizes are dynamic: sides are multiples of 16 px at the large size.  Weights are kept in half precision.

    Raises:
        ModelError: a checkpoint is of another network, or the file computes something else than the network.
    """
    trained = average(checkpoints)
    if not isinstance(trained.network, JointNetwork):
        raise ModelError(f"{checkpoints[0]}: holds {trained.network.description}, not a joint network")
    network = rounded(trained.network)
    metrics = validate_joint_sky(plan, network, validation).rounded()
    model, difference = street_graph(network)
    card = StreetCard(
        task="joint",
        name=plan.name,
        version=__version__,
        summary=plan.summary,
        scale=plan.network.scale,
        classes=["sky", "anything else"],
        training_data=_training_data(plan),
        licence="Apache-2.0",
        trained=f"recipe {plan.name}: {trained.batches} batches of {plan.batch} views of {plan.data.size} px, "
        f"{trained.seconds / 3600:.1f} hours",
        metrics=metrics,
    )
    write_model(store_half(model), card, target)
    report(f"{target}: {target.stat().st_size / 1e6:.1f} MB, within {difference:.1g} of torch; {metrics}")


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
