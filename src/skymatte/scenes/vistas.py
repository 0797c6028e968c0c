"""The default scene, and kinds of place where the horizon is not where one expects it."""

from __future__ import annotations

import numpy as np

from skymatte.scenes import buildings, land, lines
from skymatte.scenes.ground import Road
from skymatte.scenes.places import NEEDLE, Roads, leaf_colour, scatter_trees
from skymatte.scenes.ridges import Colour, Ridge
from skymatte.scenes.skyline import Skyline, conifers
from skymatte.scenes.stage import Stage

_OAK: Colour = (0.07, 0.115, 0.03)
_BIRCH: Colour = (0.10, 0.145, 0.035)


def valley(stage: Stage) -> Roads:
    """A lane through a valley: oaks, a church and its village, wires, mountains; the default scene."""
    at = stage.at
    land.mountains(stage, 13.0, snow=True)
    land.hills(stage, 8.0, (0.085, 0.11, 0.04), layers=3, trees="round")
    land.wood(stage, "conifer", 420, 17)
    heading = np.radians(155)
    along = np.array([np.cos(heading), np.sin(heading), 0.0])
    across = np.array([-along[1], along[0], 0.0])
    for degrees, distance, height, habit, leafy, colour in (
        (128, 12.5, 11.0, "broad", 0.95, _OAK),
        (98, 24.0, 13.0, "broad", 0.8, _OAK),
        (291, 15.0, 12.5, "upright", 0.6, _BIRCH),
        (303, 21.0, 13.0, "upright", 0.7, _BIRCH),
        (345, 17.0, 9.0, "broad", 0.0, _OAK),
        (27, 30.0, 17.0, "conifer", 0.8, NEEDLE),
        (36, 36.0, 19.0, "conifer", 0.9, NEEDLE),
        (45, 33.0, 14.0, "pine", 0.9, NEEDLE),
        (249, 33.0, 10.0, "broad", 0.8, _BIRCH),
        (168, 75.0, 12.0, "broad", 0.9, _OAK),
        (203, 95.0, 12.0, "broad", 0.9, _OAK),
        (228, 85.0, 11.0, "upright", 0.9, _BIRCH),
    ):
        stage.tree(at(np.radians(degrees), distance), height, habit, leafy=leafy, albedo=colour, detail=1.6)
    for degrees, distance, turn, size in (
        (192, 36.0, 0.5, (13.0, 9.0, 4.5)),
        (211, 29.0, 1.9, (11.0, 8.0, 5.0)),
        (238, 38.0, 0.2, (15.0, 9.0, 4.0)),
        (180, 56.0, 1.2, (12.0, 9.0, 5.5)),
        (258, 45.0, 2.2, (12.0, 8.0, 4.5)),
        (62, 58.0, 0.9, (18.0, 10.0, 4.0)),
    ):
        buildings.house(stage, at(np.radians(degrees), distance), turn, size)
    buildings.church(stage, at(np.radians(224), 58), 0.6, 1.3)
    lines.pole_line(stage, at(heading, -120) + across * 7.5, along * 34, 8, 8.2, 4)
    lines.fence(stage, at(heading, -40) - across * 4.5, at(heading, 60) - across * 4.5, 1.15, 2.4)
    lines.pylon_line(stage, at(np.radians(20), 210), np.array([-150.0, 190.0, 0.0]), 3, 38)
    lines.birds(stage, 9)
    return (Road(float(heading), 4.4, 3.2, "gravel", False),)


def summit(stage: Stage) -> Roads:
    """On a hilltop or a roof: the land falls away and the horizon lies below one's feet."""
    rng = stage.rng
    drop = np.radians(rng.uniform(3, 16))
    edge = -drop * np.clip(0.8 + 0.35 * land.rough(stage, 1.6, 1), 0.15, 1.6)
    stage.plain = Skyline(edge + np.radians(0.15) * land.rough(stage, 0.8, 40))
    mild = np.radians(rng.uniform(0.2, 1.2))
    for k, distance in enumerate((900.0, 2500.0, 7000.0, 18000.0)):
        part = (0.72, 0.4, 0.15, 0.0)[k]
        line = -drop * part + mild * (0.3 + 0.5 * k) * np.clip(0.4 + 0.4 * land.rough(stage, 1.6, 2), 0, 2)
        tint = rng.uniform(0.7, 1.3)
        low, high = (0.07 * tint, 0.09 * tint, 0.035 * tint), (0.10 * tint, 0.10 * tint, 0.05 * tint)
        stage.ridges.append(Ridge(Skyline(line), distance, low, high, stage.relief, 0.4, 0.8))
    if rng.random() < 0.5:
        lines.mast(stage, stage.at(rng.random() * 6.28, rng.uniform(6, 15)), rng.uniform(6, 25))
    if rng.random() < 0.5:
        scatter_trees(stage, int(rng.integers(1, 5)), 5, 12)
    if rng.random() < 0.5:
        lines.birds(stage, int(rng.integers(1, 10)))
    return ()


def meadow(stage: Stage) -> Roads:
    """Tall grass or reeds around the camera, blades against the sky."""
    rng = stage.rng
    land.wood(stage, "round", rng.uniform(80, 250), rng.uniform(6, 14))
    if rng.random() < 0.5:
        land.hills(stage, rng.uniform(1, 6), (0.09, 0.11, 0.04), layers=2)
    green = leaf_colour(stage) if rng.random() < 0.6 else (0.25, 0.2, 0.1)
    low = (green[0] * 0.6, green[1] * 0.6, green[2] * 0.6)
    for distance in (14.0, 8.0, 4.0):
        size = rng.uniform(0.02, 0.09) * 8 / distance
        line = conifers(rng, size, size * rng.uniform(0.03, 0.12)) + 0.3 * size * land.rough(stage, 1.2, 4)
        stage.ridges.append(Ridge(Skyline(line), distance, low, green, stage.relief, 0.3, 0.05))
    count = int(rng.integers(60, 260))
    turn, away = rng.random(count) * 2 * np.pi, rng.uniform(0.9, 6, count)
    foot = np.stack([np.cos(turn) * away, np.sin(turn) * away, np.full(count, stage.floor)], 1)
    lean = rng.normal(0, 0.25, (count, 3))
    lean[:, 2] = rng.uniform(0.9, 1.4, count) * -stage.floor
    bent = foot + lean * np.array([1.8, 1.8, 1.15])
    thick, thin = np.full(count, 0.006), np.full(count, 0.003)
    stage.segments(foot, foot + lean * 0.7, thick, thick, green)
    stage.segments(foot + lean * 0.7, bent, thick, thin, green)
    scatter_trees(stage, int(rng.integers(0, 4)), 10, 50)
    return ()


def room(stage: Stage) -> Roads:
    """Inside a hall with few openings, or none: little sky or no sky at all."""
    rng = stage.rng
    land.hills(stage, rng.uniform(1, 6), (0.08, 0.1, 0.04), layers=2, trees="round")
    half, height = rng.uniform(2.5, 9), rng.uniform(2.6, 6) + stage.floor + 1.7
    shade = rng.uniform(0.3, 0.8)
    plaster = buildings.plain(stage, (shade, shade * 0.97, shade * 0.92), 0.06)
    turn = rng.random() * np.pi
    top = np.array([0, 0, stage.floor + height])
    skylight = rng.random() < 0.3
    strip = half * rng.uniform(0.1, 0.4) if skylight else 0.0
    along = np.array([np.cos(turn), np.sin(turn), 0.0])
    for sign in (-1, 1):
        width = half - strip
        stage.box(top + along * sign * (strip + width / 2), (width, 2 * half + 1, 0.3), turn, plaster)
    for k in range(4):
        side = turn + k * np.pi / 2
        _wall_with_windows(stage, side, half, height, 0 if rng.random() < 0.55 else int(rng.integers(1, 5)))
    return ()


def _wall_with_windows(stage: Stage, side: float, half: float, height: float, windows: int) -> None:
    """One wall of a room, ``half`` metres from the camera towards azimuth ``side``."""
    rng = stage.rng
    paint = buildings.plain(stage, (0.5, 0.48, 0.44), 0.06)
    out = np.array([np.cos(side), np.sin(side), 0.0])
    sideways = np.array([-out[1], out[0], 0.0])
    foot = out * (half + 0.15) + np.array([0, 0, stage.floor])
    up = np.array([0, 0, 1.0])

    def slab(middle: float, width: float, low: float, high: float) -> None:
        stage.box(foot + sideways * middle + up * low, (0.3, width, high - low), side, paint)

    if not windows:
        slab(0.0, 2 * half + 0.6, 0.0, height)
        return
    sill, lintel = height * rng.uniform(0, 0.35), height * rng.uniform(0.7, 0.95)
    slab(0.0, 2 * half + 0.6, 0.0, sill + 0.01)
    slab(0.0, 2 * half + 0.6, lintel, height)
    pitch = 2 * half / windows
    pier = pitch * rng.uniform(0.1, 0.6)
    for k in range(windows + 1):
        slab(-half + pitch * k, pier, 0.0, height)
    for k in range(windows):
        middle = foot + sideways * (-half + pitch * (k + 0.5))
        if rng.random() < 0.7:
            stage.line(np.array([middle + up * sill, middle + up * lintel]), 0.02, (0.6, 0.6, 0.6))
            bar = middle + up * (sill + lintel) / 2
            reach = sideways * (pitch - pier) / 2
            stage.line(np.array([bar - reach, bar + reach]), 0.02, (0.6, 0.6, 0.6))
