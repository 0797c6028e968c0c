"""Far ridges between the ground of a view and its sky: nearly the sky's own light, and yet no sky."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.views import View

Array = NDArray[np.float32]

_SUPERSAMPLING = 4
_LOWEST_SKY = 0.05


def _noise(rng: np.random.Generator, length: int, cells: int) -> Array:
    """Smooth noise in about [−1, 1], ``length`` long."""
    knots = rng.uniform(-1, 1, (1, cells + 1)).astype(np.float32)
    line = cv2.resize(knots, (length, 1), interpolation=cv2.INTER_CUBIC)
    return np.asarray(line[0], np.float32)


def _crest(rng: np.random.Generator, width: int, height: int) -> Array:
    """Rows that a crest stands above the skyline, for each column: broad humps with finer ones on them."""
    size = height * np.exp(rng.uniform(np.log(0.01), np.log(0.15)))
    line = np.zeros(width, np.float32)
    cells, share = int(rng.integers(2, 7)), 1.0
    while share > 0.03 and cells < width:
        line += np.float32(share) * _noise(rng, width, cells)
        cells, share = cells * 2, share * rng.uniform(0.3, 0.6)
    return np.asarray(size * (0.6 + line), np.float32)


def far_ridge(view: View, rng: np.random.Generator) -> tuple[Array, Array] | None:
    """A ridge seen through much air, standing on the skyline of a view.

    Its light is that of the sky above it, dimmed by 4 to 50 % (rarely brightened: snow), a little tinted, fading
    towards its foot into haze.

    Returns:
        coverage H×W float32 and colour H×W×3 float32; ``None`` where the view has no skyline to stand on.
    """
    height, width = view.sky.shape
    sky = view.sky > 0.5
    rows = np.where(sky.any(0), height - np.argmax(sky[::-1], 0), 0).astype(np.float32)
    standing = (rows > _LOWEST_SKY * height) & (rows < height)
    if standing.mean() < 0.3:
        return None
    foot = np.float32(np.quantile(rows[standing], rng.uniform(0.3, 1.0)))
    top = foot - np.maximum(_crest(rng, width, height), 0)
    fine = np.repeat((np.arange(height * _SUPERSAMPLING, dtype=np.float32) + 0.5) / _SUPERSAMPLING, width)
    inside = fine.reshape(-1, width) > top
    cover = inside.reshape(height, _SUPERSAMPLING, width).mean(1, dtype=np.float32)
    cover *= np.arange(height, dtype=np.float32)[:, None] < rows.max() + 1
    above = np.clip(top.astype(int) - 3, 0, height - 1)
    light = cv2.blur(view.pixels, (9, 5))[above, np.arange(width)]
    air = np.asarray(cv2.GaussianBlur(light[None], (0, 0), width / 20, sigmaY=1), np.float32)
    dim = 1 - np.exp(rng.uniform(np.log(0.04), np.log(0.5))) if rng.random() < 0.9 else rng.uniform(1.02, 1.2)
    tint = np.exp(rng.normal(0, 0.06, 3)).astype(np.float32)
    depth = np.clip((np.arange(height, dtype=np.float32)[:, None] - top) / max(4.0, 0.1 * height), 0, 1)
    haze = depth[..., None] * np.float32(rng.uniform(0, 0.7))
    relief = 1 + rng.uniform(0, 0.05) * cv2.resize(rng.standard_normal((24, 24), dtype=np.float32), (width, height))
    colour = air * (np.float32(dim) * tint * relief[..., None] * (1 - haze) + haze)
    return cover, np.asarray(colour, np.float32)
