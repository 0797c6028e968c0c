"""Random views of labelled pictures: what a camera might have seen.

A view of a panorama is perspective, fisheye or a window of a turned panorama; a view of a plain picture is a rotated,
stretched and scaled crop.  Labels take the same road as pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.sources import Source
from skymatte.picture.model import Projection
from skymatte.picture.projection import (
    equirectangular_directions,
    fisheye_directions,
    panorama_coordinates,
    perspective_directions,
    rotation,
    sample_panorama,
)

Array = NDArray[np.float32]

_SMALL = 512
"""Height of a panorama, in pixels, that is seen as a whole only; parts of larger ones are looked at closely too."""


@dataclass(slots=True)
class View:
    """One sample before augmentation.

    Attributes:
        pixels: H×W×3 float32 linear light.
        sky: H×W float32 in [0, 1].
        weight: H×W float32 in [0, 1], 0 where the label says nothing.
        directions: H×W×3 world directions, or ``None`` for views of plain pictures.
    """

    pixels: Array
    sky: Array
    weight: Array
    directions: Array | None


def _box(image: Array, factor: float) -> Array:
    """Anti-alias before shrinking: a box blur as wide as the step between samples."""
    size = round(factor)
    return (
        image if size < 2 else np.asarray(cv2.blur(image, (size, size), borderType=cv2.BORDER_REFLECT_101), np.float32)
    )


def _perspective(
    rng: np.random.Generator, width: int, height: int, source_height: int
) -> tuple[Array, NDArray[np.bool_] | None, float]:
    """30° to 115° across; of larger panoramas also less, down to three pixels of the view for one of theirs."""
    narrowest = 30 * _SMALL / max(_SMALL, source_height)
    fov = np.radians(np.exp(rng.uniform(np.log(narrowest), np.log(115))) if narrowest < 30 else rng.uniform(30, 115))
    pitch = np.radians(np.clip(rng.normal(6, 24), -50, 80))
    roll = np.radians(rng.normal(0, 5) if rng.random() < 0.9 else rng.uniform(-60, 60))
    directions = perspective_directions(width, height, fov) @ rotation(rng.uniform(-np.pi, np.pi), pitch, roll).T
    return directions, None, float(fov / width)


def _fisheye(
    rng: np.random.Generator, width: int, height: int, _: int
) -> tuple[Array, NDArray[np.bool_] | None, float]:
    fov = np.radians(rng.uniform(140, 190))
    directions, circle = fisheye_directions(width, height, fov, stereographic=bool(rng.random() < 0.3))
    upward = rng.random() < 0.7
    pitch = np.pi / 2 + np.radians(rng.normal(0, 8)) if upward else np.radians(rng.normal(10, 15))
    directions = directions @ rotation(rng.uniform(-np.pi, np.pi), pitch, rng.uniform(-np.pi, np.pi) if upward else 0).T
    return directions, circle if rng.random() < 0.7 else None, float(fov / min(width, height))


def _window(
    rng: np.random.Generator, width: int, height: int, source_height: int
) -> tuple[Array, NDArray[np.bool_] | None, float]:
    """A window of a panorama turned by any yaw and tilted a little, at 0.7–1.5 of the scales that inference uses."""
    finest = max(1, int(np.log2(max(_SMALL, source_height) / height)))
    whole = height if width == 2 * height else int(height * 2 ** rng.integers(finest + 1) * rng.uniform(0.7, 1.5))
    whole = max(whole, height)
    tilt = np.radians(rng.normal(0, 3) if rng.random() < 0.9 else rng.normal(0, 30))
    top = int(rng.integers(0, whole - height + 1))
    left = int(rng.integers(0, 2 * whole))
    rows = equirectangular_directions(2 * whole, whole)[top : top + height]
    directions = np.take(rows, range(left, left + width), axis=1, mode="wrap")
    return directions @ rotation(0, tilt, np.radians(rng.normal(0, 3))).T, None, float(np.pi / whole)


def _panorama_view(source: Source, rng: np.random.Generator, width: int, height: int) -> View:
    square = width == height
    make = (_perspective, _window, _fisheye)[int(rng.choice(3, p=[0.55, 0.33, 0.12]))] if square else _window
    directions, circle, pitch = make(rng, width, height, source.pixels.shape[0])
    step = pitch / (np.pi / source.pixels.shape[0])
    coordinates = panorama_coordinates(directions, source.pixels.shape[1], source.pixels.shape[0])
    pixels, sky, ignore = (
        sample_panorama(_box(x, step), coordinates) for x in (source.pixels, source.sky, source.ignore)
    )
    if circle is not None:
        pixels[~circle] = 0
        sky[~circle] = 0
        ignore[~circle] = 0
    return View(pixels, sky, (ignore < 0.5).astype(np.float32), directions)


def _crop(source: Source, rng: np.random.Generator, width: int, height: int) -> View:
    """A part of a plain picture, rotated up to 25° rarely, stretched by up to ±20 %."""
    full_height, full_width = source.pixels.shape[:2]
    scale = min(full_height / height, full_width / width) * np.exp(rng.uniform(np.log(0.3), np.log(1.05)))
    stretch = np.exp(rng.uniform(-0.2, 0.2))
    angle = np.radians(rng.normal(0, 3) if rng.random() < 0.8 else rng.uniform(-25, 25))
    reach_x, reach_y = max(0.0, full_width - scale * width) / 2, max(0.0, full_height - scale * height) / 2
    centre = (full_width / 2 + rng.uniform(-reach_x, reach_x), full_height / 2 + rng.uniform(-reach_y, reach_y))
    cosine, sine = np.cos(angle) * scale, np.sin(angle) * scale
    linear = np.array([[cosine * stretch, -sine], [sine * stretch, cosine]])
    offset = np.array(centre) - linear @ (np.array([width, height]) / 2)
    inverse = np.hstack((linear, offset[:, None]))

    def warp(image: Array) -> Array:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(_box(image, scale), inverse, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT_101)
        )

    return View(warp(source.pixels), warp(source.sky), (warp(source.ignore) < 0.5).astype(np.float32), None)


def random_view(source: Source, rng: np.random.Generator, width: int, height: int) -> View:
    """A ``width``×``height`` view of ``source``; left and right swapped half of the time."""
    make = _panorama_view if source.projection is Projection.EQUIRECTANGULAR else _crop
    view = make(source, rng, width, height)
    if rng.random() < 0.5:
        view.pixels, view.sky, view.weight = (
            np.ascontiguousarray(x[:, ::-1]) for x in (view.pixels, view.sky, view.weight)
        )
        view.directions = None if view.directions is None else np.ascontiguousarray(view.directions[:, ::-1])
    return view
