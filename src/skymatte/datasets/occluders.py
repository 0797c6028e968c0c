"""Things drawn over a view with their coverage known: wires, trees, birds, umbrellas, street roofs and more."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.distance import far_ridge
from skymatte.datasets.overhead import draw_overhead
from skymatte.datasets.views import View

Array = NDArray[np.float32]

_SUPERSAMPLING = 4


def _stroke(canvas: NDArray[np.uint8], points: NDArray[np.float64], thickness: float) -> None:
    scaled = np.rint(points * _SUPERSAMPLING).astype(np.int32)
    cv2.polylines(canvas, [scaled.reshape(-1, 1, 2)], False, 255, max(1, round(thickness * _SUPERSAMPLING)))


def _wires(canvas: NDArray[np.uint8], rng: np.random.Generator, width: int, height: int) -> None:
    start, end = np.array([-5.0, rng.uniform(0, height)]), np.array([width + 5.0, rng.uniform(0, height)])
    if rng.random() < 0.2:
        start, end = start[::-1].copy(), end[::-1].copy()
    t = np.linspace(0, 1, 24)[:, None]
    sag, gap, thickness = rng.uniform(0, 0.12) * height, rng.uniform(2, 20), rng.choice([0.25, 0.5, 1.0, 1.5, 2.5])
    for strand in range(int(rng.integers(1, 6))):
        line = start * (1 - t) + end * t
        line[:, 1] += sag * 4 * (t * (1 - t))[:, 0] + strand * gap
        _stroke(canvas, line, thickness)


def _pole(canvas: NDArray[np.uint8], rng: np.random.Generator, width: int, height: int) -> None:
    x, top = rng.uniform(0, width), rng.uniform(0, 0.8) * height
    foot = np.array([x + rng.normal(0, 3), height + 5.0])
    head = np.array([x, top])
    _stroke(canvas, np.array([foot, head]), rng.uniform(0.7, 6))
    if rng.random() < 0.6:
        arm = rng.uniform(4, 30) * rng.choice([-1, 1])
        _stroke(canvas, np.array([head, head + np.array([arm, rng.uniform(-4, 4)])]), rng.uniform(0.5, 3))


def _branch(
    canvas: NDArray[np.uint8], rng: np.random.Generator, foot: NDArray[np.float64], angle: float, length: float
) -> None:
    tip = foot + length * np.array([np.cos(angle), np.sin(angle)])
    _stroke(canvas, np.array([foot, (foot + tip) / 2 + rng.normal(0, length / 15, 2), tip]), max(0.25, length / 18))
    if length > 5:
        for _ in range(int(rng.integers(2, 4))):
            _branch(
                canvas,
                rng,
                foot + (tip - foot) * rng.uniform(0.4, 1),
                angle + rng.normal(0, 0.6),
                length * rng.uniform(0.45, 0.75),
            )


def _tree(canvas: NDArray[np.uint8], rng: np.random.Generator, width: int, height: int) -> None:
    side = int(rng.integers(4))
    along = rng.uniform(0, 1)
    foot = np.array(
        [(along * width, height), (along * width, 0.0), (0.0, along * height), (width, along * height)][side], float
    )
    angle = np.array([-np.pi / 2, np.pi / 2, 0, np.pi])[side] + rng.normal(0, 0.4)
    _branch(canvas, rng, foot, float(angle), rng.uniform(0.15, 0.5) * height)


def _birds(canvas: NDArray[np.uint8], rng: np.random.Generator, width: int, height: int) -> None:
    for _ in range(int(rng.integers(1, 12))):
        centre, span = rng.uniform(0, 1, 2) * (width, height), rng.uniform(1, 8)
        lift = rng.uniform(-0.4, 0.6) * span
        _stroke(
            canvas,
            np.array([centre - np.array([span, lift]), centre, centre + np.array([span, -lift])]),
            rng.uniform(0.5, span / 3 + 0.5),
        )


_Kind = Callable[[NDArray[np.uint8], np.random.Generator, int, int], None]

_KINDS = (_wires, _pole, _tree, _birds)
_SHARES = (0.42, 0.25, 0.25, 0.08)
_SHEETS, _OVERHEAD, _RIDGES = 0.24, 0.09, 0.09


def _coverage(canvas: NDArray[np.uint8], view: View) -> Array:
    height, width = view.sky.shape
    return np.asarray(cv2.resize(canvas, (width, height), interpolation=cv2.INTER_AREA), np.float32) / np.float32(255)


def _composite(view: View, cover: Array, colour: Array, rng: np.random.Generator, *, behind: bool = False) -> None:
    """Mix ``colour`` into the view by coverage H×W, now and then out of focus; what is covered is no sky.

    What stands ``behind`` the ground takes only the share of a pixel that was sky.
    """
    if rng.random() < 0.3:
        cover = np.asarray(cv2.GaussianBlur(cover, (0, 0), rng.uniform(0.4, 1.0)), np.float32)
    mixed = cover * view.sky if behind else cover
    view.pixels = view.pixels * (1 - mixed[..., None]) + colour * mixed[..., None]
    view.sky = view.sky * (1 - cover)
    if not behind:
        view.weight = np.maximum(view.weight, (cover > 0.5).astype(np.float32))


def _level_behind(view: View) -> float:
    """Median light of the sky of the view, or of all where there is no sky; asks every second row and column."""
    pixels, sky = view.pixels[::2, ::2], view.sky[::2, ::2] > 0.5
    return float(np.median(pixels[sky] if sky.any() else pixels))


def _draw_sheets(view: View, rng: np.random.Generator) -> None:
    """Umbrellas, balloons, banners, awnings: whole shapes of any colour, mostly in the upper part of the view."""
    height, width = view.sky.shape
    canvas = np.zeros((height * _SUPERSAMPLING, width * _SUPERSAMPLING), np.uint8)
    colours = np.zeros((height, width, 3), np.float32)
    level, largest = _level_behind(view), np.exp(rng.uniform(np.log(5), np.log(90)))
    for _ in range(int(rng.integers(1, 26 if largest < 22 else 7))):
        centre = rng.uniform(0, 1, 2) * (width, rng.uniform(0.2, 0.8) * height)
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 16))))
        radius = rng.uniform(0.3, 1) * largest * rng.uniform(0.85, 1.15, (len(angles), 1))
        outline = centre + radius * np.stack((np.cos(angles), rng.uniform(0.25, 1) * np.sin(angles)), 1)
        # White things as bright as the sky are left out: a blown-out white sky is far more common than they are.
        neutral = rng.random() < 0.25
        tint = np.exp(rng.normal(0, 0.1 if neutral else 0.6, 3))
        colour = tuple(float(v) for v in level * 2 ** rng.uniform(-3.5, -1 if neutral else 0.9) * tint)
        cv2.fillPoly(canvas, [np.rint(outline * _SUPERSAMPLING).astype(np.int32)], 255)
        whole = [np.rint(outline).astype(np.int32)]
        cv2.fillPoly(colours, whole, colour)
        cv2.polylines(colours, whole, True, colour, 3)
    shade = rng.uniform(0.6, 1.0) + 0.4 * cv2.resize(rng.random((8, 8), dtype=np.float32), (width, height))
    _composite(view, _coverage(canvas, view), colours * shade[..., None], rng)


def _paint_thin(view: View, kind: _Kind, rng: np.random.Generator) -> None:
    """Things of one colour: dark to mid against the sky, now and then lit brighter."""
    height, width = view.sky.shape
    canvas = np.zeros((height * _SUPERSAMPLING, width * _SUPERSAMPLING), np.uint8)
    kind(canvas, rng, width, height)
    level = _level_behind(view) * 2 ** rng.uniform(-6, -0.5 if rng.random() < 0.8 else 1.0)
    gradient = np.linspace(rng.uniform(0.5, 1.5), rng.uniform(0.5, 1.5), height)[:, None, None]
    colour = (level * np.exp(rng.normal(0, 0.2, 3)) * gradient).astype(np.float32)
    _composite(view, _coverage(canvas, view), colour, rng)


def _draw_thin(view: View, rng: np.random.Generator) -> None:
    """Wires, poles, branches or birds."""
    _paint_thin(view, _KINDS[int(rng.choice(len(_KINDS), p=_SHARES))], rng)


def draw_wires(view: View, rng: np.random.Generator) -> None:
    """Draw one to five parallel wires over ``view`` in place, 0.25 to 2.5 pixels thick."""
    _paint_thin(view, _wires, rng)


def draw_occluder(view: View, rng: np.random.Generator) -> None:
    """Draw one random thing over ``view`` in place: pixels mix in linear light by coverage (4×4 samples a pixel)."""
    kind = rng.random()
    if kind < _OVERHEAD:
        _composite(view, *draw_overhead(view, _level_behind(view), rng), rng)
    elif kind < _OVERHEAD + _SHEETS:
        _draw_sheets(view, rng)
    elif kind < _OVERHEAD + _SHEETS + _RIDGES:
        ridge = far_ridge(view, rng)
        if ridge is not None:
            _composite(view, *ridge, rng, behind=True)
    else:
        _draw_thin(view, rng)
