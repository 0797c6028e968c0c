"""What becomes of wires, twigs and antennas thinner than a pixel, where the exact matte is known."""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_REACH = 5
"""Sky on both sides of a hairline lies within a square of this many pixels."""

_CLEAR = 0.98
_MOST_COVERED = 0.75
"""Where a pixel is covered more than that, the thing in it is hardly thinner than a pixel."""


def hairlines(truth: Array) -> NDArray[np.bool_]:
    """H×W bool: pixels partly covered by something thinner than a pixel, with clear sky on both sides."""
    closed = cv2.morphologyEx(truth, cv2.MORPH_CLOSE, np.ones((_REACH, _REACH), np.uint8))
    lowest = np.asarray(cv2.erode(truth, np.ones((3, 3), np.uint8)))
    return (truth < _CLEAR) & (np.asarray(closed) >= _CLEAR) & (lowest >= 1 - _MOST_COVERED)


def hairline_values(matte: Array, truth: Array) -> dict[str, float]:
    """How much of the hairlines is there, and how much too much, as shares of their exact coverage.

    ``hairline_kept`` is Σ min(1 − matte, 1 − truth) / Σ (1 − truth), ``hairline_excess`` is
    Σ max(truth − matte, 0) / Σ (1 − truth), both over the hairlines and a pixel around; NaN without any.
    """
    where = np.asarray(cv2.dilate(hairlines(truth).view(np.uint8), np.ones((3, 3), np.uint8))) > 0
    exact, found = 1 - truth[where].astype(np.float64), 1 - matte[where].astype(np.float64)
    whole = float(exact.sum())
    if not whole:
        return {"hairline_kept": math.nan, "hairline_excess": math.nan}
    return {
        "hairline_kept": float(np.minimum(found, exact).sum()) / whole,
        "hairline_excess": float(np.maximum(found - exact, 0).sum()) / whole,
    }
