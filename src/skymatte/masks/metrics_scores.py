"""Every measure of one picture in one row, and what a folder of rows comes to: pooled, mean, worst."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.labels import IGNORE, truth_matte
from skymatte.masks.metrics_boundary import boundary_f, boundary_iou
from skymatte.masks.metrics_matte import MatteErrors, matte_errors
from skymatte.masks.metrics_region import Confusion, confusion, solid_angle_iou
from skymatte.masks.metrics_thin import thin_structure_recall


@dataclass(frozen=True, slots=True)
class Measure:
    """One column of the table.

    Attributes:
        key: name in `PictureScores.values`, JSON and CSV.
        title: heading for people.
        higher_is_better: which end of the scale is the worst.
        matte: measured only if the prediction is a matte.
    """

    key: str
    title: str
    higher_is_better: bool = True
    matte: bool = False


MEASURES: Final = (
    Measure("iou", "IoU"),
    Measure("miou", "mIoU"),
    Measure("mcr", "MCR", higher_is_better=False),
    Measure("dice", "Dice"),
    Measure("accuracy", "accuracy"),
    Measure("boundary_f_2", "F 2px"),
    Measure("boundary_f_8", "F 8px"),
    Measure("boundary_iou", "edge IoU"),
    Measure("thin_recall", "thin"),
    Measure("false_sky", "false sky", higher_is_better=False),
    Measure("solid_angle_iou", "sr IoU"),
    Measure("mad", "MAD", higher_is_better=False, matte=True),
    Measure("mse", "MSE", higher_is_better=False, matte=True),
    Measure("sad", "SAD", higher_is_better=False, matte=True),
    Measure("gradient", "Grad", higher_is_better=False, matte=True),
    Measure("connectivity", "Conn", higher_is_better=False, matte=True),
    Measure("edge_mad", "edge MAD", higher_is_better=False, matte=True),
    Measure("edge_mse", "edge MSE", higher_is_better=False, matte=True),
    Measure("edge_sad", "edge SAD", higher_is_better=False, matte=True),
    Measure("edge_gradient", "edge Grad", higher_is_better=False, matte=True),
    Measure("edge_connectivity", "edge Conn", higher_is_better=False, matte=True),
)
"""All measures, in the order of the table."""

POOLED: Final = ("iou", "miou", "mcr", "dice", "accuracy", "false_sky")
"""The measures that can be pooled: those of summed pixel counts."""


@dataclass(frozen=True, slots=True)
class PictureScores:
    """What one picture scored.

    Attributes:
        name: the picture's name.
        confusion: its pixel counts.
        values: measure key → value, in the order of `MEASURES`; a measure that does not apply is absent, one that
            applies but has nothing to judge (no thin structures, everything ignored) is NaN.
        notes: what a reader of the table should know about this row.
    """

    name: str
    confusion: Confusion
    values: dict[str, float]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Worst:
    """The worst value of one measure, and the picture that has it."""

    value: float
    name: str


@dataclass(frozen=True, slots=True)
class FolderScores:
    """What a set of pictures scored.

    Attributes:
        pictures: one entry per picture.
        pooled: measure key → value of the summed pixel counts (big pictures weigh more); keys as in `POOLED`.
        mean: measure key → mean over the pictures where it is a number.
        worst: measure key → worst value and its picture.
    """

    pictures: tuple[PictureScores, ...]
    pooled: dict[str, float] = field(default_factory=dict)
    mean: dict[str, float] = field(default_factory=dict)
    worst: dict[str, Worst] = field(default_factory=dict)


def score_picture(
    name: str,
    mask: NDArray[np.bool_],
    label: NDArray[np.uint8],
    *,
    matte: NDArray[np.float32] | None = None,
    truth: NDArray[np.float32] | None = None,
    panorama: bool = False,
    notes: Sequence[str] = (),
) -> PictureScores:
    """Measure everything that applies to one picture.

    Args:
        name: the picture's name, for the table.
        mask: H×W bool, True = sky.
        label: H×W uint8, 255 sky, 0 non-sky, 128 ignore.
        matte: H×W float32 in [0, 1]; without it matte measures are absent.
        truth: H×W float32 in [0, 1], the reference matte; the label's own if not given.
        panorama: equirectangular: adds the solid-angle IoU, and edges run across the wrap.
        notes: kept with the row.

    Raises:
        LabelError: sizes or values do not fit together.
    """
    counts = confusion(mask, label)
    values = {
        "iou": counts.iou,
        "miou": counts.miou,
        "mcr": counts.mcr,
        "dice": counts.dice,
        "accuracy": counts.accuracy,
        "boundary_f_2": boundary_f(mask, label, 2, wrap=panorama),
        "boundary_f_8": boundary_f(mask, label, 8, wrap=panorama),
        "boundary_iou": boundary_iou(mask, label, wrap=panorama),
        "thin_recall": thin_structure_recall(mask, label, wrap=panorama),
        "false_sky": counts.false_sky,
    }
    if panorama:
        values["solid_angle_iou"] = solid_angle_iou(mask, label)
    if matte is not None:
        everywhere, edge = matte_errors(matte, truth_matte(label) if truth is None else truth, label != IGNORE)
        values |= _named(everywhere, "") | _named(edge, "edge_")
    return PictureScores(name, counts, values, tuple(notes))


def sum_up(pictures: Sequence[PictureScores]) -> FolderScores:
    """Pooled, mean and worst of several pictures; what no picture has is absent, NaN counts nowhere."""
    pooled = sum((picture.confusion for picture in pictures), Confusion())
    mean: dict[str, float] = {}
    worst: dict[str, Worst] = {}
    for measure in MEASURES:
        found = [
            Worst(picture.values[measure.key], picture.name)
            for picture in pictures
            if not math.isnan(picture.values.get(measure.key, math.nan))
        ]
        if found:
            mean[measure.key] = math.fsum(one.value for one in found) / len(found)
            pick = min if measure.higher_is_better else max
            worst[measure.key] = pick(found, key=lambda one: one.value)
    return FolderScores(tuple(pictures), {key: float(getattr(pooled, key)) for key in POOLED}, mean, worst)


def _named(errors: MatteErrors, prefix: str) -> dict[str, float]:
    names = ("mad", "mse", "sad", "gradient", "connectivity")
    return {prefix + name: float(getattr(errors, name)) for name in names}
