"""What sky and ground look like around each pixel, and the linear function of colour that tells them apart.

A pixel that an edge crosses is, in linear light, ``I = α·S + (1 − α)·G``: the colours of sky and ground, weighted by
area (Porter & Duff 1984, section 3).  With the local means and covariances of both, the linear discriminant (Fisher
1936) is the direction in which they differ most for their scatter; scaled so that the mean of the ground gives 0 and
that of the sky gives 1, it is the fraction: ``α = a·I + b``.  The coefficients vary slowly: they are found on samples.

Pictures are planes here (3×h×w), which is what arithmetic on whole windows is fastest on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.exposure import REC709_LUMINANCE
from skymatte.sky.discriminant import dot, solve, spread

Array = NDArray[np.float32]

RADII: Final = (8, 32, 96)
"""Half widths in pixels of the windows, near to far; the far ones speak where the near ones are empty."""

_FALL: Final = 0.02
"""What a sample of the next wider window counts beside one of the nearer."""

_FAR_STEP: Final = 4
"""The wider windows are summed on a grid this much coarser than the samples: they are smooth."""

_CAP_SKY: Final = 2.0
_CAP_GROUND: Final = 4.0
"""Light above this many times the geometric mean of its class is taken down to it: suns and lamps are not the colour of
the sky and the ground around them, and one of them would outweigh all others."""

_GRAIN: Final = 0.02
"""Scatter that every colour has at least, as a share of the brighter class."""

_NOISE_SKY: Final = 1.5
_NOISE_GROUND: Final = 0.7
_MOST_NOISE: Final = 0.4
"""How many standard deviations of its fraction sky and ground may lie off 1 and 0 and still be all sky, all ground; and
the largest fraction that is forgiven so."""

_DARKEST: Final = np.float32(1e-6)
_LEAST_WEIGHT: Final = 1e-9
_PAIRS: Final = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
_VARIANCES: Final = (0, 3, 5)


@dataclass(frozen=True, slots=True)
class _Class:
    """Sky or ground around each sample: mean 3×h×w, covariance 6×h×w, light cap h×w, whether any is in reach h×w."""

    mean: Array
    scatter: Array
    cap: Array
    known: NDArray[np.bool_]


def colour_model(samples: Array, sky: Array, ground: Array, *, step: int, margin: int) -> Array:
    """Sky and ground around every sample, as the linear function that tells them apart.

    Args:
        samples: 3×h×w float32, linear light, exposed; h and w are multiples of 4.
        sky: h×w float32 ≥ 0, how surely each sample is all sky.
        ground: h×w float32 ≥ 0, how surely each is all ground.
        step: distance of neighbouring samples in pixels.
        margin: samples on all sides that are looked at, but not answered for.

    Returns:
        6×h×w float32 of the answered samples: three factors of colour and the offset of the fraction; how well the
        classes can be told apart (their squared distance in units of their scatter; 0 where one is unknown); the
        luminance above which light is taken down before it is put in.
    """
    light = luminance_of(samples)
    one = _class(samples, light, sky, _CAP_SKY, step, margin)
    other = _class(samples, light, ground, _CAP_GROUND, step, margin)
    brighter = np.maximum(np.maximum.reduce(one.mean), np.maximum.reduce(other.mean))
    brighter = np.maximum(brighter, _DARKEST).astype(np.float64)
    apart = (one.mean - other.mean) / brighter
    sky_scatter, ground_scatter = one.scatter / np.square(brighter), other.scatter / np.square(brighter)
    direction = solve(sky_scatter + ground_scatter, apart, _GRAIN)
    separation = np.maximum(dot(direction, apart), 1e-12)
    direction /= separation
    low = np.minimum(_NOISE_GROUND * spread(ground_scatter, direction), _MOST_NOISE)
    high = 1 - np.minimum(_NOISE_SKY * spread(sky_scatter, direction), _MOST_NOISE)
    model = np.empty((6, *low.shape), np.float32)
    model[:3] = direction / ((high - low) * brighter)
    model[3] = -dot(model[:3], other.mean) - low / (high - low)
    model[4] = np.where(one.known & other.known, separation, 0)
    model[5] = np.maximum(one.cap, other.cap)
    return model


def fractions(planes: Array, model: Array) -> Array:
    """Fraction of sky that the model sees in each pixel: 3×h×w linear light, exposed; 6×h×w → h×w in [0, 1]."""
    taken_down = np.minimum(model[5] / luminance_of(planes), np.float32(1))
    seen = np.asarray(dot(planes, model[:3]), np.float32)
    seen *= taken_down
    seen += model[3]
    return np.asarray(np.clip(seen, 0, 1, out=seen), np.float32)


def luminance_of(planes: Array) -> Array:
    """Relative luminance, at least 1e-6 so that it has a logarithm: 3×h×w → h×w."""
    red, green, blue = (plane * factor for plane, factor in zip(planes, REC709_LUMINANCE, strict=True))
    return np.asarray(np.maximum(red + green + blue, _DARKEST), np.float32)


def _class(samples: Array, light: Array, weight: Array, excess: float, step: int, margin: int) -> _Class:
    inner = (slice(margin, weight.shape[0] - margin), slice(margin, weight.shape[1] - margin))
    radii = [max(1, round(radius / step)) for radius in RADII]
    total = _far_sum(weight, radii)
    cap = np.exp(_far_sum(np.log(light) * weight, radii) / np.maximum(total, np.float32(1e-12))) * np.float32(excess)
    tame = samples * np.minimum(np.float32(1), cap / light)
    total += _blur(weight, radii[0])
    known = total[inner] > _LEAST_WEIGHT
    share = 1 / np.maximum(total[inner], np.float32(1e-12))

    def mean_of(values: Array) -> Array:
        weighted = values * weight
        return np.asarray((_far_sum(weighted, radii) + _blur(weighted, radii[0]))[inner] * share, np.float32)

    mean = np.stack([mean_of(plane) for plane in tame])
    scatter = np.stack([mean_of(tame[a] * tame[b]) - mean[a] * mean[b] for a, b in _PAIRS])
    for index in _VARIANCES:
        np.maximum(scatter[index], 0, out=scatter[index])
    return _Class(mean, scatter, cap[inner], known)


def _far_sum(values: Array, radii: list[int]) -> Array:
    """Sums over all windows but the nearest, each weighing less than the one before."""
    size = (values.shape[1] // _FAR_STEP, values.shape[0] // _FAR_STEP)
    small = np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_AREA), np.float32)
    far = np.zeros_like(small)
    for power, radius in enumerate(radii[1:], start=1):
        far += np.float32(_FALL**power) * _blur(small, max(1, radius // _FAR_STEP))
    return np.asarray(cv2.resize(far, values.shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _blur(values: Array, radius: int) -> Array:
    """Mean over a box, twice: a window that ends softly."""
    size = (2 * radius + 1, 2 * radius + 1)
    once = cv2.blur(values, size, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(once, size, borderType=cv2.BORDER_REPLICATE), np.float32)
