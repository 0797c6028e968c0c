"""Where a matte is open, in blocks: the work of drawing edges follows their length, not the picture's area."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

BLOCK: Final = 256
"""Side of a block, pixels."""

CELL: Final = 32
"""Blocks are trimmed to cells of this many pixels."""

_NEAR: Final = 2
"""What lies within this many cells of an edge is looked at too: a wire that the network missed ends somewhere."""


@dataclass(frozen=True, slots=True)
class Block:
    """A rectangle of whole cells: rows ``top:bottom``, columns ``left:right``; the last may run over the frame."""

    top: int
    bottom: int
    left: int
    right: int

    def turned(self, turn: int) -> Block:
        """Where the rectangle is in a panorama before it is turned left by ``turn`` columns."""
        return Block(self.top, self.bottom, self.left + turn, self.right + turn)

    def part(self, image: NDArray[Any]) -> NDArray[Any]:
        """The rectangle as far as it lies in the picture, to be read or written."""
        return image[self.top : self.bottom, self.left : self.right]

    def window(self, image: NDArray[np.float32], margin: int, *, wrap: bool) -> NDArray[np.float32]:
        """A copy of the rectangle with ``margin`` more pixels on all sides; the frame is mirrored, panoramas wrap."""
        height, width = image.shape[:2]
        rows = np.arange(self.top - margin, self.bottom + margin)
        columns = np.arange(self.left - margin, self.right + margin)
        if rows[0] >= 0 and rows[-1] < height and columns[0] >= 0 and columns[-1] < width:
            return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].copy()
        across = columns % width if wrap else _mirrored(columns, width)
        return np.asarray(image[_mirrored(rows, height)[:, None], across])


def open_blocks(matte: Array, sure: float, *, wrap: bool) -> Iterator[Block]:
    """The blocks in which, or next to which, the matte is neither sky nor ground for sure.

    Args:
        matte: H×W float32 in [0, 1].
        sure: from ``1 − sure`` the matte is sky for sure, up to ``sure`` it is ground.
        wrap: left and right edges touch.
    """
    least, most = _cells(matte, np.minimum), _cells(matte, np.maximum)
    inner = slice(_NEAR, -_NEAR)
    border = cv2.BORDER_WRAP if wrap else cv2.BORDER_REPLICATE
    around = np.ones((2 * _NEAR + 1, 2 * _NEAR + 1), np.uint8)
    # A step from sky to ground between two cells is an edge too: the range is over a cell and its neighbours.
    least, most = (
        np.asarray(reach(cv2.copyMakeBorder(cells, *4 * (_NEAR,), border), around), np.float32)[inner, inner]
        for reach, cells in ((cv2.erode, least), (cv2.dilate, most))
    )
    is_open = (most > sure) & (least < 1 - sure)
    per_block = BLOCK // CELL
    for row in range(0, is_open.shape[0], per_block):
        for column in range(0, is_open.shape[1], per_block):
            y, x = np.nonzero(is_open[row : row + per_block, column : column + per_block])
            if y.size:
                yield Block(
                    (row + int(y.min())) * CELL,
                    (row + int(y.max()) + 1) * CELL,
                    (column + int(x.min())) * CELL,
                    (column + int(x.max()) + 1) * CELL,
                )


def _cells(matte: Array, extreme: np.ufunc) -> Array:
    """The extreme of every cell."""
    rows, columns = (np.arange(0, length, CELL) for length in matte.shape)
    return np.asarray(extreme.reduceat(extreme.reduceat(matte, rows, axis=0), columns, axis=1), np.float32)


def _mirrored(index: NDArray[np.intp], length: int) -> NDArray[np.intp]:
    """Positions beyond the frame brought back into it, as often as needed."""
    period = 2 * length
    back = index % period
    return np.minimum(back, period - 1 - back)
