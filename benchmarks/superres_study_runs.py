"""The runs of the study of street scenes: each trained and measured once, kept between calls."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from statistics import fmean
from typing import TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.street_classes import StreetClasses
from skymatte.datasets.street_pictures import Sharpen, enlarged, shrunk
from skymatte.datasets.streets import Street, read_streets, street_classes
from skymatte.networks.base import Network
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.guided import GuidedDcscn
from skymatte.networks.joint import JointNetwork
from skymatte.networks.pspnet import PspNet
from skymatte.picture.fidelity import ssim
from skymatte.training.checkpoint import BEST
from skymatte.training.export import load_trained
from skymatte.training.kinds import load_plan
from skymatte.training.loop import train
from skymatte.training.plan import Plan
from skymatte.training.street_answers import brought_back, classes_in, joint_answer, sharpened_by
from skymatte.training.street_joint import JointTask
from skymatte.training.street_material import SmallStreet, small_streets
from skymatte.training.street_plan import JointPlan, SegmentPlan, SharpenPlan
from skymatte.training.street_scores import Confusion, luma_8_bit, luma_psnr
from skymatte.training.street_segment import SegmentTask
from skymatte.training.street_sharpen import SharpenTask
from skymatte.training.task import Task

Pixels = NDArray[np.uint8]
Figures = Mapping[str, float]
Kind = TypeVar("Kind", bound=Network)

TRAIN, TEST = "train", "test"
DONE = "done.json"
_STEPS = 12
"""Sides are cut to multiples of that: all scales divide it, and all are measured on the same pixels."""


@dataclass(frozen=True, slots=True)
class Lengths:
    """Batches of the runs.

    Attributes:
        original: PSPNet on the pictures as they are.
        retrained: the same network going on with pictures that were brought back.
        order: each network of a serial order, and the joint one.
    """

    original: int = 1800
    retrained: int = 250
    order: int = 150


@dataclass
class StreetLaboratory:
    """Where runs are made.

    Attributes:
        data: the folder that holds ``camvid``.
        cache: runs, pictures and results are taken from here where they are, so a stopped study goes on; to be emptied
            when DCSCN's weights or the data change.
        sharpeners: the folder of the checkpoints ``dcscn-x2.pt``, ``dcscn-x3.pt``, ``dcscn-x4.pt``.
        lengths: of runs.
        overrides: for all runs, after their own.
        report: receives lines of progress.
        at_most: pictures of each split; ``None`` = all.
    """

    data: Path
    cache: Path
    sharpeners: Path
    lengths: Lengths
    overrides: tuple[str, ...]
    report: Callable[[str], None]
    at_most: int | None = None

    @cached_property
    def classes(self) -> StreetClasses:
        """Of CamVid."""
        return street_classes(self.data / "camvid")

    @cached_property
    def _streets(self) -> dict[str, list[Street]]:
        folder = self.data / "camvid"
        return {split: read_streets(folder, split, multiple=_STEPS)[: self.at_most] for split in (TRAIN, TEST)}

    def streets(self, split: str) -> list[Street]:
        """The pictures of a split as they are."""
        return self._streets[split]

    def sharpener(self, scale: int) -> Path:
        """The checkpoint of DCSCN that everything starts from."""
        return self.sharpeners / f"dcscn-x{scale}.pt"

    def plan(self, recipe: str, batches: int, seed: int, *overrides: str) -> Plan:
        """A recipe as the study uses it."""
        common = (f"batches={batches}", f"seed={seed}", f"validate_every={batches}")
        return load_plan(recipe, (*common, *overrides, *self.overrides))

    def brought_back(self, split: str, scale: int, sharpener: Path | None) -> list[Street]:
        """Streets made small and brought back, by bicubic or a checkpoint of DCSCN; kept, for they take minutes."""
        path = self._beside(sharpener) / f"{_label(sharpener)}-x{scale}-{split}.npy"
        streets = self.streets(split)
        if path.is_file():
            kept = np.load(path, mmap_mode="r")
            return [replace(street, picture=picture) for street, picture in zip(streets, kept, strict=True)]
        sharpen: Sharpen | None = None
        if sharpener is not None:
            sharpen = sharpened_by(_network(sharpener, Dcscn))
        pictures = [enlarged(shrunk(street.picture, scale), scale, sharpen) for street in streets]
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, np.stack(pictures))
        self.report(f"{path.name}: {len(pictures)} pictures")
        return [replace(street, picture=picture) for street, picture in zip(streets, pictures, strict=True)]

    def _beside(self, sharpener: Path | None) -> Path:
        """Where pictures are kept: with the run that made them, so that they go when it goes."""
        if sharpener is None or not sharpener.is_relative_to(self.cache):
            return self.cache / "pictures"
        return sharpener.parent

    def segmenter(self, name: str, plan: Plan, training: Callable[[], Sequence[Street]]) -> Path:
        """A PSPNet that has learnt from pictures; its checkpoint."""
        return self._trained(name, plan, lambda: SegmentTask(cast(SegmentPlan, plan), self.classes, training(), ()))

    def guided(self, name: str, plan: Plan, training: Callable[[], Sequence[SmallStreet]]) -> Path:
        """A DCSCN that has learnt from pictures, with their guides or without; its checkpoint."""
        return self._trained(name, plan, lambda: SharpenTask(cast(SharpenPlan, plan), self.classes, training(), ()))

    def joint(self, name: str, plan: Plan, training: Callable[[], Sequence[SmallStreet]]) -> Path:
        """A joint network that has learnt from pictures; its checkpoint."""
        return self._trained(name, plan, lambda: JointTask(cast(JointPlan, plan), self.classes, training(), ()))

    def _trained(self, name: str, plan: Plan, task: Callable[[], Task]) -> Path:
        """Without validation on the way: every network is taken at its end, and no picture chooses anything."""
        folder = self.cache / name
        key = plan.model_dump_json()
        if not (folder / DONE).is_file() or (folder / DONE).read_text() != key:
            if (folder / DONE).is_file():
                shutil.rmtree(folder)  # of other lengths or overrides
            self.report(f"{name}: {plan.batches} batches")
            train(task(), folder, workers=1, report=self.report)
            (folder / DONE).write_text(key)
        return folder / BEST

    def small(self, split: str, scale: int, segmenter: Path | None = None) -> list[SmallStreet]:
        """Streets made small, with what a PSPNet says of them."""
        return small_streets(self.streets(split), scale, None if segmenter is None else _network(segmenter, PspNet))

    def segmented(self, segmenter: Path, pictures: Callable[[], Iterable[Street]], what: str) -> Figures:
        """Pixel accuracy, mean IoU and the sky's, of test pictures."""

        def measure() -> dict[str, float]:
            network, confusion = _network(segmenter, PspNet), Confusion(len(self.classes.names))
            for street in pictures():
                confusion.add(classes_in(network, street.picture), street.classes)
            return confusion.figures(self.classes.sky)

        return self._measured(segmenter.parent, what, measure)

    def fidelity(self, scale: int, sharpener: Path | None) -> Figures:
        """PSNR and SSIM of test pictures that were brought back."""

        def measure() -> dict[str, float]:
            answers = self.brought_back(TEST, scale, sharpener)
            return _fidelity((street.picture for street in answers), self.streets(TEST), scale)

        return self._measured(self._beside(sharpener), f"fidelity-{_label(sharpener)}-x{scale}", measure)

    def guided_fidelity(self, guided: Path, segmenter: Path, scale: int) -> Figures:
        """PSNR and SSIM of test pictures that DCSCN brought back with a guide."""

        def measure() -> dict[str, float]:
            network = _network(guided, GuidedDcscn)
            small = self.small(TEST, scale, segmenter)
            answers = (brought_back(network, each.small, each.guide) for each in small)
            return _fidelity(answers, self.streets(TEST), scale)

        return self._measured(guided.parent, "fidelity", measure)

    def joint_figures(self, joint: Path, scale: int) -> Figures:
        """All of it, of a joint network on test pictures."""

        def measure() -> dict[str, float]:
            network, confusion = _network(joint, JointNetwork), Confusion(len(self.classes.names))
            answers = []
            for each in self.small(TEST, scale):
                sharp, classes = joint_answer(network, each.small)
                confusion.add(classes, each.street.classes)
                answers.append(sharp)
            return {**confusion.figures(self.classes.sky), **_fidelity(answers, self.streets(TEST), scale)}

        return self._measured(joint.parent, "figures", measure)

    def _measured(self, folder: Path, what: str, measure: Callable[[], dict[str, float]]) -> Figures:
        path = folder / f"{what}.json"
        if path.is_file():
            kept: Figures = json.loads(path.read_text())
            return kept
        values = measure()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values, indent=1))
        self.report(f"{folder.name} {what}: " + "  ".join(f"{name} {value:.4f}" for name, value in values.items()))
        return values


def _fidelity(answers: Iterable[Pixels], truths: Sequence[Street], scale: int) -> dict[str, float]:
    """Means over pictures, on luma, a border of ``scale`` pixels left out."""
    psnrs, ssims = [], []
    for answer, truth in zip(answers, truths, strict=True):
        psnrs.append(luma_psnr(answer, truth.picture, scale))
        ssims.append(ssim(luma_8_bit(answer), luma_8_bit(truth.picture), border=scale))
    return {"psnr": fmean(psnrs), "ssim": fmean(ssims)}


def _network(checkpoint: Path, kind: type[Kind]) -> Kind:
    network = load_trained(checkpoint).network
    if not isinstance(network, kind):
        raise TypeError(f"{checkpoint}: holds the network {network.description}")
    return network


def _label(checkpoint: Path | None) -> str:
    """Of a checkpoint: its run, or the file's own name."""
    if checkpoint is None:
        return "bicubic"
    return checkpoint.parent.name if checkpoint.name == BEST else checkpoint.stem
