"""OpenEXR's luminance/chroma pictures: one full-resolution Y, and RY, BY at a fraction of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_BLOCK_ROWS = 256

Plane = tuple[NDArray[np.float32], int, int]
"""Samples of a chroma channel, and every how many columns and rows there is one."""


def from_luminance_chroma(pixels: NDArray[np.float32], red: Plane, blue: Plane, weights: tuple[float, ...]) -> None:
    """Turn Y (in channel 0 of *pixels*) and the planes RY, BY into R, G, B, in place.

    RY = (R − Y)/Y and BY = (B − Y)/Y (OpenEXR, "Technical Introduction", luminance/chroma images).  Chroma samples sit
    on the pixels whose coordinates the sampling divides; between them they are interpolated linearly.
    """
    for top in range(0, pixels.shape[0], _BLOCK_ROWS):
        block = pixels[top : top + _BLOCK_ROWS]
        y = block[..., 0].copy()
        block[..., 0] = (_upsampled(red, top, *y.shape) + 1) * y
        block[..., 2] = (_upsampled(blue, top, *y.shape) + 1) * y
        block[..., 1] = (y - weights[0] * block[..., 0] - weights[2] * block[..., 2]) / weights[1]


def _upsampled(plane: Plane, top: int, height: int, width: int) -> NDArray[np.float32]:
    samples, x_step, y_step = plane
    rows = _between(samples, np.arange(top, top + height), y_step, axis=0)
    return _between(rows, np.arange(width), x_step, axis=1)


def _between(samples: NDArray[np.float32], positions: NDArray[np.int64], step: int, axis: int) -> NDArray[np.float32]:
    low, rest = np.divmod(positions, step)
    high = np.minimum(low + 1, samples.shape[axis] - 1)
    share = (rest / step).astype(np.float32)
    share = share[:, None] if axis == 0 else share[None, :]
    result: NDArray[np.float32] = samples.take(low, axis) * (1 - share) + samples.take(high, axis) * share
    return result
