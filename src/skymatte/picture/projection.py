"""Directions and pixels: equirectangular, perspective and fisheye views of one sphere.

Directions are unit vectors, float32, (x right, y up, z forward).  Longitude runs from −π at the left edge of a panorama
to π at the right, latitude from π/2 at the top to −π/2 at the bottom; pixel centres lie at half-integers.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


def rotation(yaw: float, pitch: float, roll: float) -> Array:
    """Camera → world: 3×3 float32; radians; positive yaw turns right, pitch looks up, roll tilts clockwise."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, sp], [0, -sp, cp]])
    tilt = np.array([[cr, sr, 0], [-sr, cr, 0], [0, 0, 1]])
    return np.asarray(turn @ nod @ tilt, np.float32)


def _centred_grid(width: int, height: int) -> tuple[Array, Array]:
    """Pixel centres relative to the middle of the picture, in pixels, y up."""
    x = np.arange(width, dtype=np.float32) + 0.5 - width / 2
    y = height / 2 - (np.arange(height, dtype=np.float32) + 0.5)
    return np.broadcast_to(x, (height, width)), np.broadcast_to(y[:, None], (height, width))


def perspective_directions(width: int, height: int, fov: float) -> Array:
    """H×W×3 unit directions of a pinhole camera; ``fov`` is the horizontal field of view in radians (< π)."""
    x, y = _centred_grid(width, height)
    focal = width / 2 / np.tan(fov / 2)
    directions = np.stack((x, y, np.full_like(x, focal)), -1)
    return np.asarray(directions / np.linalg.norm(directions, axis=-1, keepdims=True), np.float32)


def fisheye_directions(
    width: int, height: int, fov: float, *, stereographic: bool = False
) -> tuple[Array, NDArray[np.bool_]]:
    """H×W×3 unit directions of a circular fisheye looking forward, and the H×W mask of pixels inside its circle.

    ``fov`` (radians) spans the inscribed circle.  Equidistant: r = f·θ; stereographic: r = 2f·tan(θ/2).
    """
    x, y = _centred_grid(width, height)
    radius = np.hypot(x, y) / (min(width, height) / 2)
    theta = 2 * np.arctan(radius * np.tan(fov / 4)) if stereographic else radius * fov / 2
    azimuth = np.arctan2(y, x)
    sine = np.sin(theta)
    directions = np.stack((sine * np.cos(azimuth), sine * np.sin(azimuth), np.cos(theta)), -1)
    return directions.astype(np.float32), radius <= 1


def equirectangular_directions(width: int, height: int) -> Array:
    """H×W×3 unit directions of a full panorama."""
    longitude = ((np.arange(width, dtype=np.float32) + 0.5) / width - 0.5) * (2 * np.pi)
    latitude = (0.5 - (np.arange(height, dtype=np.float32) + 0.5) / height) * np.pi
    level = np.cos(latitude)[:, None]
    return np.stack(
        (
            level * np.sin(longitude),
            np.broadcast_to(np.sin(latitude)[:, None], (height, width)),
            level * np.cos(longitude),
        ),
        -1,
    ).astype(np.float32)


def panorama_coordinates(directions: Array, width: int, height: int) -> tuple[Array, Array]:
    """Where world directions fall in a ``width``×``height`` panorama: two H×W float32 maps, cv2's pixel convention."""
    longitude = np.arctan2(directions[..., 0], directions[..., 2])
    latitude = np.arcsin(np.clip(directions[..., 1], -1, 1))
    u = (longitude / (2 * np.pi) + 0.5) * width - 0.5
    v = (0.5 - latitude / np.pi) * height - 0.5
    return u.astype(np.float32), v.astype(np.float32)


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
