"""How sure the answer is, pixel by pixel and along the edge of the sky."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

OPEN = 0.5
"""Confidence below which a pixel counts as open: the network gave it between a quarter and three quarters of sky."""

_WORKING_SIDE = 2048
_REACH = 2
"""Pixels on either side of the edge, at working size, that are looked at."""

_BAND_ROWS = 256


def confidence_of(probability: Array) -> Array:
    """How sure a network is of each pixel: |2p − 1|, 0 for p = 1/2, 1 for p = 0 and p = 1.

    Args:
        probability: of sky, H×W float32 in [0, 1], before colours of the picture refined it: a pixel that a wire
            covers by half is half sky, and that may be certain.

    Returns:
        H×W float32 in [0, 1].
    """
    sure = np.empty_like(probability)
    for top in range(0, len(sure), _BAND_ROWS):
        rows = slice(top, top + _BAND_ROWS)
        np.subtract(probability[rows] * np.float32(2), np.float32(1), out=sure[rows])
        np.abs(sure[rows], out=sure[rows])
    return sure


def summarise_confidence(confidence: Array, mask: Mask, outside: Mask | None = None) -> dict[str, Any]:
    """What the report says of the confidence, as plain JSON values.

    Large pictures are sampled at every n-th pixel, so that ``edge``, the mean over two pixels on either side of the
    sky's edge, means the same at every size; n brings the long side to 2048 at most.

    Args:
        confidence: H×W float32 in [0, 1].
        mask: H×W bool, True = sky.
        outside: H×W bool, pixels that count nowhere.

    Returns:
        ``mean`` over all; ``edge`` along the edge, ``None`` if there is none; ``open_fraction``, the share of pixels
        with a confidence below 0.5.
    """
    step = -(-max(mask.shape) // _WORKING_SIDE)
    sure, sky = confidence[::step, ::step], np.ascontiguousarray(mask[::step, ::step]).view(np.uint8)
    counted = np.ones(sky.shape, np.bool_) if outside is None else ~outside[::step, ::step]
    square = np.ones((2 * _REACH + 1,) * 2, np.uint8)
    edge = (cv2.dilate(sky, square) != cv2.erode(sky, square)) & counted
    everywhere = sure[counted]
    if not everywhere.size:
        return {"mean": 1.0, "edge": None, "open_fraction": 0.0}
    return {
        "mean": round(float(everywhere.mean(dtype=np.float64)), 4),
        "edge": round(float(sure[edge].mean(dtype=np.float64)), 4) if edge.any() else None,
        "open_fraction": round(float(np.mean(everywhere < OPEN)), 6),
    }
