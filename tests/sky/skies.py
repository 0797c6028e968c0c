"""Masks and pictures of simple skies whose figures are known by formula."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.camera import Camera
from skymatte.picture.model import Picture, Projection
from skymatte.picture.projection import equirectangular_directions

Mask = NDArray[np.bool_]


def panorama(height: int, width: int) -> Picture:
    return Picture(np.ones((height, width, 3), np.float32), projection=Projection.EQUIRECTANGULAR)


def fisheye(side: int) -> Picture:
    return Picture(np.ones((side, side, 3), np.float32), projection=Projection.FISHEYE)


def dome(side: int) -> Camera:
    """A fisheye that looks straight up, 180° across."""
    return Camera(projection=Projection.FISHEYE, width=side, height=side, pitch=math.pi / 2)


def above(picture: Picture, degrees: float) -> Mask:
    """The sky over a level horizon at this elevation."""
    limit = math.sin(math.radians(degrees))
    if picture.projection is Projection.FISHEYE:
        directions, inside = dome(picture.width).directions()
        return np.asarray(inside & (directions[..., 1] >= limit))
    return np.asarray(equirectangular_directions(picture.width, picture.height)[..., 1] >= limit)
