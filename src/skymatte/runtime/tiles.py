"""Windows of a large picture: where they start, and how their answers are blended."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def starts(length: int, patch: int, stride: int) -> list[int]:
    """Offsets of windows of ``patch`` pixels, every ``stride``, that cover ``length`` pixels to the last one.

    The last window is moved back so that it ends with the picture; a picture shorter than a window has one, at 0.

    Raises:
        ValueError: a number is not positive, or the stride exceeds the patch and would leave gaps.
    """
    _check(length, patch, stride)
    last = max(0, length - patch)
    return [*range(0, last, stride), last]


def ring_starts(length: int, patch: int, stride: int) -> list[int]:
    """The same on a ring of ``length`` pixels: windows may run over its end and go on at its beginning."""
    _check(length, patch, stride)
    return list(range(0, length, stride))


def _check(length: int, patch: int, stride: int) -> None:
    if min(length, patch, stride) < 1:
        raise ValueError(f"length, patch and stride must be at least 1, not {length}, {patch}, {stride}")
    if stride > patch:
        raise ValueError(f"a stride of {stride} leaves gaps between patches of {patch}; it must not exceed the patch")


class Votes:
    """Mean of overlapping tiles, H×W.

    Args:
        height: rows of the picture.
        width: columns of the picture.
        ring: columns wrap left–right, as a panorama's do.
    """

    def __init__(self, height: int, width: int, *, ring: bool = False) -> None:
        self._sum = np.zeros((height, width), np.float32)
        self._count = np.zeros((height, width), np.float32)
        self._ring = ring

    def add(self, top: int, left: int, values: Array) -> None:
        """Add one tile's values (h×w float32) at row ``top``, column ``left``.

        Rows and columns beyond the picture are left out; on a ring, columns beyond its end go on at its beginning.
        """
        height, width = self._sum.shape
        values = values[: height - top, :width]
        rows = slice(top, top + values.shape[0])
        fitting = min(values.shape[1], width - left)
        self._sum[rows, left : left + fitting] += values[:, :fitting]
        self._count[rows, left : left + fitting] += 1
        rest = values.shape[1] - fitting
        if self._ring and rest > 0:
            self._sum[rows, :rest] += values[:, fitting:]
            self._count[rows, :rest] += 1

    def mean(self) -> Array:
        """The blended picture, H×W float32; 0 where no tile voted.  Ends the voting: the sums are given up."""
        np.divide(self._sum, self._count, out=self._sum, where=self._count > 0)
        return self._sum
