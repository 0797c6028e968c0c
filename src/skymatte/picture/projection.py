"""Directions and pixels: equirectangular, perspective and fisheye views of one sphere.

Directions are unit vectors, float32, (x right, y up, z forward).  Longitude runs from −π at the left edge of a panorama
to π at the right, latitude from π/2 at the top to −π/2 at the bottom; pixel centres lie at half-integers.
The functions ``…_directions`` tell of a whole picture, or of a ``region`` of it, H×W being the region's size then.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Region = tuple[slice, slice]
"""Rows and columns of a picture, as numpy slices them."""

WHOLE: Region = (slice(None), slice(None))

_TINY = 1e-12
_RIM = 1 + 1e-5
"""Radius of a fisheye's circle, in radii, for directions that come back from its pixels with an error of rounding."""


def rotation(yaw: float, pitch: float, roll: float) -> Array:
    """Camera → world: 3×3 float32; radians; positive yaw turns right, pitch looks up, roll tilts clockwise."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    tilt = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ tilt, np.float32)


def _centred_grid(width: int, height: int, region: Region) -> tuple[Array, Array]:
    """Pixel centres relative to the middle of the picture, in pixels, y up."""
    rows, columns = (np.arange(*part.indices(size)) for part, size in zip(region, (height, width), strict=True))
    x = (columns + (0.5 - width / 2)).astype(np.float32)
    y = ((height / 2 - 0.5) - rows).astype(np.float32)
    shape = len(rows), len(columns)
    return np.broadcast_to(x, shape), np.broadcast_to(y[:, None], shape)


def perspective_directions(width: int, height: int, fov: float, region: Region = WHOLE) -> Array:
    """H×W×3 unit directions of a pinhole camera; ``fov`` is the horizontal field of view in radians (< π)."""
    x, y = _centred_grid(width, height, region)
    focal = width / 2 / math.tan(fov / 2)
    directions = np.stack((x, y, np.full_like(x, focal)), -1)
    return np.asarray(directions / np.linalg.norm(directions, axis=-1, keepdims=True), np.float32)


def fisheye_directions(
    width: int, height: int, fov: float, *, stereographic: bool = False, region: Region = WHOLE
) -> tuple[Array, NDArray[np.bool_]]:
    """H×W×3 unit directions of a circular fisheye looking forward, and the H×W mask of pixels inside its circle.

    ``fov`` (radians) spans the inscribed circle.  Equidistant: r = f·θ; stereographic: r = 2f·tan(θ/2).
    """
    x, y = _centred_grid(width, height, region)
    distance = np.sqrt(x * x + y * y)
    radius = distance / (min(width, height) / 2)
    theta = 2 * np.arctan(radius * math.tan(fov / 4)) if stereographic else radius * (fov / 2)
    lateral = np.sin(theta) / np.maximum(distance, _TINY)
    return cv2.merge([x * lateral, y * lateral, np.cos(theta)]).astype(np.float32, copy=False), radius <= 1


def equirectangular_directions(width: int, height: int, region: Region = WHOLE) -> Array:
    """H×W×3 unit directions of a full panorama."""
    rows, columns = (np.arange(*part.indices(size)) for part, size in zip(region, (height, width), strict=True))
    longitude = ((columns + 0.5) / width - 0.5) * (2 * np.pi)
    latitude = (0.5 - (rows + 0.5) / height) * np.pi
    directions = np.empty((len(rows), len(columns), 3), np.float32)
    level = np.cos(latitude)[:, None]
    directions[..., 0] = level * np.sin(longitude)
    directions[..., 1] = np.sin(latitude)[:, None]
    directions[..., 2] = level * np.cos(longitude)
    return directions


def panorama_coordinates(directions: Array, width: int, height: int) -> tuple[Array, Array]:
    """Where world directions fall in a ``width``×``height`` panorama: two H×W float32 maps, cv2's pixel convention."""
    x, y, z = (directions[..., axis] for axis in range(3))
    longitude = np.arctan2(x, z)
    latitude = np.arctan2(y, np.sqrt(x * x + z * z))  # arcsin y would lose half of the digits near the poles
    u = (longitude / (2 * np.pi) + 0.5) * width - 0.5
    v = (0.5 - latitude / np.pi) * height - 0.5
    return u.astype(np.float32), v.astype(np.float32)


def perspective_coordinates(
    directions: Array, width: int, height: int, fov: float
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Where directions fall in a pinhole camera's picture: two H×W maps as above, and the mask of those it sees.

    Those that it does not see get coordinates of no meaning, but finite ones.
    """
    x, y, z = (directions[..., axis] for axis in range(3))
    scale = (width / 2 / math.tan(fov / 2)) / np.maximum(z, _TINY)
    right, up = x * scale, y * scale
    seen = (z > 0) & (np.abs(right) <= width / 2) & (np.abs(up) <= height / 2)
    return _float32(right + (width / 2 - 0.5)), _float32((height / 2 - 0.5) - up), seen


def fisheye_coordinates(
    directions: Array, width: int, height: int, fov: float, *, stereographic: bool = False
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Where directions fall in a circular fisheye's picture: two H×W maps as above, and the mask of its circle.

    The inverse of :func:`fisheye_directions`.
    """
    x, y, z = (directions[..., axis] for axis in range(3))
    lateral = np.sqrt(x * x + y * y)
    if stereographic:  # tan(θ/2) = sin θ / (1 + cos θ); straight behind it has no end
        radius = lateral / np.maximum(1 + z, _TINY) / math.tan(fov / 4)
        seen = (radius <= _RIM) & (z > -1)
    else:
        radius = np.arctan2(lateral, z) / (fov / 2)
        seen = radius <= _RIM
    scale = radius * (min(width, height) / 2) / np.maximum(lateral, _TINY)
    return _float32(x * scale + (width / 2 - 0.5)), _float32((height / 2 - 0.5) - y * scale), seen


def _float32(values: NDArray[np.floating]) -> Array:
    return np.asarray(values, np.float32)


def sample_panorama(panorama: Array, coordinates: tuple[Array, Array]) -> Array:
    """Bilinear samples of a panorama at :func:`panorama_coordinates`; wraps left–right, holds at the poles."""
    u, v = coordinates
    wrapped = cv2.copyMakeBorder(panorama, 0, 0, 1, 1, cv2.BORDER_WRAP)
    v = np.clip(v, 0, panorama.shape[0] - 1)
    return np.asarray(cv2.remap(wrapped, u + 1, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), np.float32)


def solid_angle_rows(height: int, width: int) -> Array:
    """Solid angle in steradians of one pixel of each row of a ``width``×``height`` panorama; the whole sums to 4π."""
    edges = np.sin(np.pi * (0.5 - np.arange(height + 1) / height))
    return np.asarray((edges[:-1] - edges[1:]) * (2 * np.pi / width), np.float32)
