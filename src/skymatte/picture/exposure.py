"""Luminance, and the exposure that a picture asks for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MIDDLE_GREY = 0.18
"""Where the robust mean of log luminance is placed: the reflectance photographers meter for."""

REC709_LUMINANCE = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)
"""Rec. ITU-R BT.709-6, item 3.2."""

_SAMPLES = 1 << 18
_TRIM = 0.05


def luminance(pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    """Relative luminance of linear Rec.709 light: …×3 float32 → … float32."""
    return np.asarray(pixels @ REC709_LUMINANCE, dtype=np.float32)


def exposure_scale(pixels: NDArray[np.float32]) -> float:
    """The factor that brings a picture's robust mean of log luminance to middle grey.

    The mean runs over positive pixels, without the darkest and the brightest 5 %, so that suns, lamps and the black
    surroundings of a capture do not move it.  Because it is a mean of logarithms, ``exposure_scale(k * pixels)`` is
    ``exposure_scale(pixels) / k``: the network sees the same numbers at every exposure.

    Args:
        pixels: H×W×3 float32, linear light, finite.

    Returns:
        A positive factor; 1.0 for a picture without light.
    """
    step = max(1, int(np.sqrt(pixels.shape[0] * pixels.shape[1] / _SAMPLES)))
    light = luminance(pixels[::step, ::step]).ravel()
    light = light[light > 0]
    if light.size == 0:
        return 1.0
    logs = np.sort(np.log2(light.astype(np.float64)))
    cut = int(_TRIM * logs.size)
    return float(MIDDLE_GREY / 2.0 ** logs[cut : logs.size - cut].mean())
