"""The sky in one frame, by itself: a stateless step, safe to run for several frames at once."""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.color import apply_matrix, to_rec709
from skymatte.picture.encoding import encode
from skymatte.picture.exposure import exposure_scale
from skymatte.runtime.model import Model
from skymatte.video.edges import draw_edges
from skymatte.video.frame import Frame, Pixels, Transfer
from skymatte.video.transfer import linear_light

Array = NDArray[np.float32]

_EXPOSED: Final = 4
"""The exposure is taken from every fourth pixel in both directions: sorting all would take longer than the network."""


class SkyFinder:
    """Finds the sky frame by frame: the whole frame at the model's working size, then its edges at its own.

    Attributes:
        model: what finds it.
    """

    def __init__(self, model: Model) -> None:
        self.model = model

    def find(self, frame: Frame) -> Array:
        """The fraction of sky of every pixel, H×W float32 in [0, 1], from this frame alone."""
        height, width = shape = frame.pixels.shape[:2]
        factor = min(1.0, self.model.card.coarse_side / max(shape))
        size = (max(1, round(width * factor)), max(1, round(height * factor)))
        small = frame.pixels if factor == 1 else _shrunk(frame.pixels, size)
        light, encoded, scale = self._exposed(small, frame)

        def window(rows: slice, columns: slice) -> Array:
            if small is frame.pixels:
                return light[rows, columns]
            return _light(frame.pixels[rows, columns], frame) * scale

        return draw_edges(light, self.model.predict(encoded), window, (height, width))

    def _exposed(self, small: Pixels, frame: Frame) -> tuple[Array, Array, np.float32]:
        """Linear light, exposed; the same as network input; and the exposure's factor."""
        encoding = self.model.card.encoding
        if small.dtype == np.uint8 and to_rec709(frame.primaries) is None:
            # There are only 256 different numbers to work out.
            table = _table(frame.transfer)
            scale = np.float32(exposure_scale(looked_up(small[::_EXPOSED, ::_EXPOSED], table)))
            return looked_up(small, table * scale), looked_up(small, encode(encoding, table * scale)), scale
        light = _light(small, frame)
        scale = np.float32(exposure_scale(light[::_EXPOSED, ::_EXPOSED]))
        light *= scale
        return light, encode(encoding, light), scale


def looked_up(pixels: Pixels, table: Array) -> Array:
    """The table's value for each of an 8-bit picture's numbers: H×W×3 uint8, 256 float32 → H×W×3 float32."""
    return np.asarray(cv2.LUT(pixels, table), np.float32)


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if pixels.dtype == np.float32:
        pixels = np.nan_to_num(pixels, posinf=65504.0, neginf=0.0)
    return cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def _light(pixels: Pixels, frame: Frame) -> Array:
    light = linear_light(pixels, frame.transfer)
    matrix = to_rec709(frame.primaries)
    if matrix is not None:
        apply_matrix(light, matrix)
    return light


@lru_cache
def _table(transfer: Transfer) -> Array:
    ramp = np.repeat(np.arange(256, dtype=np.uint8)[None, :, None], 3, 2)
    return np.ascontiguousarray(linear_light(ramp, transfer)[0, :, 0])
