"""Rows of umbrellas, pennants and lanterns hung over a street: a level plane of repeated shapes above the camera."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.views import View
from skymatte.picture.projection import perspective_directions, rotation

Array = NDArray[np.float32]

_SUPERSAMPLING = 2
_TABLE = 61
"""Shapes repeat after this many in each direction; a prime, so that no pattern shows."""

_LOWEST = np.sin(np.radians(2.5))


def _directions(view: View, rng: np.random.Generator) -> Array:
    """The view's own directions, or those of a plausible camera that looks up a little; finer than its pixels."""
    height, width = view.sky.shape
    fine = (width * _SUPERSAMPLING, height * _SUPERSAMPLING)
    if view.directions is not None:
        return np.asarray(cv2.resize(view.directions, fine, interpolation=cv2.INTER_LINEAR), np.float32)
    turn = rotation(0, np.radians(rng.uniform(0, 40)), np.radians(rng.normal(0, 3)))
    return np.asarray(perspective_directions(*fine, np.radians(rng.uniform(40, 90))) @ turn.T, np.float32)


def _colours(level: float, rng: np.random.Generator) -> Array:
    """A colour for each shape of the table: bright dyes, dark ones, and now and then whites and greys."""
    shape, hues = (_TABLE, _TABLE, 1), (_TABLE, _TABLE, 3)
    dyes = level * 2 ** rng.uniform(-3, 0.3, shape) * np.exp(rng.normal(0, rng.uniform(0.3, 1.3), hues))
    greys = level * 2 ** rng.uniform(-1.6, -0.1, shape) * np.exp(rng.normal(0, 0.06, hues))
    is_grey = rng.random((_TABLE, _TABLE, 1)) < rng.uniform(0, 0.4)
    return np.where(is_grey, greys, dyes).astype(np.float32)


def draw_overhead(view: View, level: float, rng: np.random.Generator) -> tuple[Array, Array]:
    """Coverage H×W float32 and colour H×W×3 float32 of one such street roof; ``level`` is the light of the sky behind.

    Polygons with 3 to 10 sides and panels of slightly different shade between dark ribs, on a jittered grid with gaps,
    at 2.5–12 m above the camera.
    """
    height, width = view.sky.shape
    directions = _directions(view, rng)
    up = np.maximum(directions[..., 1], _LOWEST)
    spacing, angle = rng.uniform(0.9, 3.5), rng.uniform(0, np.pi)
    reach = rng.uniform(2.5, 12.0) / spacing / up
    x = (np.cos(angle) * directions[..., 0] + np.sin(angle) * directions[..., 2]) * reach + rng.uniform(0, _TABLE)
    y = (np.cos(angle) * directions[..., 2] - np.sin(angle) * directions[..., 0]) * reach + rng.uniform(0, _TABLE)
    column, row = np.floor(x), np.floor(y)
    cell = (row.astype(np.int64) % _TABLE, column.astype(np.int64) % _TABLE)
    radii = rng.uniform(0.25, 0.5) * rng.uniform(0.85, 1.0, (_TABLE, _TABLE))
    radii[rng.random((_TABLE, _TABLE)) < rng.uniform(0, 0.5)] = 0
    radius = radii[cell]
    slack = 0.5 - radii.max()
    jitter = rng.uniform(-slack, slack, (2, _TABLE, _TABLE))
    x, y = x - column - 0.5 - jitter[0][cell], y - row - 0.5 - jitter[1][cell]
    sides = int(rng.integers(3, 11))
    sector = (np.arctan2(y, x) + rng.uniform(0, 7, (_TABLE, _TABLE))[cell]) * (sides / (2 * np.pi))
    panel = np.floor(sector)
    within = (sector - panel - 0.5) * (2 * np.pi / sides)
    distance = np.hypot(x, y)
    inside = (distance * np.cos(within) < radius * np.cos(np.pi / sides)) & (directions[..., 1] > _LOWEST)
    shade = rng.uniform(0.75, 1.1, 11)[panel.astype(np.int64) % 11]
    rib = distance * np.sin(np.pi / sides - np.abs(within)) < rng.uniform(0, 0.012)
    colour = _colours(level, rng)[cell] * np.where(rib, rng.uniform(0.2, 0.8), shade)[..., None].astype(np.float32)
    cover = inside.astype(np.float32)
    size = (width, height)
    covered = np.asarray(cv2.resize(cover, size, interpolation=cv2.INTER_AREA), np.float32)
    mixed = cv2.resize(colour * cover[..., None], size, interpolation=cv2.INTER_AREA)
    return covered, np.asarray(mixed / np.maximum(covered, 1e-6)[..., None], np.float32)
