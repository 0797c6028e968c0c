"""Distances in pixels on masks, with or without the wrap of a panorama."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray


def within(points: NDArray[np.bool_], radius: float, *, wrap: bool = False) -> NDArray[np.bool_]:
    """H×W bool: the pixels no farther than `radius` (Euclidean, between pixel centres) from a True pixel of `points`.

    With `wrap` the left and the right edge of the picture touch.
    """
    if not points.any():
        return np.zeros(points.shape, np.bool_)
    reach = math.ceil(radius) if wrap else 0
    padded = pad_columns(points, reach) if wrap else points
    distance = cv2.distanceTransform((~padded).view(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    # Squared distances are whole numbers: a thousandth absorbs the rounding of the root and lets nothing else in.
    near = np.asarray(distance) <= radius + 1e-3
    return near[:, reach : reach + points.shape[1]]


def pad_columns(mask: NDArray[np.bool_], reach: int) -> NDArray[np.bool_]:
    """`reach` columns from the other side added left and right."""
    return np.pad(mask, ((0, 0), (reach, reach)), mode="wrap")


def near_edge(
    sky: NDArray[np.bool_], valid: NDArray[np.bool_], radius: float, *, wrap: bool = False
) -> NDArray[np.bool_]:
    """H×W bool: the valid sky pixels no farther than `radius` from a valid non-sky pixel.

    An edge is always between two valid pixels, so the rim of an ignored region is none; but an ignored strip
    between sky and non-sky does not hide the edge: distances are measured across it.
    """
    return sky & valid & within(~sky & valid, radius, wrap=wrap)
