"""No light is lost or won: every pixel of the source is the mean of what it becomes."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

REACH: Final = 1
"""How far the correction reaches, in pixels of the source."""


def keep_light(larger: Array, source: Array, scale: int, *, floor: float, most: float = float("inf")) -> Array:
    """Correct an enlarged picture so that the mean of each scale×scale block is its source pixel.

    Iterative back-projection (Irani & Peleg 1991, "Improving resolution by image registration", section 3), but
    multiplied instead of added, so that nothing gets negative: once by smoothly interpolated ratios, which leave no
    trace of the blocks, then by what is still missing of each block.

    Args:
        larger: (scale·H)×(scale·W)×C float32 light ≥ 0; overwritten.
        source: H×W×C light ≥ 0, finite.
        scale: side of the blocks.
        floor: light that counts as dark, > 0: ratios of less say nothing.
        most: largest value allowed, at least the source's; blocks that exceed it lose contrast instead of light.

    Returns:
        ``larger``.  The means are exact but for the rounding of float32.
    """
    source = np.asarray(source, np.float32)
    dark = np.float32(floor)
    size = larger.shape[1::-1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        ratio = np.nan_to_num((source + dark) / (block_means(larger, scale) + dark), nan=1, posinf=1)
        smooth = cv2.resize(ratio, size, interpolation=cv2.INTER_LINEAR)
        larger *= smooth.reshape(larger.shape)
        _settle(_blocks(larger, scale), source, np.float32(most))
    return larger


def block_means(larger: Array, scale: int) -> Array:
    """(scale·H)×(scale·W)×C → H×W×C float32, the means of scale×scale blocks."""
    return np.asarray(_blocks(larger, scale).mean(axis=(1, 3), dtype=np.float32))


def _blocks(larger: Array, scale: int) -> Array:
    """H×scale×W×scale×C, a view."""
    height, width, channels = larger.shape
    return larger.reshape(height // scale, scale, width // scale, scale, channels)


def _settle(blocks: Array, source: Array, most: np.float32) -> None:
    """Bring each block's mean to its source pixel exactly, and its brightest pixel below *most*."""
    means = blocks.mean(axis=(1, 3), dtype=np.float32)
    ratio = source / means
    usable = np.isfinite(ratio) & np.isfinite(means)
    blocks *= np.where(usable, ratio, 0)[:, None, :, None]
    # No shape to scale: a block without light that should have some, or one beyond float32.
    np.copyto(blocks, source[:, None, :, None], where=~usable[:, None, :, None])
    if not np.isfinite(most):
        return
    brightest = blocks.max(axis=(1, 3))
    share = np.where(brightest > most, (most - source) / (brightest - source), 1).astype(np.float32)
    if (share < 1).any():
        level = source[:, None, :, None]
        np.copyto(
            blocks,
            np.minimum(level + share[:, None, :, None] * (blocks - level), most),
            where=(share < 1)[:, None, :, None],
        )
