"""Linear light to something a screen shows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import srgb_from_linear
from skymatte.picture.exposure import exposure_scale, luminance

_WHITE = 16.0
"""Luminance, relative to middle grey × 1/0.18, that is drawn as pure white."""

_BLOCK_PIXELS = 1 << 20
_STEPS = 4095
_SRGB_OF_ROOT = np.rint(srgb_from_linear(np.linspace(0, 1, _STEPS + 1, dtype=np.float32) ** 2) * 255).astype(np.uint8)
"""The sRGB curve in 8 bits, by the root of linear light: even steps of it are finer than a level everywhere."""


def tone_map(pixels: NDArray[np.float32], scale: float | None = None) -> NDArray[np.uint8]:
    """A display version of a linear picture: H×W×3 float32 → H×W×3 uint8, sRGB.

    Extended Reinhard on luminance (Reinhard et al. 2002, equation 4), so that hues stay; rows are worked off in blocks
    to keep the memory of large pictures flat.

    Args:
        pixels: linear Rec.709 light, finite and non-negative.
        scale: exposure factor; the picture's own :func:`exposure_scale` by default.
    """
    scale = exposure_scale(pixels) if scale is None else scale
    shown = np.empty(pixels.shape, np.uint8)
    rows = max(1, _BLOCK_PIXELS // max(1, pixels.shape[1]))
    for top in range(0, pixels.shape[0], rows):
        block = pixels[top : top + rows] * np.float32(scale)
        light = luminance(block)[..., None]
        block *= (1 + light / _WHITE**2) / (1 + light)
        steps = np.sqrt(np.clip(block, 0, 1, out=block), out=block)
        steps *= _STEPS
        shown[top : top + rows] = _SRGB_OF_ROOT[(steps + 0.5).astype(np.uint16)]
    return shown
