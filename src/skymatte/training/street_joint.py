"""The task of the joint network: sharpen pictures of streets and say what stands where, both from the small picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from skymatte.datasets.street_classes import StreetClasses
from skymatte.datasets.street_pictures import enlarged
from skymatte.datasets.street_samples import Crops, StreetSamples
from skymatte.networks.base import Network
from skymatte.networks.joint import JointNetwork
from skymatte.training.checkpoint import Run
from skymatte.training.street_answers import StreetShown, joint_answer
from skymatte.training.street_export import export_street
from skymatte.training.street_material import SmallStreet, batches_of, read_material, small_streets, start_from
from skymatte.training.street_plan import JointPlan
from skymatte.training.street_scores import Confusion, luma_psnr, together
from skymatte.training.street_segment import segmentation_loss
from skymatte.training.street_sharpen import LumaError
from skymatte.training.task import Batch, Report, Task, Total, Validator, check_share
from skymatte.training.validation import SHOWN, Validation


class JointTask(Task):
    """Sharpen and segment.

    Args:
        plan: the recipe.
        classes: of the data set.
        training: small pictures beside what they were; guides are not looked at.
        validation: likewise; the best checkpoint is chosen by the mean of normalised PSNR and pixel accuracy.
    """

    plan: JointPlan
    measure = "score"

    def __init__(
        self,
        plan: JointPlan,
        classes: StreetClasses,
        training: Sequence[SmallStreet],
        validation: Sequence[SmallStreet],
    ) -> None:
        super().__init__(plan)
        self._classes, self._training, self._validation = classes, training, validation
        self._error = LumaError(plan.data.scale)

    def samples(self, share: tuple[int, int] = (0, 1)) -> StreetSamples:
        check_share(self.plan.batch, share[1])
        return StreetSamples(
            [(each.small, each.street.picture, each.street.classes) for each in self._training],
            Crops(self.plan.data.crop, self.plan.data.flip),
            batch=self.plan.batch,
            batches=batches_of(self.plan, len(self._training)),
            seed=self.plan.seed,
            share=share,
        )

    def network(self) -> JointNetwork:
        plan = self.plan.network
        return JointNetwork(
            self.plan.data.scale,
            len(self._classes.names),
            plan.size,
            plan.stride,
            imagenet=plan.weights == "imagenet" and plan.segment is None,
            width=plan.width,
        )

    def start(self, run: Run, runs: Path) -> Sequence[Path]:
        paths = []
        for part, name in (("sharpen", self.plan.network.sharpen), ("segment", self.plan.network.segment)):
            if name is not None:
                paths.append(start_from(run, _part(part), name, runs, f"network.{part}"))
        return paths

    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:  # noqa: ARG002 - nothing is random
        answers: Batch = run.network(batch[0].contiguous(memory_format=torch.channels_last))
        return answers

    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        residual, *logits = answers
        small, truth, classes = batch
        segmentation = segmentation_loss(tuple(logits), classes, self.plan.loss.auxiliary, total)
        return segmentation + self.plan.loss.sharpen * self._error(residual, small, truth, total)

    def validator(self) -> Validator | None:
        return self._validate if self._validation else None

    def _validate(self, network: Network) -> Validation:
        confusion, psnrs, shown = Confusion(len(self._classes.names)), [], []
        scale = self.plan.data.scale
        for each in self._validation:
            sharp, found = joint_answer(cast(JointNetwork, network), each.small)
            accuracy = confusion.add(found, each.street.classes)
            psnrs.append(luma_psnr(sharp, each.street.picture, scale))
            panels = (enlarged(each.small, scale), sharp, found, each.street.classes)
            shown.append(StreetShown(each.street.name, together(psnrs[-1], accuracy), panels))
        psnr = float(np.mean(psnrs))
        figures = {"psnr": psnr, **confusion.figures(self._classes.sky)}
        worst = sorted(shown, key=lambda each: each.score)[:SHOWN]
        return Validation(together(psnr, confusion.pixel_accuracy), figures, worst)

    def export(self, checkpoints: list[Path], target: Path, *, report: Report) -> None:
        export_street(self.plan, self._classes, self.validator(), checkpoints, target, report)


def _part(name: str) -> Callable[[nn.Module], nn.Module]:
    return lambda network: network.get_submodule(name)


def open_joint(plan: JointPlan, data: Path, folder: Path, report: Report) -> JointTask:  # noqa: ARG001 - every task is opened with one
    """The task with its pictures read and shrunk.

    Raises:
        DatasetError: the pictures cannot be used.
    """
    streets = read_material(plan.data, data)
    training, validation = (small_streets(each, plan.data.scale) for each in (streets.training, streets.validation))
    report(f"{plan.name}: {len(training)} training pictures, {len(validation)} validation pictures")
    return JointTask(plan, streets.classes, training, validation)
