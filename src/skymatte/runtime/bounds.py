"""How far a closer look may depart from what a look from farther away said.

From close by a pond, a white wall or a dark cloud may look like something else; the farther look saw what it belongs
to.  So sky may only appear where sky was thought possible nearby, and go where ground was; wires and twigs, which the
farther look hardly saw, need more room than gaps.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_REACH = 2
"""Pixels of the coarser answer by which it may be out of place."""

_LIKELY = 0.5

_DOWN = np.float32(np.exp(-4.0))
"""Factor of the odds of sky by which a closer look may lower them where all around was sky."""


def bounds(coarser: Array, *, wrap: bool) -> tuple[Array, Array]:
    """Least and most that a closer look may say, h×w float32 in [0, 1] each, of an answer h×w float32 in [0, 1].

    Where sky was likely nearby nothing bounds from above, where ground was, nothing from below.  Elsewhere sky is no
    likelier than it was nearby, and less likely by ``_DOWN`` at most.
    """
    around = min(_REACH, coarser.shape[1]) if wrap else 0
    ring = cv2.copyMakeBorder(coarser, 0, 0, around, around, cv2.BORDER_WRAP)
    kernel = np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)
    least, most = (
        np.asarray(reach(ring, kernel)[:, around : around + coarser.shape[1]], np.float32)
        for reach in (cv2.erode, cv2.dilate)
    )
    return (
        np.where(least > _LIKELY, _with_odds(least, _DOWN), np.float32(0)),
        np.where(most < _LIKELY, most, np.float32(1)),
    )


def _with_odds(probability: Array, factor: np.float32) -> Array:
    """Probabilities whose odds p/(1 − p) are multiplied."""
    return np.asarray(probability * factor / (1 - probability + probability * factor), np.float32)
