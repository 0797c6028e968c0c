"""How much of wires, poles, masts and twigs against the sky is kept."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.masks.labels import NON_SKY, SKY, check_label, check_pair
from skymatte.masks.neighbourhood import within

THIN_WIDTH: Final = 8
"""Structures narrower than this many pixels are thin."""

CORNER_SLACK: Final = 2.0
"""Pixels.  A disc of diameter 8 leaves (√2 − 1)·4 = 1.7 px of a right-angled corner uncovered: that is no wire."""


def thin_structures(label: NDArray[np.uint8], *, width: int = THIN_WIDTH, wrap: bool = False) -> NDArray[np.bool_]:
    """H×W bool: the labelled non-sky that is narrower than `width` pixels and stands against the sky.

    What a disc of diameter `width` cannot reach inside the non-sky (its morphological opening) is narrower than the
    disc.  The corners of broad things are not meant: what lies within 2 px of the opened region is left out.
    Ignored pixels and what is beyond the frame count as more of the same for the opening, so only sky can make a
    structure narrow, and every thin pixel has sky beside it or beside its neighbours.

    Args:
        label: 255 sky, 0 non-sky, 128 ignore.
        width: pixels.
        wrap: left and right edge touch (equirectangular pictures).

    Raises:
        LabelError: not a label.
    """
    check_label(label)
    body = _opened(label != SKY, width, wrap=wrap)
    return np.asarray(label == NON_SKY) & ~within(body, CORNER_SLACK, wrap=wrap)


def thin_structure_recall(
    mask: NDArray[np.bool_], label: NDArray[np.uint8], *, width: int = THIN_WIDTH, wrap: bool = False
) -> float:
    """Share of `thin_structures(label)` that the mask keeps as non-sky, in [0, 1]; NaN if there are none.

    Raises:
        LabelError: the two cannot be compared.
    """
    check_pair(mask, label)
    thin = thin_structures(label, width=width, wrap=wrap)
    count = int(np.count_nonzero(thin))
    return int(np.count_nonzero(thin & ~mask)) / count if count else math.nan


def _opened(region: NDArray[np.bool_], width: int, *, wrap: bool) -> NDArray[np.bool_]:
    height, columns = region.shape
    padded = np.pad(region, ((width, width), (0, 0)), mode="edge")
    padded = np.pad(padded, ((0, 0), (width, width)), mode="wrap" if wrap else "edge")
    disc = _disc(width)
    # OpenCV's dilation does not mirror the element: for an even width the anchor must be mirrored by hand.
    first, second = width // 2, width - 1 - width // 2
    eroded = cv2.erode(padded.view(np.uint8), disc, anchor=(first, first))
    opened = np.asarray(cv2.dilate(eroded, disc, anchor=(second, second)))
    return opened[width : width + height, width : width + columns] > 0


def _disc(width: int) -> NDArray[np.uint8]:
    offsets = np.arange(width, dtype=np.float32) - (width - 1) / 2
    return (offsets[:, None] ** 2 + offsets[None, :] ** 2 <= (width / 2) ** 2).astype(np.uint8)
