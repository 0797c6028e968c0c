"""Small versions of 8-bit pictures, and small pictures brought back to their size, as super-resolution is studied."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.bicubic import bicubic
from skymatte.picture.luma import SPAN, luma

Array = NDArray[np.float32]
Pixels = NDArray[np.uint8]

Sharpen = Callable[[Array], Array]
"""Luma of a small picture, h×w in [16, 235] / 255 → what bicubic interpolation misses at the large size, float32."""


def shrunk(picture: Pixels, scale: int) -> Pixels:
    """A ``scale``-th of the sides by MATLAB's antialiased bicubic, H×W×3 uint8; sides are multiples of ``scale``."""
    height, width = picture.shape[:2]
    return rounded(bicubic(picture.astype(np.float32), height // scale, width // scale))


def enlarged(small: Pixels, scale: int, sharpen: Sharpen | None = None) -> Pixels:
    """``scale`` times the sides, H×W×3 uint8: by bicubic, and what ``sharpen`` adds to all three colours alike."""
    height, width = (scale * side for side in small.shape[:2])
    large = bicubic(small.astype(np.float32), height, width)
    if sharpen is not None:
        residual = sharpen(luma(small.astype(np.float32) / np.float32(255)))
        large += (residual * np.float32(255 / SPAN))[..., None]
    return rounded(large)


def rounded(pixels: Array) -> Pixels:
    """Values in [0, 255] and a little beyond, as 8-bit files have them."""
    return np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
