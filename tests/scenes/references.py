"""Coverage by brute force: many random rays per pixel against textbook predicates in float64."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def rays(rng: np.random.Generator, width: int, height: int, rows: range, columns: range, count: int) -> Array:
    """rows×columns×count×3 unit vectors, uniformly inside each pixel of an equirectangular picture."""
    shape = (len(rows), len(columns), count)
    y = np.array(rows)[:, None, None] + rng.random(shape)
    x = np.array(columns)[None, :, None] + rng.random(shape)
    e, a = np.pi / 2 - np.pi * y / height, 2 * np.pi * x / width
    return np.stack([np.cos(e) * np.cos(a), np.cos(e) * np.sin(a), np.sin(e)], -1)


def share(d: Array, predicate: Callable[[Array], NDArray[np.bool_]]) -> Array:
    """Share of each pixel's rays for which the predicate of N×3 rays holds."""
    return np.asarray(predicate(d.reshape(-1, 3)).reshape(d.shape[:-1]).mean(-1))


def meets_round_segment(d: Array, p0: Array, p1: Array, radius0: float, radius1: float) -> NDArray[np.bool_]:
    """Whether rays from the origin pass within the radius of a segment, tried at 150 points of it."""
    hit = np.zeros(len(d), bool)
    for t in np.linspace(0, 1, 150):
        p, r = p0 + (p1 - p0) * t, radius0 + (radius1 - radius0) * t
        along = d @ p
        hit |= ((p @ p) - along**2 < r * r) & (along > 0)
    return hit


def meets_box(d: Array, low: Array, high: Array) -> NDArray[np.bool_]:
    """Whether rays from the origin meet an axis-parallel box: the slab method (Kay & Kajiya 1986)."""
    with np.errstate(divide="ignore"):
        t0, t1 = low / d, high / d
    near, far = np.minimum(t0, t1).max(1), np.maximum(t0, t1).min(1)
    return np.asarray((near <= far) & (far > 0))
