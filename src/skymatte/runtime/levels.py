"""The sizes at which a picture is looked at, from the whole at a glance to every pixel."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Size = tuple[int, int]
"""(height, width) in pixels."""


def level_sizes(height: int, width: int, glance: int, enlarged: float) -> list[Size]:
    """Sizes of the levels, coarse to fine, each twice the one before.

    The finest is the picture's own size, or ``enlarged`` times it where that is nearer to what the network learnt; the
    coarsest is at most 1.5 times ``glance`` long.
    """
    sizes = [(round(height * enlarged), round(width * enlarged))]
    while max(sizes[0]) > 1.5 * glance and min(sizes[0]) >= 2:
        sizes.insert(0, (-(-sizes[0][0] // 2), -(-sizes[0][1] // 2)))
    return sizes


def resized(pixels: Array, size: Size) -> Array:
    """Linear light at another size: area average when shrinking (a coarser sensor), else bilinear; H×W×C float32."""
    if pixels.shape[:2] == size:
        return pixels
    smaller = size[0] <= pixels.shape[0] and size[1] <= pixels.shape[1]
    method = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(pixels, size[::-1], interpolation=method), np.float32)


def turned_half(pixels: Array, turn: int) -> Array:
    """A panorama turned left by ``turn`` columns and shrunk to half its size.

    By bands, so that no turned copy is held; whole where its height is odd and bands would not meet.
    """
    height, width = pixels.shape[:2]
    small = np.empty((-(-height // 2), -(-width // 2), 3), np.float32)
    band = height if height % 2 else 128
    for top in range(0, height, 2 * band):
        rows = np.roll(pixels[top : top + 2 * band], -turn, axis=1) if turn else pixels[top : top + 2 * band]
        part = small[top // 2 : top // 2 + band]  # a slice ends where the picture does
        part[:] = cv2.resize(rows, (small.shape[1], len(part)), interpolation=cv2.INTER_AREA)
    return small


def own_heading(pixels: Array) -> int:
    """The column, in [0, W), of a panorama that its own light points to: it turns as the panorama is turned.

    The circular mean of the columns' mean log light.  Looked at from there, a panorama gives the same answer whatever
    column its file happens to begin with.
    """
    step = max(1, pixels.shape[0] // 256)
    light = np.log2(np.maximum(pixels[step // 2 :: step].max(axis=2), np.float32(2.0**-20)))
    columns = light.mean(axis=0, dtype=np.float64)
    angles = 2 * np.pi * np.arange(len(columns)) / len(columns)
    # Rounded, so that the order of a sum does not decide the column.
    heading = np.arctan2(np.sum(columns * np.sin(angles)), np.sum(columns * np.cos(angles)))
    return int(np.floor(np.round(heading / (2 * np.pi) * len(columns), 3))) % len(columns)


def turn_in_place(image: Array, turn: int) -> None:
    """Turn a panorama, H×W…, left by ``turn`` columns, some rows at a time."""
    band = 256
    for top in range(0, len(image) if turn else 0, band):
        image[top : top + band] = np.roll(image[top : top + band], -turn, axis=1)
