"""What hard cases are made with: things drawn over a picture by coverage, and what weather and cameras do to it.

Training has occluders and weather of its own (``skymatte.datasets``); these are others, so that the benchmark does not
ask for what was practised.  Light mixes linearly by the coverage of each pixel.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import Case
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.picture.encoding import srgb_from_linear
from skymatte.picture.exposure import exposure_scale, luminance
from skymatte.picture.read import from_array

Array = NDArray[np.float32]
Points = NDArray[np.float64]
Draw = Callable[[Case, np.random.Generator], Array]
"""Coverage H×W in [0, 1] of something over a picture."""

_THINNEST_TWIG = 0.3


class Drawing:
    """Coverage of a picture by strokes; coordinates and widths in pixels, the first pixel spans 0 … 1."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._cover = np.zeros(shape, np.float32)

    def stroke(self, points: Points, width: float) -> None:
        """A line of round ends.  Coverage is that of a band across a pixel at the same distance from its middle."""
        for start, end in pairwise(points):
            reach = width / 2 + 1
            first = np.maximum(np.floor(np.minimum(start, end) - reach), 0).astype(int)
            last = np.ceil(np.maximum(start, end) + reach).astype(int)
            window = self._cover[first[1] : max(last[1], 0), first[0] : max(last[0], 0)]
            if window.size:
                distance = _distance(window.shape, first, start, end)
                band = np.minimum(distance + 0.5, width / 2) - np.maximum(distance - 0.5, -width / 2)
                np.maximum(window, np.clip(band, 0, 1), out=window)

    def cover(self) -> Array:
        """H×W float32 in [0, 1]."""
        return self._cover


def _distance(shape: tuple[int, ...], first: NDArray[np.int64], start: Points, end: Points) -> Points:
    """From the middles of the pixels of a window, whose first one is at ``first`` (x, y), to a segment."""
    along = end - start
    x = np.arange(shape[1]) + 0.5 + first[0] - start[0]
    y = (np.arange(shape[0]) + 0.5 + first[1] - start[1])[:, None]
    t = np.clip((x * along[0] + y * along[1]) / max(float(along @ along), 1e-12), 0, 1)
    return np.asarray(np.hypot(x - t * along[0], y - t * along[1]))


def skyline_rows(label: NDArray[np.uint8]) -> NDArray[np.int64]:
    """The first row from the top of each column that is not sky; the height where all is."""
    ground = label == NON_SKY
    return np.where(ground.any(axis=0), ground.argmax(axis=0), len(label))


def draw_wires(case: Case, rng: np.random.Generator) -> Array:
    """Three spans of one to four wires, 0.5 to 2.5 pixels thick, hung across the upper part of the picture."""
    height, width = case.label.shape
    drawing = Drawing((height, width))
    t = np.linspace(0, 1, 60)[:, None]
    for _ in range(3):
        ends = np.array([[-4, rng.uniform(0.05, 0.42) * height], [width + 4, rng.uniform(0.05, 0.42) * height]])
        line = ends[0] * (1 - t) + ends[1] * t
        line[:, 1] += rng.uniform(0, 0.08) * height * 4 * (t * (1 - t))[:, 0]
        for strand in range(int(rng.integers(1, 5))):
            drawing.stroke(line + np.array([0, strand * rng.uniform(5, 14)]), float(rng.choice([0.5, 1.0, 1.5, 2.5])))
    return drawing.cover()


def draw_branches(case: Case, rng: np.random.Generator) -> Array:
    """Six leafless trees that stand on the skyline, their twigs a third of a pixel thick."""
    height, width = case.label.shape
    drawing = Drawing((height, width))
    rows = skyline_rows(case.label)
    for _ in range(6):
        x = int(rng.integers(0, width))
        foot = np.array([x, min(float(rows[x]), 0.6 * height) + 3])
        _grow(drawing, rng, foot, rng.normal(-np.pi / 2, 0.15), rng.uniform(0.1, 0.22) * height)
    return drawing.cover()


def _grow(drawing: Drawing, rng: np.random.Generator, foot: Points, angle: float, length: float) -> None:
    tip = foot + length * np.array([np.cos(angle), np.sin(angle)])
    bend = (foot + tip) / 2 + rng.normal(0, length / 18, 2)
    drawing.stroke(np.array([foot, bend, tip]), max(_THINNEST_TWIG, length / 16))
    if length > 6:
        for _ in range(int(rng.integers(2, 4))):
            start = foot + (tip - foot) * rng.uniform(0.45, 1)
            _grow(drawing, rng, start, angle + rng.normal(0, 0.55), length * rng.uniform(0.5, 0.78))


def draw_birds(case: Case, rng: np.random.Generator) -> Array:
    """A flock of 25 birds, 3 to 16 pixels from wing to wing, above the skyline."""
    height, width = case.label.shape
    drawing = Drawing((height, width))
    rows = skyline_rows(case.label)
    for _ in range(25):
        x = int(rng.integers(0, width))
        centre = np.array([x, rng.uniform(0.1, 0.9) * rows[x]])
        span, lift = rng.uniform(1.5, 8), rng.uniform(-0.3, 0.6)
        left, right = np.array([-span, -lift * span]), np.array([span, -lift * span])
        wings = np.array([centre + left, centre, centre + right])
        drawing.stroke(wings, 0.5 + span / 5)
    return drawing.cover()


def draw_hanging(case: Case, rng: np.random.Generator) -> Array:
    """An eave, awning or bridge that hangs into the picture from its top, across half of the width or more."""
    height, width = case.label.shape
    left = rng.uniform(-0.1, 0.3) * width
    x = np.linspace(left, left + rng.uniform(0.5, 0.9) * width, int(rng.integers(3, 9)))
    low = np.interp(np.arange(width), x, rng.uniform(0.06, 0.24, len(x)) * height, left=0, right=0)
    return np.asarray(np.clip(low - np.arange(height)[:, None], 0, 1), np.float32)


def ground_colour(case: Case) -> Array:
    """Half of the median light of what is not sky: the colour of things against the light."""
    return np.asarray(np.median(case.picture.pixels[case.label == NON_SKY], axis=0) / 2, np.float32)


def covered(case: Case, cover: Array, colour: Array) -> Case:
    """The picture behind something of ``colour`` (3 or H×W×3); where it covers half of a pixel, that is no sky."""
    share = cover[..., None]
    pixels = case.picture.pixels * (1 - share) + colour * share
    label = np.where(cover > 0.5, NON_SKY, np.where((cover > 0) & (case.label == IGNORE), IGNORE, case.label))
    return replace(case, picture=replace(case.picture, pixels=pixels), label=label.astype(np.uint8))


def mirrored_ground(case: Case) -> Array:
    """The picture upside down: a texture for what hangs in from above."""
    return np.ascontiguousarray(case.picture.pixels[::-1])


def hazy(case: Case, density: float, reach: float = 0.15) -> Case:
    """Airlight over the ground, ``density`` at the skyline and less with distance from it (Koschmieder 1924).

    L = L₀·t + A·(1 − t); A is the median light of the lowest sky; 1 − t falls by e over ``reach`` of the height.
    """
    ground = case.label != SKY
    distance = cv2.distanceTransform(ground.astype(np.uint8), cv2.DIST_L2, 3)
    near = (case.label == SKY) & (cv2.dilate(ground.astype(np.uint8), np.ones((31, 31), np.uint8)) > 0)
    air = np.median(case.picture.pixels[near], axis=0).astype(np.float32)
    veil = (density * np.exp(-distance / np.float32(reach * len(ground))) * ground).astype(np.float32)[..., None]
    return _with_light(case, case.picture.pixels * (1 - veil) + air * veil)


def dirty(case: Case, rng: np.random.Generator) -> Case:
    """Twelve stains and drops on the lens, out of focus: sky behind them stays sky."""
    height, width = case.label.shape
    veil = np.zeros((height, width), np.float32)
    for _ in range(12):
        at = (int(rng.uniform(0, width)), int(rng.uniform(0, 0.7) * height))
        cv2.circle(veil, at, int(rng.uniform(0.01, 0.05) * height) + 2, rng.uniform(0.2, 0.6), -1)
    veil = np.asarray(cv2.GaussianBlur(veil, (0, 0), height / 170), np.float32)[..., None]
    stain = np.float32(np.median(case.picture.pixels) * rng.uniform(0.1, 1.0))
    return _with_light(case, case.picture.pixels * (1 - veil) + stain * veil)


def whitened(case: Case) -> Case:
    """All that is not sky without its colour and as bright as the sky, by the medians of both: white walls."""
    light = luminance(case.picture.pixels)
    ground = case.label != SKY
    gain = np.median(light[~ground]) / max(float(np.median(light[ground])), 1e-9)
    white = np.repeat((light * np.float32(gain))[..., None], 3, 2)
    return _with_light(case, np.where(ground[..., None], white, case.picture.pixels))


def underexposed(case: Case, stops: float) -> Case:
    """An 8-bit picture taken so many stops too dark."""
    light = case.picture.pixels * np.float32(exposure_scale(case.picture.pixels) * 2.0**-stops)
    levels = np.rint(255 * srgb_from_linear(np.clip(light, 0, 1))).astype(np.uint8)
    return replace(case, picture=from_array(levels, projection=case.picture.projection.value))


def _with_light(case: Case, pixels: Array) -> Case:
    return replace(case, picture=replace(case.picture, pixels=np.asarray(pixels, np.float32)))
