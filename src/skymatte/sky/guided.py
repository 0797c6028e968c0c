"""A coarse matte brought to full resolution along the edges of the picture itself.

Fast guided filter (He & Sun 2015, arXiv:1505.00996): around every coarse pixel the matte is modelled as an affine
function of the picture's encoded colour, ``a·I + b``; the coefficients are enlarged instead of the matte, so that
edges are as sharp as the picture.  Only the band where the coarse matte is undecided is worked on: the cost follows
the length of the skyline.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.runtime.enlarge import enlarge, neighbours
from skymatte.runtime.tiled import undecided

Array = NDArray[np.float32]

GUIDE_ENCODING = "log"
RADIUS = 3
EPSILON = 2e-3
_ROWS = 256


def _mean(image: Array, radius: int, wrap: bool) -> Array:
    size = 2 * radius + 1
    if not wrap:
        return np.asarray(cv2.blur(image, (size, size), borderType=cv2.BORDER_REFLECT_101), np.float32)
    padded = cv2.copyMakeBorder(image, 0, 0, radius, radius, cv2.BORDER_WRAP)
    return np.asarray(cv2.blur(padded, (size, size), borderType=cv2.BORDER_REFLECT_101)[:, radius:-radius], np.float32)


def coefficients(
    guide: Array,
    matte: Array,
    where: NDArray[np.bool_],
    *,
    radius: int = RADIUS,
    epsilon: float = EPSILON,
    wrap: bool,
) -> Array:
    """The local affine model of a matte by a colour guide (He, Sun & Tang 2013, equations 14–16), window means.

    Args:
        guide: h×w×3 float32, encoded colour.
        matte: h×w float32 in [0, 1].
        where: h×w bool: where models are fitted; a mean runs over the fitted ones of its window.
        radius: half width of the window, pixels.
        epsilon: regularisation, squared encoded units: colour differences well below its root do not count as edges.
        wrap: left and right edges touch.

    Returns:
        h×w×4 float32: three factors of the colour, and the offset; 0 where no window reaches.
    """
    mean, mean_matte = _mean(guide, radius, wrap)[where], _mean(matte, radius, wrap)[where]
    covariance = _mean(guide * matte[..., None], radius, wrap)[where] - mean * mean_matte[:, None]
    first, second = np.triu_indices(3)
    products = np.dstack(
        [_mean(guide[..., a] * guide[..., b], radius, wrap) for a, b in zip(first, second, strict=True)]
    )
    variance = np.empty((len(mean), 3, 3), np.float32)
    variance[:, first, second] = products[where] - mean[:, first] * mean[:, second]
    variance[:, second, first] = variance[:, first, second]
    variance += np.float32(epsilon) * np.eye(3, dtype=np.float32)
    model = np.zeros((*matte.shape, 5), np.float32)
    factors = np.linalg.solve(variance, covariance[..., None])[..., 0]
    model[where, :3] = factors
    model[where, 3] = mean_matte - (factors * mean).sum(-1)
    model[where, 4] = 1
    model = _mean(model, radius, wrap)
    return np.asarray(model[..., :4] / np.maximum(model[..., 4:], np.float32(1e-6)), np.float32)


def guided_enlarge(small_pixels: Array, small_matte: Array, pixels: Array, scale: float, *, wrap: bool) -> Array:
    """Bring a coarse matte to the picture's own resolution.

    Args:
        small_pixels: h×w×3 float32 linear light, exposed: what the coarse matte was computed from.
        small_matte: h×w float32 in [0, 1].
        pixels: H×W×3 float32 linear light, not exposed.
        scale: exposure factor of ``pixels``.
        wrap: left and right edges touch.

    Returns:
        H×W float32 in [0, 1].
    """
    height, width = pixels.shape[:2]
    matte = enlarge(small_matte, height, width, wrap=wrap)
    band = undecided(small_matte, wrap=wrap)
    if not band.any():
        return matte
    model = coefficients(encode(GUIDE_ENCODING, small_pixels), small_matte, band, wrap=wrap)
    top, bottom, down = neighbours(height, small_matte.shape[0], wrap=False)
    left, right, across = neighbours(width, small_matte.shape[1], wrap=wrap)
    columns = (np.arange(width) * small_matte.shape[1]) // width
    rows_of_band = (np.arange(height) * small_matte.shape[0]) // height
    for start in range(0, height, _ROWS):
        stop = min(start + _ROWS, height)
        y, x = np.nonzero(band[rows_of_band[start:stop]][:, columns])
        y += start
        if y.size == 0:
            continue
        guide = encode(GUIDE_ENCODING, pixels[y, x] * np.float32(scale))
        v, u = down[y, None], across[x, None]
        upper = model[top[y], left[x]] * (1 - u) + model[top[y], right[x]] * u
        lower = model[bottom[y], left[x]] * (1 - u) + model[bottom[y], right[x]] * u
        local = upper * (1 - v) + lower * v
        matte[y, x] = np.clip((local[:, :3] * guide).sum(-1) + local[:, 3], 0, 1)
    return matte
