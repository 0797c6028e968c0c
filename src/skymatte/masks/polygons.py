"""Polygons as people draw them: checked, mended, and drawn into masks.

Coordinates are x, y in pixels with the origin at the upper left corner of the upper left pixel, as in COCO and Label
Studio: the picture is the rectangle from (0, 0) to (width, height).
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from pycocotools import mask as coco
from shapely.validation import explain_validity, make_valid

from skymatte.masks.coco_rle import decode

Points = NDArray[np.float64]
"""N×2 float64: the corners x, y of a polygon, in order; the last is joined to the first."""

SLACK: Final = 1.0
"""Pixels by which a polygon may leave the picture, and square pixels that it may fold over itself: both are slips of
the hand that no tool keeps people from, and change nothing that is seen."""

_FINER: Final = 5
"""Steps in a pixel that pycocotools rounds corners to (maskApi.c, rleFrPoly)."""


def defect(points: Points, width: float, height: float, slack: float = SLACK) -> str:
    """What is wrong with a polygon, in words that follow "it"; empty if nothing is.

    A polygon that only touches itself is sound.  What one that crosses itself encloses depends on the program that
    fills it: its area by signed triangles differs from the area that the even–odd rule fills.

    Args:
        points: the corners, finite.
        width: of the picture.
        height: of the picture.
        slack: pixels it may leave the picture, and square root of the square pixels it may fold.
    """
    if len(points) < 3:
        return f"has {len(points)} corner(s): a polygon needs three"
    if beyond(points, width, height):
        return f"lies outside the picture of {width:g}×{height:g}"
    polygon = shapely.Polygon(points)
    filled = polygon.area if polygon.is_valid else make_valid(polygon).area
    if filled == 0:
        return "encloses nothing"
    low, high = points.min(axis=0), points.max(axis=0)
    if (low < -slack).any() or (high > (width + slack, height + slack)).any():
        reach = f"({low[0]:.0f}, {low[1]:.0f}) – ({high[0]:.0f}, {high[1]:.0f})"
        return f"reaches beyond the picture of {width:g}×{height:g}: {reach}"
    if abs(abs(_signed_area(points)) - filled) > slack**2:
        where = explain_validity(polygon).partition("[")[2].rstrip("]").split()
        return "crosses itself" + (f" near ({float(where[0]):.0f}, {float(where[1]):.0f})" if len(where) == 2 else "")
    return ""


def beyond(points: Points, width: float, height: float) -> bool:
    """Whether a polygon has nothing to do with the picture: no part of its bounding box lies inside."""
    low, high = points.min(axis=0), points.max(axis=0)
    return bool((high <= 0).any() or low[0] >= width or low[1] >= height)


def mend(points: Points, width: float, height: float) -> list[Points]:
    """What a polygon means inside the picture: filled by the even–odd rule, and cut off at the frame.

    Returns:
        Rings for :func:`draw`; none if nothing is left.
    """
    if len(points) < 3:
        return []
    inside = shapely.intersection(make_valid(shapely.Polygon(points)), shapely.box(0, 0, width, height))
    return [
        np.asarray(ring.coords, np.float64)[:-1, :2]
        for part in shapely.get_parts(inside)
        if isinstance(part, shapely.Polygon) and not part.is_empty
        for ring in (part.exterior, *part.interiors)
    ]


def draw(rings: list[Points], width: int, height: int) -> NDArray[np.bool_]:
    """Fill rings by the even–odd rule: H×W bool.

    A pixel belongs to a ring if its centre lies inside, to a fifth of a pixel: the rule of pycocotools, whose C code
    does it.

    Args:
        rings: corners at most a few pixels outside the picture; a ring inside another cuts a hole.
        width: of the picture.
        height: of the picture.
    """
    mask = np.zeros((height, width), np.bool_)
    for ring in rings:
        box, filled = stencil(ring, width, height)
        mask[box] ^= filled
    return mask


def stencil(ring: Points, width: int, height: int) -> tuple[tuple[slice, slice], NDArray[np.bool_]]:
    """The rows and columns that a ring reaches, and which pixels there are inside; see :func:`draw`."""
    low = np.clip(np.floor(ring.min(axis=0)) - 1, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(ring.max(axis=0)) + 1, low, (width, height)).astype(int)
    box = (slice(int(low[1]), int(high[1])), slice(int(low[0]), int(high[0])))
    size = high - low
    if not size.all():
        return box, np.zeros((size[1], size[0]), np.bool_)
    # Rounded as pycocotools will round, before the origin is moved: afterwards halves may fall on the other side.
    moved = np.trunc(ring * _FINER + 0.5) / _FINER - low
    encoded: Any = coco.frPyObjects([moved.ravel().tolist()], int(size[1]), int(size[0]))
    return box, decode(encoded[0]["counts"], int(size[0]), int(size[1]))


def _signed_area(points: Points) -> float:
    """The area by signed triangles (the shoelace formula); what is wound twice counts twice."""
    x, y = (points - points[0]).T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2
