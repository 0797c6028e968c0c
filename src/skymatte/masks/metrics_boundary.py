"""Measures of how well the edge of the sky is met: boundary F and Boundary IoU."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.labels import IGNORE, SKY, check_pair
from skymatte.masks.neighbourhood import near_edge, within

BOUNDARY_IOU_RATIO: Final = 0.02
"""Width of the band of Boundary IoU as a share of the picture's diagonal (Cheng et al. 2021, section 5)."""


def boundary_f(mask: NDArray[np.bool_], label: NDArray[np.uint8], radius: float, *, wrap: bool = False) -> float:
    """F-measure of the edge with a tolerance of `radius` pixels (Martin et al. 2004; Csurka et al. 2013).

    Precision is the share of the mask's boundary pixels that have one of the label's within `radius`, recall the
    reverse, F their harmonic mean, in [0, 1].  A boundary pixel is a sky pixel with a non-sky pixel above, below,
    left or right of it; both must be labelled, so an ignored region makes no boundary.  A boundary pixel that finds no
    partner but has an ignored pixel within `radius` is not judged: its partner may lie where nothing is known.  So F
    never falls with a greater tolerance, and is lenient where much is ignored.

    Args:
        mask: H×W, True = sky.
        label: H×W, 255 sky, 0 non-sky, 128 ignore.
        radius: tolerance in pixels.
        wrap: left and right edge touch (equirectangular pictures).

    Returns:
        1 if neither has a boundary, NaN if there are some but none can be judged.

    Raises:
        LabelError: the two cannot be compared.
    """
    check_pair(mask, label)
    valid = label != IGNORE
    found, true = (_boundary(sky, valid, wrap=wrap) for sky in (mask, label == SKY))
    if not found.any() and not true.any():
        return 1.0
    doubtful = within(~valid, radius, wrap=wrap)
    precision = _share(found, within(true, radius, wrap=wrap), doubtful)
    recall = _share(true, within(found, radius, wrap=wrap), doubtful)
    if precision is None and recall is None:
        return math.nan
    # Nothing to find is nothing missed.
    precision, recall = (1.0 if share is None else share for share in (precision, recall))
    return 2 * precision * recall / (precision + recall) if precision + recall > 0 else 0.0


def boundary_iou(
    mask: NDArray[np.bool_], label: NDArray[np.uint8], *, distance: float | None = None, wrap: bool = False
) -> float:
    """Boundary IoU (Cheng et al., CVPR 2021, equation 2): IoU of the two inner bands along the edge of the sky.

    The band of a mask is its sky within `distance` pixels of its non-sky.  The frame of the picture is no edge here
    (sky is always cut by it), unlike in the authors' program.  Ignored pixels are in no band and make no edge.

    Args:
        mask: H×W, True = sky.
        label: H×W, 255 sky, 0 non-sky, 128 ignore.
        distance: width of the band in pixels; 2 % of the picture's diagonal if not given.
        wrap: left and right edge touch (equirectangular pictures).

    Returns:
        A value in [0, 1]; 1 if neither has an edge, NaN if everything is ignored.

    Raises:
        LabelError: the two cannot be compared.
    """
    check_pair(mask, label)
    if distance is None:
        distance = max(1, round(BOUNDARY_IOU_RATIO * math.hypot(*label.shape)))
    valid = label != IGNORE
    if not valid.any():
        return math.nan
    found, true = (near_edge(sky, valid, distance, wrap=wrap) for sky in (mask, label == SKY))
    union = int(np.count_nonzero(found | true))
    return int(np.count_nonzero(found & true)) / union if union else 1.0


def _boundary(sky: NDArray[np.bool_], valid: NDArray[np.bool_], *, wrap: bool) -> NDArray[np.bool_]:
    inside, outside = sky & valid, ~sky & valid
    edge = np.zeros(sky.shape, np.bool_)
    edge[1:] |= inside[1:] & outside[:-1]
    edge[:-1] |= inside[:-1] & outside[1:]
    edge[:, 1:] |= inside[:, 1:] & outside[:, :-1]
    edge[:, :-1] |= inside[:, :-1] & outside[:, 1:]
    if wrap:
        edge[:, 0] |= inside[:, 0] & outside[:, -1]
        edge[:, -1] |= inside[:, -1] & outside[:, 0]
    return edge


def _share(points: NDArray[np.bool_], partnered: NDArray[np.bool_], doubtful: NDArray[np.bool_]) -> float | None:
    """Share of `points` that are partnered, the doubtful of the others left out; None if none is left."""
    hits = int(np.count_nonzero(points & partnered))
    misses = int(np.count_nonzero(points & ~partnered & ~doubtful))
    return hits / (hits + misses) if hits + misses else None
