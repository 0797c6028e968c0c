"""What a camera and a development do to a patch's light: exposure, white balance, saturation, noise, contrast.

Pixels are H×W×3 float32 linear light, finite and ≥ 0, the whole picture's log mean near middle grey; they come back as
arrays of the same kind.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.exposure import MIDDLE_GREY
from skymatte.picture.repair import repair

Array = NDArray[np.float32]

_BRIGHTEST = np.float32(1e12)
"""Forty stops above middle grey: more than the sun has over starlight, and far enough from overflow for every step."""


def sound(pixels: Array) -> Array:
    """``pixels`` themselves where finite, ≥ 0 and ≤ 1e12, else a mended copy (NaN → 0, +Inf → the largest value)."""
    if pixels.min() >= 0 and pixels.max() <= _BRIGHTEST:  # NaN is neither
        return pixels
    mended = np.array(pixels, np.float32)
    repair(mended)
    return np.asarray(np.minimum(mended, _BRIGHTEST), np.float32)


def expose(pixels: Array, rng: np.random.Generator, *, stops: float) -> Array:
    """All light times 2^s, s uniform within ±``stops``."""
    return np.asarray(pixels * np.float32(2 ** rng.uniform(-stops, stops)), np.float32)


def balance_white(pixels: Array, rng: np.random.Generator, *, stops: float) -> Array:
    """Each channel times a gain within ±``stops``; then their common factor is taken out, so that exposure stays."""
    gains = rng.uniform(-stops, stops, 3)
    return np.asarray(pixels * np.exp2(gains - gains.mean()).astype(np.float32), np.float32)


def clip_sun(pixels: Array, rng: np.random.Generator, *, stops: tuple[float, float]) -> Array:
    """A sensor that saturates: each channel ends at a white level, uniform in stops above middle grey."""
    return np.asarray(np.minimum(pixels, np.float32(MIDDLE_GREY * 2 ** rng.uniform(*stops))), np.float32)


def add_noise(pixels: Array, rng: np.random.Generator, *, shot: float, read: float) -> Array:
    """Noise of variance shot·L + read², never below black.

    The linear camera model of EMVA Standard 1288: the variance of a pixel in time grows linearly with its light.
    Both are drawn log-uniformly from a hundredth of the given value up to it.
    """
    shot, read = (largest * 10 ** rng.uniform(-2, 0) for largest in (shot, read))
    deviation = np.sqrt(np.float32(shot) * pixels + np.float32(read**2))
    noise = deviation * rng.standard_normal(pixels.shape, dtype=np.float32)
    return np.asarray(np.maximum(pixels + noise, 0), np.float32)


def apply_gamma(pixels: Array, rng: np.random.Generator, *, limit: float) -> Array:
    """Contrast about middle grey: g·(L/g)^γ, γ log-uniform between 1/``limit`` and ``limit``."""
    grey = np.float32(MIDDLE_GREY)
    return grey * np.asarray(cv2.pow(pixels / grey, limit ** rng.uniform(-1, 1)), np.float32)
