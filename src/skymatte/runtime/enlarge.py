"""Bilinear enlargement of mattes, across the wrap of panoramas too."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def neighbours(length: int, small: int, wrap: bool) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
    """Bilinear enlargement along one axis of ``small`` to ``length`` pixels.

    Returns:
        for each of the ``length`` positions its two coarse neighbours, and the share of the second in [0, 1).
    """
    position = (np.arange(length) + 0.5) * (small / length) - 0.5
    first = np.floor(position).astype(np.intp)
    share = (position - first).astype(np.float32)
    second = first + 1
    if wrap:
        return first % small, second % small, share
    return np.clip(first, 0, small - 1), np.clip(second, 0, small - 1), share


def enlarge(matte: Array, height: int, width: int, *, wrap: bool) -> Array:
    """Bilinear enlargement to height×width; panoramas blend across the wrap."""
    if not wrap:
        return np.asarray(cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    factor = -(-width // matte.shape[1])
    padded = cv2.copyMakeBorder(matte, 0, 0, 1, 1, cv2.BORDER_WRAP)
    if width == factor * matte.shape[1]:
        return np.ascontiguousarray(
            cv2.resize(padded, (width + 2 * factor, height), interpolation=cv2.INTER_LINEAR)[:, factor:-factor],
            np.float32,
        )
    first, second, share = neighbours(width, matte.shape[1], wrap=True)
    rows = np.asarray(cv2.resize(matte, (matte.shape[1], height), interpolation=cv2.INTER_LINEAR), np.float32)
    return np.asarray(rows[:, first] * (1 - share) + rows[:, second] * share, np.float32)
