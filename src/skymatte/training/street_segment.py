"""The task of PSPNet: say what stands where in pictures of streets, original or shrunk and brought back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from torch import Tensor
from torch.nn import functional

from skymatte.datasets.street_classes import VOID, StreetClasses
from skymatte.datasets.street_samples import Crops, StreetSamples
from skymatte.datasets.streets import Street
from skymatte.networks.base import Network
from skymatte.networks.pspnet import PspNet
from skymatte.training.checkpoint import Run
from skymatte.training.street_answers import Pixels, StreetShown, classes_in
from skymatte.training.street_export import export_street
from skymatte.training.street_material import batches_of, named_sharpener, prepared, read_material, start_from
from skymatte.training.street_plan import SegmentPlan
from skymatte.training.street_scores import Confusion
from skymatte.training.task import Batch, Report, Task, Total, Validator, check_share
from skymatte.training.validation import SHOWN, Validation


class SegmentTask(Task):
    """Say what stands where.

    Args:
        plan: the recipe.
        classes: of the data set.
        training: as the network shall see them.
        validation: likewise; the best checkpoint is chosen by their mean IoU.
    """

    plan: SegmentPlan
    measure = "mIoU"

    def __init__(
        self, plan: SegmentPlan, classes: StreetClasses, training: Sequence[Street], validation: Sequence[Street]
    ) -> None:
        super().__init__(plan)
        self._classes, self._training, self._validation = classes, training, validation

    def samples(self, share: tuple[int, int] = (0, 1)) -> StreetSamples:
        check_share(self.plan.batch, share[1])
        data = self.plan.data
        return StreetSamples(
            [(street.picture, street.classes) for street in self._training],
            Crops(data.crop, data.flip, data.zoom),
            batch=self.plan.batch,
            batches=batches_of(self.plan, len(self._training)),
            seed=self.plan.seed,
            share=share,
        )

    def network(self) -> PspNet:
        plan = self.plan.network
        return PspNet(
            len(self._classes.names),
            plan.encoder,
            plan.stride,
            imagenet=plan.weights == "imagenet" and plan.start is None,
            width=plan.width,
        )

    def start(self, run: Run, runs: Path) -> Sequence[Path]:
        name = self.plan.network.start
        return () if name is None else (start_from(run, lambda network: network, name, runs, "network.start"),)

    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:  # noqa: ARG002 - nothing is random
        logits: Batch = run.network(batch[0].contiguous(memory_format=torch.channels_last))
        return logits

    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        return segmentation_loss(answers, batch[1], self.plan.loss.auxiliary, total)

    def validator(self) -> Validator | None:
        return self._validate if self._validation else None

    def _validate(self, network: Network) -> Validation:
        confusion = Confusion(len(self._classes.names))
        shown = []
        for street in self._validation:
            found = classes_in(cast(PspNet, network), street.picture)
            shown.append(_shown(street, found, confusion.add(found, street.classes)))
        worst = sorted(shown, key=lambda each: each.score)[:SHOWN]
        return Validation(confusion.mean_iou, confusion.figures(self._classes.sky), worst)

    def export(self, checkpoints: list[Path], target: Path, *, report: Report) -> None:
        export_street(self.plan, self._classes, self.validator(), checkpoints, target, report)


def _shown(street: Street, found: Pixels, accuracy: float) -> StreetShown:
    """The picture, the classes that were found in it, and those that it is labelled with."""
    panels = (street.picture, found, street.classes)
    return StreetShown(street.name, accuracy, panels)


def segmentation_loss(answers: Batch, classes: Tensor, auxiliary: float, total: Total) -> Tensor:
    """Cross-entropy of the head's logits, and ``auxiliary`` times that of the auxiliary head's: means over pixels.

    Zhao et al. 2017, section 3.3; void is left out.
    """
    known = total((classes != VOID).sum().float()).clamp(min=1)
    main, beside = (
        total(functional.cross_entropy(logits, classes, ignore_index=VOID, reduction="sum")) for logits in answers
    )
    return (main + auxiliary * beside) / known


def open_segment(plan: SegmentPlan, data: Path, folder: Path, report: Report) -> SegmentTask:
    """The task with its pictures read and brought to the recipe's state.

    Raises:
        DatasetError: the pictures cannot be used.
        RecipeError: what sharpens them is not there.
    """
    streets = read_material(plan.data, data)
    name, scale = plan.data.sharpen, plan.data.scale
    sharpen = None if name is None else named_sharpener(name, folder.parent, "data.sharpen", scale)
    training, validation = (prepared(each, scale, sharpen) for each in (streets.training, streets.validation))
    report(f"{plan.name}: {len(training)} training pictures, {len(validation)} validation pictures")
    return SegmentTask(plan, streets.classes, training, validation)
