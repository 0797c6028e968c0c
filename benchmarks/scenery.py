"""Rendered scenes with exact mattes, as panoramas and as a photograph of each.

They come from the generator of ``skymatte demo``, which also made part of the training material; none of these was in
it: training counts its seeds from 1, these begin at :data:`FIRST_SEED`.
"""

from __future__ import annotations

import math
from itertools import count

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from skymatte.masks.labels import NON_SKY, SKY
from skymatte.picture.camera import Camera
from skymatte.picture.model import Projection
from skymatte.picture.read import from_array
from skymatte.picture.reproject import reproject
from skymatte.scenes import weather
from skymatte.scenes.panorama import blocks, render_rows
from skymatte.scenes.scene import PLACES, Scene, compose

Array = NDArray[np.float32]

FIRST_SEED = 9000
_VIEWS = 8
"""Directions that a photograph is chosen from."""

_PITCH = 0.2
"""Radians that it looks up."""


def make_scene(place: str, sky: str, seed: int, material: str | None = None) -> Scene:
    """A place under a sky of a kind; the first scene from ``seed`` on whose ground is of ``material``.

    Raises:
        ValueError: no such ground lies at this place.
    """
    if material not in (None, *PLACES[place][1]):
        raise ValueError(f"no {place} on {material}")
    for number in count(seed):
        rng = np.random.default_rng(number)
        scene = compose(rng, place, weather.make(rng, sky))
        if material in (None, scene.ground.material):
            break
    return scene


def render_scene(scene: Scene, height: int) -> tuple[Array, Array]:
    """The panorama, height×2·height×3 float32 linear light, and its exact matte, float32 in [0, 1]."""
    width = 2 * height
    pixels, matte = np.empty((height, width, 3), np.float32), np.empty((height, width), np.float32)
    for top, bottom in blocks(width, height):
        pixels[top:bottom], matte[top:bottom] = render_rows(scene, width, height, top, bottom)
    return pixels, matte


def shrunk(pixels: Array, matte: Array, height: int) -> tuple[Array, Array]:
    """A rendering brought to ``height`` by the mean of light and of matte: as exact as before."""
    small, truth = (cv2.resize(each, (2 * height, height), interpolation=cv2.INTER_AREA) for each in (pixels, matte))
    return np.asarray(small, np.float32), np.asarray(truth, np.float32)


def photographed(pixels: Array, matte: Array, size: tuple[int, int]) -> tuple[Array, Array]:
    """What a 90° camera saw in the direction, of eight, with the longest edge of sky.  ``size``: width, height."""
    source = Camera(projection=Projection.EQUIRECTANGULAR, width=matte.shape[1], height=matte.shape[0])
    yaw = 2 * math.pi * busiest(matte, _VIEWS) / _VIEWS
    target = Camera(
        projection=Projection.PERSPECTIVE, width=size[0], height=size[1], fov=math.pi / 2, yaw=yaw, pitch=_PITCH
    )
    return reproject(pixels, source, target)[0], reproject(matte, source, target)[0]


def busiest(matte: Array, parts: int) -> int:
    """Which of ``parts`` directions, counted to the right from the middle, has the most mixed pixels around it."""
    mixed = np.count_nonzero((matte > 0) & (matte < 1), axis=0)
    step = mixed.size // parts
    centred = np.roll(mixed, step // 2 - mixed.size // 2)
    return int(np.argmax([centred[i * step : (i + 1) * step].sum() for i in range(parts)]))


def exact_case(name: str, group: str, pixels: Array, truth: Array, projection: Projection) -> Case:
    """A picture with its exact matte; its label says sky from one half on."""
    label = np.where(truth >= 0.5, SKY, NON_SKY).astype(np.uint8)
    return Case(name, group, from_array(pixels, projection=projection.value), label, truth)
