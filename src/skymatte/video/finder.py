"""The sky in one frame, by itself: a stateless step, safe to run for several frames at once."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.picture.exposure import exposure_scale
from skymatte.runtime.model import Model
from skymatte.video.frame import Frame
from skymatte.video.transfer import linear_light

Array = NDArray[np.float32]


class SkyFinder:
    """Finds the sky frame by frame, at the model's working size.

    Attributes:
        model: what finds it.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def find(self, frame: Frame) -> Array:
        """The fraction of sky of every pixel, H×W float32 in [0, 1], from this frame alone."""
        height, width = frame.pixels.shape[:2]
        factor = min(1.0, self.model.card.coarse_side / max(height, width))
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = frame.pixels if factor == 1 else cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
        light = linear_light(small, frame.transfer)
        light *= np.float32(exposure_scale(light))
        answer = self.model.predict(encode(self.model.card.encoding, light))
        return np.asarray(cv2.resize(answer, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
