"""Measures of how much area is right: IoU, mIoU, MCR, Dice, accuracy, false sky, solid-angle IoU."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.labels import NON_SKY, SKY, check_pair
from skymatte.picture.projection import solid_angle_rows


@dataclass(frozen=True, slots=True)
class Confusion:
    """How much area was called what; `ignore` is in none of the four.

    The unit is the pixel, or the steradian if rows were weighted.  Add two of them to pool pictures.
    Ratios are NaN if nothing at all was to be compared (everything ignored).

    Attributes:
        tp: sky called sky.
        fp: non-sky called sky.
        fn: sky called non-sky.
        tn: non-sky called non-sky.
    """

    tp: float = 0.0
    fp: float = 0.0
    fn: float = 0.0
    tn: float = 0.0

    def __add__(self, other: Confusion) -> Confusion:
        return Confusion(self.tp + other.tp, self.fp + other.fp, self.fn + other.fn, self.tn + other.tn)

    @property
    def total(self) -> float:
        """All area that was compared."""
        return self.tp + self.fp + self.fn + self.tn

    @property
    def iou(self) -> float:
        """IoU of sky, TP/(TP+FP+FN); 1 if there is no sky and none was predicted."""
        return self._share(self.tp, self.tp + self.fp + self.fn)

    @property
    def iou_non_sky(self) -> float:
        """IoU of non-sky, TN/(TN+FP+FN); 1 if all is sky and all was predicted."""
        return self._share(self.tn, self.tn + self.fp + self.fn)

    @property
    def miou(self) -> float:
        """Mean of the IoU of sky and the IoU of non-sky."""
        return (self.iou + self.iou_non_sky) / 2

    @property
    def mcr(self) -> float:
        """Misclassification rate, (FP+FN)/N; lower is better."""
        return self._share(self.fp + self.fn, self.total)

    @property
    def accuracy(self) -> float:
        """Share of the area that is right, (TP+TN)/N."""
        return self._share(self.tp + self.tn, self.total)

    @property
    def dice(self) -> float:
        """Dice coefficient (F1) of sky, 2TP/(2TP+FP+FN); 1 if there is no sky and none was predicted."""
        return self._share(2 * self.tp, 2 * self.tp + self.fp + self.fn)

    @property
    def false_sky(self) -> float:
        """Share of the labelled non-sky that was called sky, FP/(FP+TN); 0 if there is no non-sky."""
        return self._share(self.fp, self.fp + self.tn, empty=0.0)

    def _share(self, part: float, whole: float, empty: float = 1.0) -> float:
        if self.total == 0:
            return float("nan")
        return part / whole if whole > 0 else empty


def confusion(
    mask: NDArray[np.bool_], label: NDArray[np.uint8], *, row_weights: NDArray[np.floating] | None = None
) -> Confusion:
    """Compare an H×W bool mask with an H×W label.

    Args:
        mask: True = sky.
        label: 255 sky, 0 non-sky, 128 ignore.
        row_weights: H areas of one pixel of each row; without them every pixel counts 1.

    Raises:
        LabelError: the two cannot be compared.
    """
    check_pair(mask, label)

    def area(which: NDArray[np.bool_]) -> float:
        if row_weights is None:
            return float(np.count_nonzero(which))
        return float(np.dot(np.count_nonzero(which, axis=1).astype(np.float64), row_weights.astype(np.float64)))

    sky, non_sky = label == SKY, label == NON_SKY
    return Confusion(tp=area(mask & sky), fp=area(mask & non_sky), fn=area(~mask & sky), tn=area(~mask & non_sky))


def iou(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> float:
    """IoU of sky in [0, 1]; see `Confusion.iou`."""
    return confusion(mask, label).iou


def miou(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> float:
    """Mean IoU over {sky, non-sky} in [0, 1]; see `Confusion.miou`."""
    return confusion(mask, label).miou


def mcr(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> float:
    """Misclassification rate in [0, 1], lower is better; see `Confusion.mcr`."""
    return confusion(mask, label).mcr


def dice(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> float:
    """Dice coefficient of sky in [0, 1]; see `Confusion.dice`."""
    return confusion(mask, label).dice


def accuracy(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> float:
    """Share of pixels that are right, in [0, 1]; see `Confusion.accuracy`."""
    return confusion(mask, label).accuracy


def false_sky(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> float:
    """Share of labelled non-sky called sky, in [0, 1], lower is better; see `Confusion.false_sky`."""
    return confusion(mask, label).false_sky


def solid_angle_iou(mask: NDArray[np.bool_], label: NDArray[np.uint8]) -> float:
    """IoU of sky of an equirectangular picture, each pixel weighted by the solid angle that it covers."""
    return confusion(mask, label, row_weights=solid_angle_rows(*label.shape)).iou
