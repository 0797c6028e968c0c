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
from skymatte.runtime.fit import fitted
from skymatte.runtime.model import Model
from skymatte.video.edges import BRIGHTEST, draw_edges
from skymatte.video.frame import Frame, Pixels, Transfer
from skymatte.video.transfer import linear_light

Array = NDArray[np.float32]

_EXPOSED: Final = 4
"""The exposure is taken from every fourth pixel in both directions: sorting all would take longer than the network."""

_NEARLY: Final = 1.5
"""Frames that are shrunk by less than this are sampled, others averaged."""


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
        size = self._working_size(width, height)
        small = frame.pixels if size == (width, height) else _shrunk(frame.pixels, size)
        exposed = _Exposed(frame, small)
        light, encoded = exposed.light(small), exposed.encoded(self.model.card.encoding)

        def window(rows: slice, columns: slice) -> Array:
            return light[:, rows, columns] if small is frame.pixels else exposed.light(frame.pixels[rows, columns])

        return draw_edges(light, self.model.predict(np.moveaxis(encoded, 0, 2)), window, shape)

    def _working_size(self, width: int, height: int) -> tuple[int, int]:
        """Width and height at which the network sees a frame: the nearest multiples of its own.

        Frames are squeezed a little rather than padded: padding takes time, and shows the network a mirror at the
        border, which costs accuracy.
        """
        card = self.model.card
        factor = min(1.0, card.coarse_side / max(width, height))
        return fitted(width * factor, card.multiple), fitted(height * factor, card.multiple)


class _Exposed:
    """A frame's numbers as linear light at the exposure that it asks for, and as network input: planes, 3×h×w.

    ``small`` is the frame at working size.
    """

    def __init__(self, frame: Frame, small: Pixels) -> None:
        self._frame, self._small = frame, small
        # Of eight bits there are only 256 numbers to work out, if no colour depends on another.
        tabled = small.dtype == np.uint8 and to_rec709(frame.primaries) is None
        self._table = _table(frame.transfer) if tabled else None
        self._scale = np.float32(exposure_scale(_light(small[::_EXPOSED, ::_EXPOSED], frame)))
        self._planes = None if tabled else self._lit(small)

    def light(self, pixels: Pixels) -> Array:
        """Taken down to :data:`~skymatte.video.edges.BRIGHTEST`."""
        if self._table is not None:
            return _looked_up(pixels, np.minimum(self._table * self._scale, BRIGHTEST))
        known = self._planes if pixels is self._small else None
        return np.minimum(self._lit(pixels) if known is None else known, BRIGHTEST)

    def encoded(self, encoding: str) -> Array:
        """Of the frame at working size."""
        if self._table is not None:
            return _looked_up(self._small, encode(encoding, self._table * self._scale))
        return encode(encoding, self._lit(self._small) if self._planes is None else self._planes)

    def _lit(self, pixels: Pixels) -> Array:
        return np.ascontiguousarray((_light(pixels, self._frame) * self._scale).transpose(2, 0, 1))


def _looked_up(pixels: Pixels, table: Array) -> Array:
    """The table's value for each of an 8-bit picture's numbers: H×W×3 uint8, 256 float32 → 3×H×W float32."""
    planes = np.empty((3, *pixels.shape[:2]), np.float32)
    for channel in range(3):
        cv2.LUT(cv2.extractChannel(pixels, channel), table, dst=planes[channel])
    return planes


def _shrunk(pixels: Pixels, size: tuple[int, int]) -> Pixels:
    if pixels.dtype == np.float32:
        pixels = np.asarray(np.nan_to_num(pixels, posinf=65504.0, neginf=0.0), np.float32)
    # Bilinear samples suffice where hardly any lie between them, in half the time.
    near = max(pixels.shape[1] / size[0], pixels.shape[0] / size[1]) < _NEARLY
    return cast(Pixels, cv2.resize(pixels, size, interpolation=cv2.INTER_LINEAR if near else cv2.INTER_AREA))


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
