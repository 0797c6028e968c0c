"""Bicubic resampling as MATLAB's ``imresize`` does it, which is what super-resolution is measured with.

Shrinking widens the kernel by the factor (antialiasing), outside the picture it goes on as in a mirror, and nothing is
rounded or clipped.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_SUPPORT = 4.0
"""Width of the kernel at its own scale."""


def bicubic(pixels: Array, height: int, width: int) -> Array:
    """Resample H×W or H×W×C float32 to ``height`` × ``width``.

    Keys' cubic kernel with a = −1/2 (Keys 1981, "Cubic Convolution Interpolation for Digital Image Processing",
    equation 15) around half-pixel centres; sides are scaled each by its own factor.

    Raises:
        ValueError: a side is below 1.
    """
    if min(height, width, *pixels.shape[:2]) < 1:
        raise ValueError(f"a picture has at least one pixel: {pixels.shape[:2]} to {height}×{width}")
    # The side that shrinks most comes first, as in imresize: the result is the same, the work is less.
    steps = sorted((target / pixels.shape[axis], axis, target) for axis, target in enumerate((height, width)))
    for factor, axis, target in steps:
        if factor != 1:
            pixels = _along(pixels, axis, _taps(pixels.shape[axis], target))
    return np.asarray(pixels, np.float32)


@dataclass(frozen=True, slots=True)
class _Taps:
    """For each place of the result: the places it is made from, and with which weights; K×N both."""

    places: NDArray[np.intp]
    weights: Array


def _taps(length: int, target: int) -> _Taps:
    factor = target / length
    stretch = min(factor, 1.0)
    support = _SUPPORT / stretch
    centre = (np.arange(target) + 0.5) / factor - 0.5
    first = np.floor(centre - support / 2).astype(np.int64)
    places = first + np.arange(int(np.ceil(support)) + 2)[:, None]
    weights = stretch * _kernel(stretch * (centre - places))
    weights /= weights.sum(0)
    used = np.any(weights, axis=1)
    return _Taps(_mirrored(places[used], length), weights[used].astype(np.float32))


def _kernel(x: NDArray[np.float64]) -> NDArray[np.float64]:
    x = np.abs(x)
    near = 1.5 * x**3 - 2.5 * x**2 + 1
    far = -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2
    return np.where(x <= 1, near, np.where(x < _SUPPORT / 2, far, 0.0))


def _mirrored(places: NDArray[np.int64], length: int) -> NDArray[np.intp]:
    """Places beyond the ends, as in a mirror that stands on the edge: … 1 0 | 0 1 2 | 2 1 …"""
    turned = places % (2 * length)
    return np.minimum(turned, 2 * length - 1 - turned).astype(np.intp)


def _along(pixels: Array, axis: int, taps: _Taps) -> Array:
    shape = [1] * pixels.ndim
    shape[axis] = -1
    total: Array | None = None
    for places, weights in zip(taps.places, taps.weights, strict=True):
        part = pixels.take(places, axis)
        part *= weights.reshape(shape)
        total = part if total is None else np.add(total, part, out=total)
    assert total is not None  # noqa: S101 - a kernel has taps
    return total
