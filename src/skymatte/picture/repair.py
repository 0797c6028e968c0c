"""Make every sample of a picture a finite, non-negative number, and count what was not."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.model import Repairs

_BLOCK_ROWS = 256


def repair(pixels: NDArray[np.float32]) -> Repairs:
    """Repair H×W×3 float32 *pixels* in place: NaN → 0, +Inf → the channel's largest finite value, negatives → 0.

    −Inf counts as negative.  A channel with +Inf and no finite value gets 1.  Large values are never clipped.  Works in
    blocks of rows, so that little memory is needed beside the picture.
    """
    blocks = [pixels[top : top + _BLOCK_ROWS] for top in range(0, pixels.shape[0], _BLOCK_ROWS)]
    # A sound block is known by its extremes alone (NaN comes through both), far faster than testing every sample.
    broken = [block for block in blocks if not (block.min() >= 0 and block.max() < np.inf)]
    if not broken:
        return Repairs()
    largest = np.zeros(pixels.shape[2], dtype=np.float32)
    for block in blocks:
        largest = np.maximum(largest, np.max(block, axis=(0, 1), where=np.isfinite(block), initial=0.0))
    nan = inf = negative = 0
    bright = np.where(largest > 0, largest, np.float32(1.0))
    for block in broken:
        counts = _repair_block(block, bright)
        nan, inf, negative = nan + counts.nan, inf + counts.inf, negative + counts.negative
    return Repairs(nan=nan, inf=inf, negative=negative)


def _repair_block(block: NDArray[np.float32], bright: NDArray[np.float32]) -> Repairs:
    is_nan, is_inf, is_negative = np.isnan(block), np.isposinf(block), block < 0
    block[is_nan | is_negative] = 0.0
    for channel, value in enumerate(bright):
        block[..., channel][is_inf[..., channel]] = value
    return Repairs(int(is_nan.sum()), int(is_inf.sum()), int(is_negative.sum()))
