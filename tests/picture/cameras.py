"""Cameras as hypothesis draws them."""

from __future__ import annotations

import math

from hypothesis import strategies as st

from skymatte.picture.camera import Camera, Mapping
from skymatte.picture.model import Projection

_ANGLES = st.floats(-math.pi, math.pi)
_TURNS = {"yaw": _ANGLES, "pitch": _ANGLES, "roll": _ANGLES}
_SIDES = st.integers(8, 60)


def _degrees(least: float, most: float) -> st.SearchStrategy[float]:
    return st.floats(math.radians(least), math.radians(most))


PERSPECTIVES = st.builds(
    Camera, projection=st.just(Projection.PERSPECTIVE), width=_SIDES, height=_SIDES, fov=_degrees(20, 130), **_TURNS
)
FISHEYES = st.builds(
    Camera,
    projection=st.just(Projection.FISHEYE),
    width=_SIDES,
    height=_SIDES,
    fov=_degrees(60, 300),
    mapping=st.sampled_from(Mapping),
    **_TURNS,
)
PANORAMAS = st.builds(
    lambda height, yaw, pitch, roll: panorama(height, yaw=yaw, pitch=pitch, roll=roll),
    _SIDES,
    _ANGLES,
    _ANGLES,
    _ANGLES,
)
CAMERAS = st.one_of(PERSPECTIVES, FISHEYES, PANORAMAS)


def panorama(height: int, *, yaw: float = 0, pitch: float = 0, roll: float = 0) -> Camera:
    """The whole sphere."""
    return Camera(
        projection=Projection.EQUIRECTANGULAR, width=2 * height, height=height, yaw=yaw, pitch=pitch, roll=roll
    )


def dome(side: int, fov: float = 180, mapping: Mapping = Mapping.EQUIDISTANT) -> Camera:
    """A fisheye that looks straight up; ``fov`` in degrees."""
    return Camera(
        projection=Projection.FISHEYE,
        width=side,
        height=side,
        fov=math.radians(fov),
        pitch=math.pi / 2,
        mapping=mapping,
    )


def pinhole(width: int, height: int, fov: float = 90, *, yaw: float = 0, pitch: float = 0, roll: float = 0) -> Camera:
    """A perspective camera; ``fov`` in degrees, where it looks in radians."""
    return Camera(
        projection=Projection.PERSPECTIVE,
        width=width,
        height=height,
        fov=math.radians(fov),
        yaw=yaw,
        pitch=pitch,
        roll=roll,
    )
