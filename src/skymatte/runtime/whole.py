"""The whole picture through the network, at working sizes: what it sees first, and what training validates."""

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

_PANORAMA_SHARES = (1.0, 1 / 2, 1 / 4)
_PICTURE_SHARES = (1.0, 3 / 4, 1 / 2)
"""Sizes of the three looks, as shares of the working size; a photograph shows less at once and needs no far look."""

_DOUBT = 8
"""How far, in pixels of the smallest look, an answer of the larger ones may be out of place."""

_ENLARGED = 4 / 3
"""Small pictures are enlarged this much at most: more shows the network nothing new."""

_WRAP = 64
"""Columns of a panorama repeated on either side (at working size): the reach of the network's finer features."""


def working_size(height: int, width: int, projection: Projection, side: int) -> tuple[int, int]:
    """(height, width) at which a picture is looked at: ``side`` long, small pictures at most a third enlarged.

    Panoramas are always ``side`` wide, whatever their size, because their scale in degrees is known.
    """
    factor = side / max(height, width)
    if projection is not Projection.EQUIRECTANGULAR:
        factor = min(factor, _ENLARGED)
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


def look(
    pixels: Array, scale: float, projection: Projection, predict: Predict, *, encoding: str, multiple: int, side: int
) -> tuple[Array, Array]:
    """Probability of sky from three looks at the whole picture, each at its own size.

    The two larger looks are averaged; the smallest, which sees most of the picture at once, bounds them: their answer
    stays within the range of its answers eight of its pixels around, so that a white wall in a room that is no sky as
    a whole stays a wall, and gaps between leaves stay free.

    Args:
        pixels: H×W×3 float32 linear light.
        scale: exposure factor.
        projection: panoramas wrap.
        predict: the network.
        encoding: the network's input.
        multiple: the network's sides are multiples of it.
        side: long side of the largest look, the working size.

    Returns:
        the exposed picture at working size, h×w×3 float32, and its probability of sky, h×w float32 in [0, 1].
    """
    height, width = working_size(pixels.shape[0], pixels.shape[1], projection, side)
    small = shrink(pixels, height, width) * np.float32(scale)
    # Smaller looks come from the working size where that is the smaller picture: large ones are read through once.
    base = small if height <= pixels.shape[0] else pixels * np.float32(scale)
    wrap = projection is Projection.EQUIRECTANGULAR
    shares = _PANORAMA_SHARES if wrap else _PICTURE_SHARES
    sizes = [(max(1, round(height * share)), max(1, round(width * share))) for share in shares]
    detail, middle, whole = (
        predict_small(shrink(base, *size), projection, predict, encoding, multiple) for size in sizes
    )
    least, most = _bounds(whole, height, width, wrap=wrap)
    return small, np.clip((detail + enlarge(middle, height, width, wrap=wrap)) / 2, least, most)


def _bounds(whole: Array, height: int, width: int, *, wrap: bool) -> tuple[Array, Array]:
    """Least and most probability around each pixel of the smallest look, at height×width."""
    around = min(2 * _DOUBT, whole.shape[1]) if wrap else 0
    ring = cv2.copyMakeBorder(whole, 0, 0, around, around, cv2.BORDER_WRAP)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * _DOUBT + 1, 2 * _DOUBT + 1))
    # Blurred, so that where they bind no disc shows.
    least, most = (
        np.asarray(
            cv2.GaussianBlur(reach(ring, kernel), (0, 0), _DOUBT / 4)[:, around : around + whole.shape[1]], np.float32
        )
        for reach in (cv2.erode, cv2.dilate)
    )
    return enlarge(least, height, width, wrap=wrap), enlarge(most, height, width, wrap=wrap)
