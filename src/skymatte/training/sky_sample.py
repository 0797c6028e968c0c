"""A validated picture or patch of sky, as people and TensorBoard see it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.masks.overlay import overlay
from skymatte.picture.display import tone_map

_WIDTH = 512


@dataclass(frozen=True, slots=True)
class Sample:
    """One validated picture or patch.

    Attributes:
        name: for people.
        iou: 1 if neither label nor prediction has sky.
        pixels: H×W×3 float32 linear light.
        matte: H×W float32 in [0, 1], the prediction.
    """

    name: str
    iou: float
    pixels: NDArray[np.float32]
    matte: NDArray[np.float32]

    @property
    def score(self) -> float:
        """Its IoU."""
        return self.iou

    def picture(self) -> NDArray[np.uint8]:
        """The validated picture with its sky tinted, ``512`` px wide: H×W×3 uint8."""
        height = round(_WIDTH * self.matte.shape[0] / self.matte.shape[1])
        how = cv2.INTER_AREA if self.matte.shape[1] > _WIDTH else cv2.INTER_LINEAR
        pixels, matte = (cv2.resize(part, (_WIDTH, height), interpolation=how) for part in (self.pixels, self.matte))
        return overlay(tone_map(np.asarray(pixels, np.float32)), np.asarray(matte, np.float32))


def iou(intersection: float, union: float) -> float:
    """Intersection over union; 1 where there is neither sky nor any predicted."""
    return intersection / union if union else 1.0
