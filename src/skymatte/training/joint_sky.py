"""The task of making small pictures larger and finding the sky in them at once: one network, one loss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from skymatte.datasets.samples import Samples
from skymatte.datasets.sources import Source
from skymatte.errors import RecipeError
from skymatte.networks.base import Network
from skymatte.networks.enlarge import Enlarge
from skymatte.networks.joint import JointNetwork, luma_of
from skymatte.picture.encoding import LOG_EPSILON, LOG_OUTPUT_BIAS, LOG_OUTPUT_SCALE
from skymatte.picture.luma import LOG_SHIFT
from skymatte.training.begin import named_checkpoint, take_matching
from skymatte.training.checkpoint import Run, read_checkpoint
from skymatte.training.joint_sky_recipe import JointSkyRecipe
from skymatte.training.joint_sky_validate import validate_joint_sky
from skymatte.training.losses import loss_of
from skymatte.training.material import views
from skymatte.training.sky_material import training_sources, validation_sources
from skymatte.training.task import Batch, Report, Task, Total, Validator, mean

CLASSES = 2
"""Sky, and anything else."""

_AUXILIARY = 0.4


class JointSkyTask(Task):
    """Make pictures larger and find the sky in them, as a recipe says.

    Args:
        plan: the recipe.
        training: what views are made of.
        validation: whole pictures; the best checkpoint is chosen by their IoU.
    """

    plan: JointSkyRecipe

    def __init__(self, plan: JointSkyRecipe, training: Sequence[Source], validation: Sequence[Source]) -> None:
        super().__init__(plan)
        self._training, self._validation = list(training), validation
        self._enlarge = Enlarge(plan.network.scale)
        if plan.data.size % plan.network.scale:
            raise RecipeError(f"data.size: {plan.data.size} is no multiple of the scale {plan.network.scale}")

    def samples(self, share: tuple[int, int] = (0, 1)) -> Samples:
        return views(self.plan, "log", self.plan.data, self._training, share)

    def network(self) -> Network:
        plan = self.plan.network
        return JointNetwork(plan.scale, CLASSES, plan.size, imagenet=plan.imagenet, width=plan.width)

    def start(self, run: Run, runs: Path) -> Sequence[Path]:
        plan, taken = self.plan.network, []
        for key, named in (("sharpen", plan.sharpen), ("encoder", plan.encoder)):
            if named is not None:
                taken.append(named_checkpoint(named, runs, f"network.{key}"))
                weights = _starting(key, read_checkpoint(taken[-1])["average"])
                if not all(take_matching(network, weights) for network in (run.network, run.average)):
                    raise RecipeError(f"network.{key}: {taken[-1]} holds nothing that this network can start from")
        return taken

    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:  # noqa: ARG002 - no randomness
        encoded = batch[0]
        small = shrunk(encoded, self.plan.network.scale) + LOG_SHIFT
        with torch.autocast(encoded.device.type, enabled=False):
            large = self._enlarge.to(encoded.device)(luma_of(small))
            truth = luma_of(encoded + LOG_SHIFT) - large
        residual, *decided = run.network(small.contiguous(memory_format=torch.channels_last))
        return (residual, truth, *(sky_logit(logits) for logits in decided))

    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        residual, truth, decided, auxiliary = answers
        _, sky, weight = batch
        found = loss_of(self.plan.loss, decided, sky, weight, total)
        beside = loss_of(self.plan.loss, auxiliary, sky, weight, total)
        return found + _AUXILIARY * beside + self.plan.sharp * mean((residual - truth).abs(), total)

    def validator(self) -> Validator | None:
        return lambda network: validate_joint_sky(self.plan, network, self._validation)

    def export(self, checkpoints: list[Path], target: Path, *, report: Report) -> None:
        from skymatte.training.joint_sky_export import export_joint_sky

        export_joint_sky(self.plan, self._validation, checkpoints, target, report=report)


def open_joint_sky(plan: JointSkyRecipe, data: Path, folder: Path, report: Report) -> JointSkyTask:  # noqa: ARG001
    """The task with its material read.

    Raises:
        InputError: ``data`` does not hold what the recipe asks for.
    """
    report(f"{plan.name}: reading {data} and rendering {plan.data.scenes} scenes")
    training, validation = training_sources(plan.data, data), validation_sources(data)
    report(f"{plan.name}: {len(training)} training pictures, {len(validation)} validation pictures")
    return JointSkyTask(plan, training, validation)


def shrunk(encoded: Tensor, scale: int) -> Tensor:
    """What a coarser sensor sees: N×C×H×W light in the encoding ``log``, averaged as light over scale×scale blocks."""
    with torch.autocast(encoded.device.type, enabled=False):
        light = torch.exp(encoded.float() / LOG_OUTPUT_SCALE - LOG_OUTPUT_BIAS)  # and LOG_EPSILON, which stays in it
        return (functional.avg_pool2d(light, scale).clamp(min=LOG_EPSILON).log() + LOG_OUTPUT_BIAS) * LOG_OUTPUT_SCALE


def sky_logit(logits: Tensor) -> Tensor:
    """N×2×H×W logits of sky and anything else → N×1×H×W logit of sky: the same probability."""
    return logits[:, :1] - logits[:, 1:]


def _starting(key: str, weights: dict[str, Tensor]) -> dict[str, Tensor]:
    """Weights of another network by the names that they have here; a prior's kernels are left out."""
    if key == "sharpen":
        return {f"sharpen.{name}": tensor for name, tensor in weights.items()}
    return {
        f"segment.{name}": tensor[:, :3] if name == "encoder.stem.1.weight" else tensor
        for name, tensor in weights.items()
        if name.startswith("encoder.")
    }
