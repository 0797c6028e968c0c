"""What a camera, the weather and a file do to light: photometric augmentation of float HDR views, never clipping unless
it plays a camera that clips."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.views import View
from skymatte.picture.encoding import linear_from_srgb, srgb_from_linear
from skymatte.picture.exposure import MIDDLE_GREY, exposure_scale, luminance

Array = NDArray[np.float32]


def _expose(pixels: Array, rng: np.random.Generator) -> Array:
    return pixels * np.float32(exposure_scale(pixels) * 2 ** rng.normal(0, 0.6))


def _grade(pixels: Array, rng: np.random.Generator) -> Array:
    """White balance, saturation and contrast around middle grey."""
    pixels = pixels * np.exp(rng.normal(0, 0.15, 3)).astype(np.float32)
    saturation = 0.0 if rng.random() < 0.04 else rng.uniform(0.4, 1.3)
    grey = luminance(pixels)[..., None]
    pixels = np.maximum(grey + (pixels - grey) * np.float32(saturation), 0)
    if rng.random() < 0.5:
        pixels = MIDDLE_GREY * np.power(pixels / MIDDLE_GREY, np.float32(rng.uniform(0.7, 1.3)))
    return np.asarray(pixels, np.float32)


def haze(view: View, rng: np.random.Generator, *, density: float = 0.7) -> None:
    """Airlight over the ground, thickest where it meets the sky (Koschmieder: L = L₀·t + A·(1 − t)).

    Its share 1 − t at the skyline is drawn between a seventh of ``density`` and ``density``, but stays below a quarter
    or four times the light of the ground by that of the sky, whichever is more: else nothing would be left of a ground
    far darker than its sky.  Its colour A is the median of the sky nearby: a mean would be the sun's where that is in
    view.  Without sky or without ground nothing changes.
    """
    ground = view.sky < 0.5
    if ground.all() or not ground.any():
        return
    distance = cv2.distanceTransform(ground.astype(np.uint8), cv2.DIST_L2, 3)
    reach = rng.uniform(0.03, 0.4) * view.sky.shape[0]
    thickest = rng.uniform(density / 7, density)
    near = cv2.dilate(ground.astype(np.uint8), np.ones((15, 15), np.uint8)).astype(bool) & ~ground
    air = np.median(view.pixels[near if near.any() else ~ground], axis=0).astype(np.float32)
    dim = float(np.median(luminance(view.pixels)[ground]))
    thickest = min(thickest, max(0.25, 4 * dim / max(float(luminance(air)), 1e-9)))
    share = (thickest * np.exp(-distance / np.float32(reach)) * ground).astype(np.float32)
    share = cv2.GaussianBlur(share, (0, 0), 1.0)[..., None] * (1 - view.sky[..., None])
    view.pixels = view.pixels * (1 - share) + air * share


def _shade(view: View, rng: np.random.Generator) -> None:
    """Ground far darker or brighter than the picture had it: snow, white walls, silhouettes."""
    gain = np.float32(2 ** rng.uniform(-3, 2.5))
    cover = view.sky[..., None]
    view.pixels = view.pixels * (cover + (1 - cover) * gain)


def dust(pixels: Array, rng: np.random.Generator) -> Array:
    """Out-of-focus drops and dust on the lens: soft darker or veiling blobs; what is behind stays what it is.

    They show the median light of the picture, half as bright again at most.
    """
    height, width = pixels.shape[:2]
    veil = np.zeros((height, width), np.float32)
    for _ in range(int(rng.integers(1, 6))):
        centre = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        cv2.circle(veil, centre, int(rng.uniform(3, 30)), rng.uniform(0.1, 0.6), -1)
    veil = np.asarray(cv2.GaussianBlur(veil, (0, 0), rng.uniform(2, 8)), np.float32)[..., None]
    tint = np.float32(np.median(pixels[::3, ::3]) * rng.uniform(0, 1.5))
    return pixels * (1 - veil) + tint * veil


def _blur(pixels: Array, rng: np.random.Generator) -> Array:
    if rng.random() < 0.6:
        return np.asarray(cv2.GaussianBlur(pixels, (0, 0), rng.uniform(0.3, 1.6)), np.float32)
    height, width = pixels.shape[:2]
    factor = rng.uniform(0.35, 0.9)
    small = cv2.resize(pixels, (int(width * factor), int(height * factor)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _noise(pixels: Array, rng: np.random.Generator) -> Array:
    """Shot and read noise; coarse grain half of the time, as a scaled-down night picture has it."""
    height, width = pixels.shape[:2]
    grain = int(rng.integers(1, 3))
    size = (height // grain + 1, width // grain + 1, 3)
    field = rng.standard_normal(size, dtype=np.float32)
    if grain > 1:
        field = np.repeat(np.repeat(field, grain, 0), grain, 1)
    shot, read = 10 ** rng.uniform(-3.5, -1.2), 10 ** rng.uniform(-3.5, -1.3)
    deviation = np.sqrt(shot * np.maximum(pixels, 0) + read**2)
    return np.maximum(pixels + deviation * field[:height, :width], 0)


def _camera(pixels: Array, sky: Array, rng: np.random.Generator) -> Array:
    """An 8-bit camera: exposed, clipped, a tone curve, perhaps JPEG; then decoded as skymatte decodes such a file.

    A third of those that see sky are exposed for the ground: the median of the sky is white.
    """
    exposed = pixels * np.float32(2 ** rng.normal(0.9, 1.0))
    above = sky > 0.5
    if rng.random() < 0.33 and above.mean() > 0.03:
        exposed = pixels * np.float32(2 ** rng.uniform(-0.1, 2) / max(float(np.median(pixels[above])), 1e-6))
    elif rng.random() < 0.5:
        exposed = exposed * (1 + exposed / rng.uniform(2, 30)) / (1 + exposed)
    curve = np.power(srgb_from_linear(np.clip(exposed, 0, 1)), np.float32(rng.uniform(0.75, 1.35)))
    levels = np.rint(curve * 255).astype(np.uint8)
    if rng.random() < 0.6:
        _, packed = cv2.imencode(".jpg", levels, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 96))])
        levels = np.asarray(cv2.imdecode(packed, cv2.IMREAD_UNCHANGED), np.uint8)
    return linear_from_srgb(levels.astype(np.float32) / 255)


def _clip_highlights(pixels: Array, rng: np.random.Generator) -> Array:
    """A sensor that saturates, still linear: suns and lamps lose their peak."""
    return np.minimum(pixels, np.float32(np.quantile(pixels, rng.uniform(0.6, 0.999))))


CAMERA: Final = 0.45
"""Chance that a picture comes from an 8-bit camera."""


def augment(view: View, rng: np.random.Generator, camera: float = CAMERA) -> Array:
    """Play weather, lens, sensor and file on ``view``, and an 8-bit camera with chance ``camera``.

    Returns:
        H×W×3 float32 linear light, finite and ≥ 0, exposed once more so that its log mean is near middle grey: the last
        step of inference too.
    """
    if rng.random() < 0.25:
        haze(view, rng)
    if rng.random() < 0.2:
        _shade(view, rng)
    pixels = _grade(_expose(view.pixels, rng), rng)
    if rng.random() < 0.1:
        pixels = dust(pixels, rng)
    if rng.random() < 0.25:
        pixels = _blur(pixels, rng)
    if rng.random() < 0.2:
        pixels = _clip_highlights(pixels, rng)
    if rng.random() < 0.35:
        pixels = _noise(pixels, rng)
    if rng.random() < camera:
        pixels = _camera(pixels, view.sky, rng)
    return _expose(np.nan_to_num(pixels, posinf=65504.0).astype(np.float32), rng)
