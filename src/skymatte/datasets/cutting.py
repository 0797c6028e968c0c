"""Where patches lie in a picture, and how one is cut out of it."""

from __future__ import annotations

from itertools import product
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.patch_plan import PatchPlan

Scalar = TypeVar("Scalar", bound=np.generic)


def corners(height: int, width: int, plan: PatchPlan, *, wraps: bool) -> list[tuple[int, int]]:
    """Top and left of every patch of an H×W picture, row by row; overhanging ones may be negative.

    Args:
        height: rows of the picture.
        width: its columns.
        plan: size, stride and padding.
        wraps: columns go on around the wrap, so that with ``same`` padding the first patch starts at column 0.
    """
    if plan.padding == "valid":
        rows, columns = (range(0, length - plan.size + 1, plan.stride) for length in (height, width))
    else:
        rows = _overhanging(height, plan)
        columns = range(0, width, plan.stride) if wraps else _overhanging(width, plan)
    return list(product(rows, columns))


def _overhanging(length: int, plan: PatchPlan) -> range:
    """⌈length / stride⌉ patches, padded as much before as after, or one pixel less (TensorFlow's SAME)."""
    count = -(-length // plan.stride)
    missing = max(0, (count - 1) * plan.stride + plan.size - length)
    return range(-(missing // 2), count * plan.stride - missing // 2, plan.stride)


def cut(image: NDArray[Scalar], top: int, left: int, size: int, *, wraps: bool) -> NDArray[Scalar]:
    """A copy, size×size(×C), of the patch at ``top``, ``left`` of an H×W(×C) image.

    Beyond the image columns go on around the wrap if it ``wraps``; everything else is mirrored at the outermost pixel.
    """
    height, width = image.shape[:2]
    if 0 <= top <= height - size and 0 <= left <= width - size:
        return np.array(image[top : top + size, left : left + size])
    rows = _mirror(np.arange(top, top + size), height)
    columns = np.arange(left, left + size)
    columns = columns % width if wraps else _mirror(columns, width)
    return np.asarray(image[rows[:, None], columns])


def inside(height: int, width: int, top: int, left: int, size: int, *, wraps: bool) -> NDArray[np.bool_]:
    """Which pixels (size×size) of a patch are the picture's own; around the wrap they are, once around."""
    rows, columns = np.arange(top, top + size), np.arange(left, left + size)
    across = columns < left + width if wraps else (columns >= 0) & (columns < width)
    return np.asarray(((rows >= 0) & (rows < height))[:, None] & across)


def _mirror(index: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """Indices reflected at the first and the last of ``length`` pixels, which are not repeated (reflect-101)."""
    if length == 1:
        return np.zeros_like(index)
    index = np.abs(index) % (2 * length - 2)
    return np.minimum(index, 2 * length - 2 - index)
