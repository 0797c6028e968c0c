"""How well classes are found, and pictures brought back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.street_classes import VOID
from skymatte.picture.fidelity import psnr
from skymatte.picture.luma import luma

Pixels = NDArray[np.uint8]

HIGHEST_PSNR = 50.0
"""Decibels that count as 1 where PSNR and pixel accuracy are brought together: more is not seen in 8 bits."""


class Confusion:
    """Pixels by labelled and predicted class, over any number of pictures; void counts nowhere."""

    def __init__(self, classes: int) -> None:
        self.counts = np.zeros((classes, classes), np.int64)

    def add(self, predicted: Pixels, labelled: Pixels) -> float:
        """Count a picture, both H×W.

        Returns:
            Its own pixel accuracy; 1 where everything is void.
        """
        known = labelled != VOID
        classes = len(self.counts)
        pairs = labelled[known].astype(np.int64) * classes + predicted[known]
        self.counts += np.bincount(pairs, minlength=classes**2).reshape(classes, classes)
        return float((predicted[known] == labelled[known]).mean()) if known.any() else 1.0

    @property
    def pixel_accuracy(self) -> float:
        """Share of labelled pixels whose class is found."""
        return float(np.trace(self.counts) / max(1, self.counts.sum()))

    def iou(self, number: int) -> float:
        """Intersection over union of a class, pooled over all pictures; NaN if it neither occurs nor is predicted."""
        both = self.counts[number, number]
        either = self.counts[number].sum() + self.counts[:, number].sum() - both
        return float(both / either) if either else float("nan")

    @property
    def mean_iou(self) -> float:
        """Mean over the classes that are labelled anywhere; 0 if nothing is."""
        values = [self.iou(number) for number in range(len(self.counts)) if self.counts[number].any()]
        return float(np.mean(values)) if values else 0.0

    def figures(self, sky: int) -> dict[str, float]:
        """Pixel accuracy, mean IoU and the sky's, as tables have them."""
        values = {"pixel_accuracy": self.pixel_accuracy, "mean_iou": self.mean_iou, "sky_iou": self.iou(sky)}
        return {name: value for name, value in values.items() if not np.isnan(value)}


def luma_psnr(answer: Pixels, truth: Pixels, scale: int) -> float:
    """PSNR in dB between the luma of two 8-bit pictures, a border of ``scale`` pixels left out; 100 for equal ones."""
    return min(100.0, psnr(luma_8_bit(answer), luma_8_bit(truth), border=scale))


def luma_8_bit(picture: Pixels) -> NDArray[np.float32]:
    """Luma of an 8-bit picture, H×W float32 in [16, 235] / 255."""
    return luma(picture.astype(np.float32) / np.float32(255))


def together(psnr_value: float, pixel_accuracy: float) -> float:
    """The mean of normalised PSNR and pixel accuracy: one figure for a network that does both.

    PSNR is divided by ``HIGHEST_PSNR``; at most 1.
    """
    return (min(1.0, psnr_value / HIGHEST_PSNR) + pixel_accuracy) / 2
