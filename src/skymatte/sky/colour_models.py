"""What sky and ground look like around each pixel, and the linear function of colour that tells them apart.

A pixel that an edge crosses is, in linear light, ``I = α·S + (1 − α)·G``: the colours of sky and ground, weighted by
area (Porter & Duff 1984, section 3).  With the local means and covariances of both, Fisher's linear discriminant (Fisher
1936) is the direction in which they differ most for their scatter; scaled so that the mean of the ground gives 0 and
that of the sky gives 1, it is the fraction: ``α = a·I + b``.  The coefficients vary slowly: they are found on samples.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.exposure import luminance

Array = NDArray[np.float32]
_Doubles = NDArray[np.float64]

RADII: Final = (4, 16, 48)
"""Half widths of the windows in samples, near to far; the far ones speak where the near ones are empty."""

_FALL: Final = 0.02
"""What a sample of the next wider window counts beside one of the nearer."""

_FAR_STEP: Final = 4
"""The wider windows are summed on a grid this much coarser: they are smooth."""

_CAP_SKY: Final = 2.0
_CAP_GROUND: Final = 4.0
"""Light above this many times the geometric mean of its class is taken down to it: suns and lamps are not the colour of
the sky and the ground around them, and one of them would outweigh all others."""

_GRAIN: Final = 0.02
"""Scatter that every colour has at least, as a share of the brighter class."""

_NOISE_SKY: Final = 1.5
_NOISE_GROUND: Final = 0.5
_MOST_NOISE: Final = 0.4
"""How many standard deviations of its fraction sky and ground may lie off 1 and 0 and still be all sky, all ground; and
the largest fraction that is forgiven so."""

_DARKEST: Final = 1e-6
_LEAST_WEIGHT: Final = 1e-9
_PAIRS: Final = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
_VARIANCES: Final = np.array([0, 3, 5])


@dataclass(frozen=True, slots=True)
class _Class:
    """Sky or ground around each sample: mean h×w×3, covariance h×w×6, light cap h×w, whether any was in reach h×w."""

    mean: Array
    scatter: Array
    cap: Array
    known: NDArray[np.bool_]


def colour_model(pixels: Array, sky: Array, ground: Array, margin: int) -> Array:
    """Sky and ground around every sample, as the linear function that tells them apart.

    Args:
        pixels: h×w×3 float32, linear light, exposed.
        sky: h×w float32 ≥ 0, how surely each sample is all sky.
        ground: h×w float32 ≥ 0, how surely each is all ground.
        margin: samples on all sides that are looked at, but not answered for.

    Returns:
        float32 of the answered samples, 6 values each: three factors of colour and the offset of the fraction; how
        well the classes can be told apart (their squared distance in units of their scatter; 0 where one is unknown);
        the luminance above which light is taken down before it is put in.
    """
    light = np.maximum(luminance(pixels), np.float32(_DARKEST))
    one = _class(pixels, light, sky, _CAP_SKY, margin)
    other = _class(pixels, light, ground, _CAP_GROUND, margin)
    brighter = np.maximum(np.maximum(one.mean.max(-1), other.mean.max(-1)), np.float32(_DARKEST))[..., None]
    apart = ((one.mean - other.mean) / brighter).astype(np.float64)
    sky_scatter = (one.scatter / np.square(brighter)).astype(np.float64)
    ground_scatter = (other.scatter / np.square(brighter)).astype(np.float64)
    scatter = sky_scatter + ground_scatter
    scatter[..., _VARIANCES] += _GRAIN**2
    direction = _solve(scatter, apart)
    separation = np.maximum((direction * apart).sum(-1), 1e-12)
    direction /= separation[..., None]
    low = np.minimum(_NOISE_GROUND * _spread(ground_scatter, direction), _MOST_NOISE)
    high = 1 - np.minimum(_NOISE_SKY * _spread(sky_scatter, direction), _MOST_NOISE)
    model = np.empty((*low.shape, 6), np.float32)
    model[..., :3] = direction / (high - low)[..., None] / brighter
    model[..., 3] = -(model[..., :3] * other.mean).sum(-1) - low / (high - low)
    model[..., 4] = np.where(one.known & other.known, separation, 0)
    model[..., 5] = np.maximum(one.cap, other.cap)
    return model


def fractions(pixels: Array, model: Array) -> Array:
    """Fraction of sky that the model sees in each pixel: h×w×3 linear light, exposed; h×w×6 → h×w in [0, 1]."""
    light = np.maximum(luminance(pixels), np.float32(_DARKEST))
    taken_down = np.minimum(model[..., 5] / light, np.float32(1))
    seen = pixels[..., 0] * model[..., 0]
    seen += pixels[..., 1] * model[..., 1]
    seen += pixels[..., 2] * model[..., 2]
    seen *= taken_down
    seen += model[..., 3]
    return np.asarray(np.clip(seen, 0, 1, out=seen), np.float32)


def _class(pixels: Array, light: Array, weight: Array, excess: float, margin: int) -> _Class:
    logs, _ = _local_means(np.log(light)[..., None], weight, near=False)
    cap = np.exp(logs[..., 0]) * np.float32(excess)
    tame = pixels * np.minimum(np.float32(1), cap / light)[..., None]
    values = np.empty((*weight.shape, 9), np.float32)
    values[..., :3] = tame
    for index, (a, b) in enumerate(_PAIRS, start=3):
        np.multiply(tame[..., a], tame[..., b], out=values[..., index])
    means, known = _local_means(values, weight)
    inner = (slice(margin, weight.shape[0] - margin), slice(margin, weight.shape[1] - margin))
    mean, scatter = means[inner][..., :3], means[inner][..., 3:]
    for index, (a, b) in enumerate(_PAIRS):
        scatter[..., index] -= mean[..., a] * mean[..., b]
    scatter[..., _VARIANCES] = np.maximum(scatter[..., _VARIANCES], 0)
    return _Class(mean, scatter, cap[inner], known[inner])


def _local_means(values: Array, weight: Array, *, near: bool = True) -> tuple[Array, NDArray[np.bool_]]:
    """Weighted means of h×w×n values over the windows of all radii, and whether any weight was in reach."""
    height, width, count = values.shape
    weighted = np.empty((height, width, count + 1), np.float32)
    np.multiply(values, weight[..., None], out=weighted[..., :count])
    weighted[..., count] = weight
    size = (-(-width // _FAR_STEP), -(-height // _FAR_STEP))
    small = cv2.resize(weighted, size, interpolation=cv2.INTER_AREA)
    far = np.zeros_like(small)
    for step, radius in enumerate(RADII[1:], start=1):
        far += np.float32(_FALL**step) * _blur(small, radius // _FAR_STEP)
    sums = np.asarray(cv2.resize(far, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    if near:
        sums += _blur(weighted, RADII[0])
    total = sums[..., count]
    sums[..., :count] /= np.maximum(total, np.float32(1e-12))[..., None]
    return sums[..., :count], total > _LEAST_WEIGHT


def _blur(values: Array, radius: int) -> Array:
    """Mean over a box, twice: a window that ends softly."""
    size = (2 * radius + 1, 2 * radius + 1)
    once = cv2.blur(values, size, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(once, size, borderType=cv2.BORDER_REPLICATE), np.float32)


def _solve(matrix: _Doubles, right: _Doubles) -> _Doubles:
    """Solutions of symmetric 3×3 systems by Cramer's rule: …×6 upper triangles, …×3 → …×3."""
    a, b, c, d, e, f = np.moveaxis(matrix, -1, 0)
    x, y, z = np.moveaxis(right, -1, 0)
    first, second, third, last = d * f - e * e, c * e - b * f, b * e - c * d, b * c - a * e
    solved = np.stack(
        [
            first * x + second * y + third * z,
            second * x + (a * f - c * c) * y + last * z,
            third * x + last * y + (a * d - b * b) * z,
        ],
        axis=-1,
    )
    return np.asarray(solved / (a * first + b * second + c * third)[..., None])


def _spread(scatter: _Doubles, direction: _Doubles) -> _Doubles:
    """Standard deviation along a direction: …×6 upper triangles, …×3 → …."""
    a, b, c, d, e, f = np.moveaxis(scatter, -1, 0)
    x, y, z = np.moveaxis(direction, -1, 0)
    variance = a * x * x + d * y * y + f * z * z + 2 * (b * x * y + c * x * z + e * y * z)
    return np.asarray(np.sqrt(np.maximum(variance, 0)))
