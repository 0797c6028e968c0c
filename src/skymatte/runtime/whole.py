"""The whole picture through the network once, at a working size: what it sees first, and what training validates."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.picture.model import Projection
from skymatte.runtime.enlarge import enlarge

Array = NDArray[np.float32]
Predict = Callable[[Array], Array]
"""Encoded H×W×3 float32, sides multiples of the network's → probability of sky, H×W float32."""

_DOUBT = 8
"""How far, in pixels of the half-size look, an answer of the full-size look may be out of place."""

_WRAP = 64
"""Columns of a panorama repeated on either side (at working size): the reach of the network's finer features."""


def working_size(height: int, width: int, projection: Projection, side: int) -> tuple[int, int]:
    """(height, width) at which a picture is looked at as a whole: long side ``side`` at most, never enlarged.

    Panoramas are always ``side`` wide, whatever their size, because their scale in degrees is known.
    """
    if projection is Projection.EQUIRECTANGULAR:
        return max(1, round(side * height / width)), side
    factor = min(1.0, side / max(height, width))
    return max(1, round(height * factor)), max(1, round(width * factor))


def shrink(pixels: Array, height: int, width: int) -> Array:
    """Resize linear light to height×width: area average when shrinking (a coarser sensor), else bilinear."""
    if pixels.shape[:2] == (height, width):
        return pixels
    smaller = height <= pixels.shape[0] and width <= pixels.shape[1]
    return np.asarray(
        cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA if smaller else cv2.INTER_LINEAR), np.float32
    )


def predict_small(small: Array, projection: Projection, predict: Predict, encoding: str, multiple: int) -> Array:
    """Probability of sky of a picture already at working size: h×w×3 float32 linear, exposed → h×w float32 in [0, 1].

    Panoramas are padded around the wrap; all sides are then padded by repetition to the network's multiple.
    """
    height, width = small.shape[:2]
    side = _WRAP if projection is Projection.EQUIRECTANGULAR else 0
    side = min(side, width)
    encoded = encode(encoding, small)
    if side:
        encoded = np.asarray(cv2.copyMakeBorder(encoded, 0, 0, side, side, cv2.BORDER_WRAP), np.float32)
    bottom, right = -encoded.shape[0] % multiple, -encoded.shape[1] % multiple
    if bottom or right:
        encoded = np.asarray(cv2.copyMakeBorder(encoded, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.float32)
    return np.ascontiguousarray(predict(encoded)[:height, side : side + width])


def look(small: Array, projection: Projection, predict: Predict, encoding: str, multiple: int) -> Array:
    """Probability of sky from two looks: at working size for detail, at half of it for the sense of the whole.

    The detailed answer may not leave the range of what the half-size look says within eight of its pixels, so that a
    white wall in a room that is no sky as a whole stays a wall, and gaps between leaves stay free.

    Args:
        small: h×w×3 float32 linear light, exposed, at working size.
        projection: panoramas wrap.
        predict: the network.
        encoding: the network's input.
        multiple: the network's sides.

    Returns:
        h×w float32 in [0, 1].
    """
    height, width = small.shape[:2]
    detail = predict_small(small, projection, predict, encoding, multiple)
    half = shrink(small, max(1, height // 2), max(1, width // 2))
    whole = predict_small(half, projection, predict, encoding, multiple)
    wrap = projection is Projection.EQUIRECTANGULAR
    around = min(_DOUBT, whole.shape[1]) if wrap else 0
    ring = cv2.copyMakeBorder(whole, 0, 0, around, around, cv2.BORDER_WRAP)
    kernel = np.ones((2 * _DOUBT + 1, 2 * _DOUBT + 1), np.uint8)
    least, most = (
        enlarge(
            np.asarray(reach(ring, kernel)[:, around : around + whole.shape[1]], np.float32), height, width, wrap=wrap
        )
        for reach in (cv2.erode, cv2.dilate)
    )
    return np.clip(detail, least, most)
