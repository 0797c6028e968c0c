"""How much of a picture, of the sphere and of the light from above is sky."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.model import Picture
from skymatte.picture.projection import Array
from skymatte.sky.view import view_of

Mask = NDArray[np.bool_]


def sky_fraction(mask: Mask, outside: Mask | None = None) -> float:
    """Share of the pixels that is sky.

    Args:
        mask: H×W bool, True = sky.
        outside: H×W bool, pixels that belong to no picture and count nowhere: those around a fisheye's circle.
    """
    if outside is None:
        return float(mask.mean(dtype=np.float64))
    counted = outside.size - int(np.count_nonzero(outside))
    return float(np.count_nonzero(mask & ~outside) / counted) if counted else 0.0


def solid_angle_fraction(picture: Picture, mask: Mask) -> float | None:
    """Share of the solid angle that is sky, of what a panorama or a fisheye shows; ``None`` where angles are unknown.

    Pixels are weighted by their solid angle.  A panorama cropped to a data window counts where that window lies in the
    display window, which is the whole sphere.
    """
    view = view_of(picture)
    if view is None:
        return None
    sky = total = 0.0
    for rows in view.bands():
        of_sky, of_all = _weighed(mask[rows], view.solid_angles(rows))
        sky, total = sky + of_sky, total + of_all
    return sky / total if total else None


def sky_view_factor(picture: Picture, mask: Mask) -> float | None:
    """Share of the light of an evenly bright sky that reaches level ground at the camera's place, in [0, 1].

    The cosine-weighted share of the upper hemisphere that is sky: the integral of cos θ over the sky's solid angle,
    divided by π, with θ the angle from the zenith (Johnson & Watson 1984, equation 3; over pixels instead of annuli as
    in Steyn 1980).  The sum of the weights takes the place of π, so that an open sky gives exactly 1.

    Returns:
        ``None`` unless the picture shows the whole upper hemisphere: panoramas, and fisheyes, which are taken to look
        straight up.
    """
    view = view_of(picture)
    if view is None or not view.shows_all_above:
        return None
    sky = total = 0.0
    for rows in view.bands():
        up, _ = view.heights(rows)
        of_sky, of_all = _weighed(mask[rows], view.solid_angles(rows) * np.maximum(up, 0))
        sky, total = sky + of_sky, total + of_all
    return sky / total if total else None


def _weighed(mask: Mask, weights: Array) -> tuple[float, float]:
    """Sum of the weights of the sky and of all pixels; weights n×1 stand for whole rows."""
    if weights.shape[1] == 1:
        rows = weights[:, 0].astype(np.float64)
        return float(rows @ np.count_nonzero(mask, axis=1)), float(rows.sum()) * mask.shape[1]
    return float(weights.sum(where=mask, dtype=np.float64)), float(weights.sum(dtype=np.float64))
