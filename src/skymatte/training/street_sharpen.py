"""The task of guided DCSCN: sharpen pictures of streets, knowing what stands where."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor

from skymatte.datasets.street_classes import StreetClasses
from skymatte.datasets.street_pictures import enlarged
from skymatte.datasets.street_samples import Crops, StreetSamples
from skymatte.networks.base import Network
from skymatte.networks.enlarge import Enlarge
from skymatte.networks.guided import GuidedDcscn
from skymatte.networks.joint import luma_of
from skymatte.training.checkpoint import Run
from skymatte.training.street_answers import Pixels, StreetShown, brought_back
from skymatte.training.street_export import export_street
from skymatte.training.street_material import (
    SmallStreet,
    batches_of,
    named_segmenter,
    read_material,
    small_streets,
    start_from,
)
from skymatte.training.street_plan import SharpenPlan
from skymatte.training.street_scores import luma_psnr
from skymatte.training.task import Batch, Report, Task, Total, Validator, check_share, mean
from skymatte.training.validation import SHOWN, Validation


class SharpenTask(Task):
    """Sharpen pictures.

    Args:
        plan: the recipe.
        classes: of the data set: a guide has so many channels, whether there is one or not.
        training: all with a guide, or all without.
        validation: likewise; the best checkpoint is chosen by their PSNR.
    """

    plan: SharpenPlan
    measure = "PSNR"

    def __init__(
        self,
        plan: SharpenPlan,
        classes: StreetClasses,
        training: Sequence[SmallStreet],
        validation: Sequence[SmallStreet],
    ) -> None:
        super().__init__(plan)
        self._classes, self._training, self._validation = classes, training, validation
        self._error = LumaError(plan.data.scale)

    def samples(self, share: tuple[int, int] = (0, 1)) -> StreetSamples:
        check_share(self.plan.batch, share[1])
        places = []
        for each in self._training:
            guide = () if each.guide is None else (each.guide,)
            places.append((each.small, each.street.picture, *guide))
        return StreetSamples(
            places,
            Crops(self.plan.data.crop, self.plan.data.flip),
            batch=self.plan.batch,
            batches=batches_of(self.plan, len(places)),
            seed=self.plan.seed,
            share=share,
        )

    def network(self) -> GuidedDcscn:
        return GuidedDcscn(self.plan.data.scale, self.plan.network.size, len(self._classes.names))

    def start(self, run: Run, runs: Path) -> Sequence[Path]:
        name = self.plan.network.start
        return () if name is None else (start_from(run, lambda network: network, name, runs, "network.start"),)

    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:  # noqa: ARG002 - nothing is random
        small, _, *guide = batch
        return (run.network(luma_of(small).contiguous(memory_format=torch.channels_last), *guide),)

    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        return self._error(answers[0], batch[0], batch[1], total)

    def validator(self) -> Validator | None:
        return self._validate if self._validation else None

    def _validate(self, network: Network) -> Validation:
        scale = self.plan.data.scale
        shown = []
        for each in self._validation:
            answer = brought_back(cast(GuidedDcscn, network), each.small, each.guide)
            shown.append(sharpened_street(each, answer, scale))
        score = float(np.mean([each.score for each in shown]))
        return Validation(score, {"psnr": score}, sorted(shown, key=lambda each: each.score)[:SHOWN])

    def export(self, checkpoints: list[Path], target: Path, *, report: Report) -> None:
        export_street(self.plan, self._classes, self.validator(), checkpoints, target, report)


class LumaError:
    """Mean absolute error of luma, in [16, 235] / 255, between small pictures brought back and what they were."""

    def __init__(self, scale: int) -> None:
        self._enlarge = Enlarge(scale)

    def __call__(self, residual: Tensor, small: Tensor, truth: Tensor, total: Total) -> Tensor:
        """Residual N×1×H×W; small pictures N×3×h×w and true ones N×3×H×W in [0, 1]."""
        enlarge = self._enlarge.to(small.device)
        return mean((enlarge(luma_of(small)) + residual - luma_of(truth)).abs(), total)


def sharpened_street(each: SmallStreet, answer: Pixels, scale: int) -> StreetShown:
    """Its PSNR; enlarged by bicubic, as the network has it, and as it should be."""
    truth = each.street.picture
    return StreetShown(
        each.street.name,
        luma_psnr(answer, truth, scale),
        (enlarged(each.small, scale), answer, truth),
    )


def open_sharpen(plan: SharpenPlan, data: Path, folder: Path, report: Report) -> SharpenTask:
    """The task with its pictures read and shrunk, and their guides made.

    Raises:
        DatasetError: the pictures cannot be used.
        RecipeError: what makes the guides is not there.
    """
    streets = read_material(plan.data, data)
    name, count = plan.data.guide, len(streets.classes.names)
    segment = None if name is None else named_segmenter(name, folder.parent, "data.guide", count)
    training, validation = (
        small_streets(each, plan.data.scale, segment) for each in (streets.training, streets.validation)
    )
    report(f"{plan.name}: {len(training)} training pictures, {len(validation)} validation pictures")
    return SharpenTask(plan, streets.classes, training, validation)
