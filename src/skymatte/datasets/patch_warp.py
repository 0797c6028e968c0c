"""Flip, shift, scaling, rotation and perspective of a patch, composed into one resampling of pixels and label alike.

A warp is a 3×3 matrix that takes a pixel of the patch that comes out to where it is seen in the patch that goes in, in
pixels, (0, 0) at the centre of the first one.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.views import View

Array = NDArray[np.float32]
Matrix = NDArray[np.float64]

_INWARDS = 0.3
"""Corners move inwards by less than a third of the patch, so what is seen stays a convex quadrilateral."""


def shift_scale_rotate(width: int, height: int, *, shift: tuple[float, float], scale: float, degrees: float) -> Matrix:
    """The warp that scales a patch about its centre, turns it counter-clockwise and shifts it.

    Args:
        width: of the patch, in pixels.
        height: of the patch, in pixels.
        shift: right and down, in widths and heights.
        scale: factor of size, > 0.
        degrees: angle of rotation.
    """
    centre = np.array([width - 1, height - 1]) / 2
    cosine, sine = np.cos(np.radians(degrees)) / scale, np.sin(np.radians(degrees)) / scale
    back = np.array([[cosine, -sine], [sine, cosine]])
    warp = np.eye(3)
    warp[:2, :2] = back
    warp[:2, 2] = centre - back @ (centre + np.array(shift) * (width, height))
    return warp


def perspective(width: int, height: int, inwards: Matrix) -> Matrix:
    """The warp that spreads a quadrilateral over the whole patch.

    Args:
        width: of the patch, in pixels.
        height: of the patch, in pixels.
        inwards: 4×2, by how much of the width and height the corners of the quadrilateral lie inside those of the
            patch: top left, top right, bottom right, bottom left.
    """
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)], np.float64)
    seen = corners + np.where(corners > 0, -inwards, inwards)
    size, half = np.array([width, height]), 0.5
    return np.asarray(
        cv2.getPerspectiveTransform(
            (corners * size - half).astype(np.float32), (seen * size - half).astype(np.float32)
        ),
        np.float64,
    )


def draw_shift_scale_rotate(
    rng: np.random.Generator, width: int, height: int, *, shift: float, scale: float, rotate: float
) -> Matrix:
    """A shift within ±``shift`` of each side, a scale within 1 ± ``scale``, ±``rotate`` degrees; all uniform."""
    x, y = rng.uniform(-shift, shift, 2)
    return shift_scale_rotate(
        width,
        height,
        shift=(float(x), float(y)),
        scale=float(1 + rng.uniform(-scale, scale)),
        degrees=float(rng.uniform(-rotate, rotate)),
    )


def draw_perspective(rng: np.random.Generator, width: int, height: int, *, scale: float) -> Matrix:
    """Corners inwards by |N(0, ``scale``)| of each side, at most 0.3: the perspective of imgaug and albumentations."""
    return perspective(width, height, np.minimum(np.abs(rng.normal(0, scale, (4, 2))), _INWARDS))


def _coordinates(warp: Matrix, width: int, height: int) -> tuple[Array, Array]:
    x, y = np.arange(width, dtype=np.float64), np.arange(height, dtype=np.float64)[:, None]
    across, down, depth = (row[0] * x + (row[1] * y + row[2]) for row in warp)
    return (across / depth).astype(np.float32), (down / depth).astype(np.float32)


def warp_view(view: View, warp: Matrix) -> None:
    """Replace the arrays of ``view`` by what ``warp`` sees of them.

    Bilinear; beyond the border the patch is mirrored, its last row and column once (reflect-101).  Sky is averaged over
    the known part of each pixel only, so that what the label does not know never leaks into it; the known part itself
    becomes the weight.
    """
    height, width = view.sky.shape
    across, down = _coordinates(warp, width, height)

    def look(image: Array) -> Array:
        seen = cv2.remap(image, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT_101)
        return np.asarray(seen, np.float32)

    known = bool((view.weight == 1).all())
    light = look(np.dstack((view.pixels, view.sky if known else view.sky * view.weight)))
    view.pixels, view.sky = np.ascontiguousarray(light[..., :3]), np.ascontiguousarray(light[..., 3])
    if not known:
        view.weight = look(view.weight)
        view.sky /= np.maximum(view.weight, np.finfo(np.float32).tiny)
    np.clip(view.sky, 0, 1, out=view.sky)
