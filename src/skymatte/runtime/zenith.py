"""The zenith of a panorama, which its projection tears apart, seen as a camera that looks up sees it."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.projection import (
    equirectangular_directions,
    fisheye_coordinates,
    fisheye_directions,
    panorama_coordinates,
    rotation,
    sample_panorama,
)

Array = NDArray[np.float32]

_FOV = np.pi
_FROM, _TO = np.radians(40.0), np.radians(65.0)
"""Elevations between which the upward view takes over."""


def upward(panorama: Array) -> Array:
    """The upper half of a panorama as an equidistant fisheye of 180°, as fine as the panorama's rows: H×H×… float32.

    Outside of the circle it is 0.
    """
    u, v, inside = _upward_coordinates(panorama.shape[0], panorama.shape[1])
    view = sample_panorama(panorama, (u, v))
    view[~inside] = 0
    return view


def blend_zenith(answer: Array, seen: Array) -> Array:
    """A panorama's answer, h×w float32, with what was ``seen`` in its upward view, s×s float32, near the zenith."""
    height, width = answer.shape
    rows = int(np.ceil(height * (0.5 - _FROM / np.pi)))
    if rows < 1:
        return answer
    u, v = _downward_coordinates(rows, height, width, seen.shape[0])
    above = cv2.remap(seen, u, v, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    elevation = np.pi * (0.5 - (np.arange(rows) + 0.5) / height)
    share = np.clip((elevation - _FROM) / (_TO - _FROM), 0, 1).astype(np.float32)[:, None]
    blended = answer.copy()
    blended[:rows] = answer[:rows] * (1 - share) + above * share
    return blended


@lru_cache(maxsize=4)
def _upward_coordinates(height: int, width: int) -> tuple[Array, Array, NDArray[np.bool_]]:
    directions, inside = fisheye_directions(height, height, _FOV)
    return *panorama_coordinates(directions @ rotation(0, np.pi / 2, 0).T, width, height), inside


@lru_cache(maxsize=4)
def _downward_coordinates(rows: int, height: int, width: int, side: int) -> tuple[Array, Array]:
    directions = equirectangular_directions(width, height, (slice(0, rows), slice(None)))
    u, v, _ = fisheye_coordinates(directions @ rotation(0, np.pi / 2, 0), side, side, _FOV)
    return u, v
