"""COCO's run lengths of a mask, column by column, as a list of counts or packed into a string."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError

_FIRST: Final = 48
"""Code of the character for zero; a character holds five bits and, in the sixth, whether more follow."""


def decode(counts: Any, width: int, height: int) -> NDArray[np.bool_]:
    """The mask of run lengths: H×W bool.

    Runs go down the columns, from the left, beginning with what is not in the mask.  pycocotools would read
    uninitialised memory where runs are missing, so counts are checked before they are believed.

    Args:
        counts: a list of counts (COCO's "uncompressed RLE"), or the packed string.
        width: of the mask.
        height: of the mask.

    Raises:
        LabelError: no counts, or their sum is not width × height.
    """
    runs = _unpack(counts) if isinstance(counts, str | bytes) else _whole_numbers(counts)
    total = sum(runs)
    if min(runs, default=0) < 0 or total != width * height:
        raise LabelError(f"its run lengths cover {total} pixels, not {width}×{height} = {width * height}")
    values = np.zeros(len(runs), np.bool_)
    values[1::2] = True
    return np.ascontiguousarray(np.repeat(values, runs).reshape(width, height).T)


def encode(mask: NDArray[np.bool_]) -> str:
    """The run lengths of an H×W bool mask, packed into a string as pycocotools packs them."""
    from pycocotools import mask as coco

    packed: Any = coco.encode(np.asfortranarray(mask, np.uint8))
    return str(packed["counts"], "ascii")


def _whole_numbers(counts: Any) -> list[int]:
    if not isinstance(counts, list) or not all(isinstance(count, int) for count in counts):
        raise LabelError("its run lengths are no list of whole numbers")
    return counts


def _unpack(text: str | bytes) -> list[int]:
    """Counts from the packed string: 5 bits a character, low bits first, signed; from the fourth on, differences to
    the count two before (pycocotools, maskApi.c, rleFrString)."""
    runs: list[int] = []
    value = shift = 0
    for code in map(ord, text) if isinstance(text, str) else text:
        bits = code - _FIRST
        if not 0 <= bits < 64:
            raise LabelError(f"its run lengths hold {chr(code)!r}, which packed counts never do")
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + runs[-2] if len(runs) > 2 else value)
        value = shift = 0
    if shift:
        raise LabelError("its run lengths end in the middle of a count")
    return runs
