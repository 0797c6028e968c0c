"""The task that skymatte is named after: find the sky."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from skymatte.datasets.patch_samples import Patches, PatchSamples
from skymatte.datasets.samples import Samples
from skymatte.datasets.sources import Source
from skymatte.networks.base import Network, SegmentationNetwork
from skymatte.training.checkpoint import Run
from skymatte.training.export import average, export, sky_network
from skymatte.training.losses import loss_of
from skymatte.training.material import check_size, samples_of, validate_every, validator_of
from skymatte.training.precision import Precision
from skymatte.training.prior import add_prior
from skymatte.training.recipe import Recipe
from skymatte.training.reduced import export_reduced
from skymatte.training.sky_card import card_of
from skymatte.training.sky_material import material_of, validation_of
from skymatte.training.start import new_network, transfer
from skymatte.training.task import Batch, Report, Task, Total, Validator


class SkyTask(Task):
    """Find the sky in pictures or patches, as a recipe says.

    Args:
        plan: the recipe.
        training: what samples are made of: pictures where the recipe's data are views, else patches.
        validation: whole pictures or patches; the best checkpoint is chosen by their IoU.  There may be none.
    """

    plan: Recipe

    def __init__(
        self, plan: Recipe, training: Sequence[Source] | Patches, validation: Sequence[Source] | Patches
    ) -> None:
        super().__init__(plan)
        self._training, self._validation = training, validation

    def samples(self, share: tuple[int, int] = (0, 1)) -> Samples | PatchSamples:
        return samples_of(self.plan, self._training, share)

    def network(self) -> Network:
        samples = self.samples()
        network = new_network(self.plan, samples.pictures())
        check_size(samples, network)
        return network

    def start(self, run: Run, runs: Path) -> Sequence[Path]:
        path = transfer(run, self.plan, runs)
        return () if path is None else (path,)

    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:
        picture, sky, _ = batch
        network, teacher = cast(SegmentationNetwork, run.network), cast(SegmentationNetwork, run.average)
        if network.prior:
            picture = add_prior(teacher, picture, sky, generator)
        return (network(picture.contiguous(memory_format=torch.channels_last)),)

    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        (logits,), (_, sky, weight) = answers, batch
        return loss_of(self.plan.loss, logits, sky, weight, total)

    def validator(self) -> Validator | None:
        validate = validator_of(self.plan, self._validation)
        return None if validate is None else lambda network: validate(cast(SegmentationNetwork, network))

    @property
    def validate_every(self) -> int:
        return validate_every(self.plan, self.samples())

    def export(self, checkpoints: list[Path], target: Path, *, report: Report) -> None:
        export_run(self.plan, self._validation, checkpoints, target, report=report)


def open_sky(recipe: Recipe, data: Path, folder: Path, report: Report) -> SkyTask:
    """The task with its material read; arguments and errors as of :func:`material_of`."""
    training, validation = material_of(recipe, data, folder, report)
    return SkyTask(recipe, training, validation)


def export_sky(
    recipe: Recipe,
    data: Path,
    folder: Path,
    checkpoints: list[Path],
    target: Path,
    precision: Precision,
    report: Report,
) -> None:
    """Export checkpoints of a run in a number format; figures of the validation go into the card.

    Args:
        recipe: whose run it was.
        data: folder that it learnt from.
        folder: of the run, where its patches are.
        checkpoints: averaged if several.
        target: the ``.onnx`` file.
        precision: its number format.
        report: told what came out.
    """
    if precision is Precision.FP32:
        export_run(recipe, validation_of(recipe, data, folder, report), checkpoints, target, report=report)
    else:
        export_reduced(recipe, data, folder, checkpoints, target, precision, report=report)


def export_run(
    recipe: Recipe,
    validation: Sequence[Source] | Patches,
    checkpoints: list[Path],
    target: Path,
    *,
    report: Report,
) -> None:
    """Export checkpoints of a run, averaged if several; figures of the validation go into the card."""
    trained = average(checkpoints)
    validate = validator_of(recipe, validation)
    network = sky_network(trained.network)
    metrics = validate(network).rounded() if validate else {}
    difference = export(network, card_of(recipe, trained, metrics), target)
    report(f"{target}: {target.stat().st_size / 1e6:.1f} MB, within {difference:.1g} of torch; {metrics}")
