"""Edges whose exact coverage is known, and what a network that is a few pixels off would say of them."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Inside = Callable[[NDArray[np.float64], NDArray[np.float64]], NDArray[np.bool_]]
"""Whether points (x, y) in pixels, pixel centres at .5, are sky."""

_SAMPLES = 16
SKY = np.array([0.5, 0.8, 1.3], np.float32)
GROUND = np.array([0.08, 0.06, 0.03], np.float32)


def coverage(height: int, width: int, inside: Inside) -> Array:
    """Share of 16×16 points of each pixel that are sky: H×W float32."""
    offsets = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    x = (np.arange(width)[:, None] + offsets).ravel()
    share = np.empty((height, width), np.float32)
    for row in range(height):
        points = inside(x[None, :], (row + offsets)[:, None])
        share[row] = np.broadcast_to(points, (_SAMPLES, x.size)).reshape(_SAMPLES, width, _SAMPLES).mean((0, 2))
    return share


def textured(height: int, width: int, colour: Array, spread: float, seed: int) -> Array:
    """H×W×3 light of a colour with lognormal texture."""
    rng = np.random.default_rng(seed)
    return np.asarray(colour * rng.lognormal(0, spread, (height, width, 1)), np.float32)


def composed(matte: Array, sky_spread: float = 0.02, ground_spread: float = 0.3) -> Array:
    """The picture of a matte: bright blue sky over dark brown ground, mixed by area in linear light."""
    share = matte[..., None]
    height, width = matte.shape
    sky = textured(height, width, SKY, sky_spread, 1)
    return np.asarray(share * sky + (1 - share) * textured(height, width, GROUND, ground_spread, 2), np.float32)


def blurred_answer(matte: Array, sigma: float = 3.0, shift: int = 1) -> Array:
    """What a network that sees less and is a pixel off would say."""
    moved = np.roll(matte, (shift, shift), (0, 1))
    moved[:shift], moved[:, :shift] = matte[:shift], matte[:, :shift]
    return np.asarray(cv2.GaussianBlur(moved, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE), np.float32)
