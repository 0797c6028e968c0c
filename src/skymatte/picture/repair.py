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
    largest = np.zeros(pixels.shape[2], dtype=np.float32)
    broken = []
    for block in blocks:
        flat = block.reshape(-1, block.shape[-1])
        low, high = flat.min(axis=0), flat.max(axis=0)  # NaN comes through both
        if (low >= 0).all() and (high < np.inf).all():
            largest = np.maximum(largest, high)
            continue
        broken.append(block)
        largest = np.maximum(largest, np.max(flat, axis=0, where=np.isfinite(flat), initial=0.0))
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
