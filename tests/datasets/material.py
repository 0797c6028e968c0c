"""Small labelled pictures in memory."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.sources import Source
from skymatte.datasets.views import View
from skymatte.picture.model import Projection

Array = NDArray[np.float32]

DARK, BRIGHT = np.array([0.1, 0.2, 0.05], np.float32), np.array([0.9, 0.5, 3.0], np.float32)
"""What :func:`coloured_by_label` shows for non-sky and for sky."""


def skyline(height: int, width: int, seed: int = 0) -> Array:
    """H×W float32: 1 above a ragged horizon, 0 below."""
    rng = np.random.default_rng(seed)
    horizon = height * (0.5 + 0.2 * np.cumsum(rng.normal(0, 0.1, width)).clip(-1, 1))
    return np.asarray(np.arange(height)[:, None] < horizon, np.float32)


def coloured_by_label(
    sky: Array, ignore: Array | None = None, *, panorama: bool = True, stratum: str = "open"
) -> Source:
    """A picture whose every pixel is DARK + (BRIGHT − DARK)·sky."""
    pixels = DARK + (BRIGHT - DARK) * sky[..., None]
    projection = Projection.EQUIRECTANGULAR if panorama else Projection.PERSPECTIVE
    return Source("labelled", pixels, sky, np.zeros_like(sky) if ignore is None else ignore, projection, stratum)


def textured(
    height: int = 64, width: int = 128, *, stratum: str = "open", seed: int = 0, panorama: bool = True
) -> Source:
    """Log-normal light, four stops brighter in the sky."""
    sky = np.zeros((height, width), np.float32) if stratum == "negative" else skyline(height, width, seed)
    sky = np.ones_like(sky) if stratum == "puresky" else sky
    rng = np.random.default_rng(seed + 1000)
    coarse = rng.lognormal(-2, 0.7, (height // 8, width // 8, 3)).astype(np.float32)
    pixels = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_LINEAR) * (1 + 15 * sky[..., None])
    projection = Projection.EQUIRECTANGULAR if panorama else Projection.PERSPECTIVE
    return Source(f"{stratum}-{seed}", np.asarray(pixels, np.float32), sky, np.zeros_like(sky), projection, stratum)


def view_of(pixels: Array, sky: Array) -> View:
    """A view of a plain picture without ignored pixels."""
    return View(pixels.copy(), sky.copy(), np.ones_like(sky), None)
