"""Kinds of place that people built.  Each function furnishes a stage and returns the roads on its ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import buildings, land, lines
from skymatte.scenes.facade import Facade
from skymatte.scenes.ground import Road
from skymatte.scenes.places import Roads, leaf_colour, scatter_trees
from skymatte.scenes.stage import Stage

Vectors = NDArray[np.float64]
LAMP = np.array([60.0, 42.0, 20.0])


def _glow(stage: Stage) -> np.ndarray[tuple[int], np.dtype[np.float64]] | None:
    return LAMP if stage.night > 0.3 else None


def village(stage: Stage) -> Roads:
    """A lane between houses and gardens."""
    rng = stage.rng
    land.hills(stage, rng.uniform(2, 7), (0.08, 0.10, 0.04), layers=3, trees="round")
    heading, width = rng.random() * np.pi, rng.uniform(4, 7)
    along = np.array([np.cos(heading), np.sin(heading), 0.0])
    across = np.array([-along[1], along[0], 0.0])
    floor = np.array([0, 0, stage.floor])
    for side in (-1, 1):
        x = rng.uniform(-60, -45)
        while x < 60:
            long = rng.uniform(9, 15)
            back = width / 2 + rng.uniform(3, 10) + 4.5
            if rng.random() < 0.75 and np.hypot(x, back) > 8:
                buildings.house(
                    stage, floor + along * x + across * side * back, heading, (long, 9, rng.uniform(3, 6.5))
                )
            x += long + rng.uniform(3, 14)
    scatter_trees(stage, int(rng.integers(2, 8)), 7, 60)
    start = floor + across * (width / 2 + 1) - along * 100
    lines.pole_line(stage, start, along * 32, 7, rng.uniform(7, 9), int(rng.integers(2, 6)))
    return (Road(heading, 0.0, width),)


def street(stage: Stage) -> Roads:
    """A street between rows of houses, narrow or wide."""
    rng = stage.rng
    heading, width = rng.random() * np.pi, float(rng.choice([3.5, 6, 9, 14, 22]))
    along = np.array([np.cos(heading), np.sin(heading), 0.0])
    across = np.array([-along[1], along[0], 0.0])
    base, aside = rng.uniform(6, 20), rng.uniform(-0.25, 0.25) * width
    middle = across * aside + np.array([0, 0, stage.floor])
    for side in (-1, 1):
        _row(stage, middle + across * side * (width / 2 + 6), along, base)
    wall = across * (width / 2 - 0.05)
    for _ in range(int(rng.integers(0, 7))):
        a = middle + along * rng.uniform(-30, 30) + wall + np.array([0, 0, rng.uniform(4, base * 0.7)])
        b = a - 2 * wall + along * rng.normal(0, 2) + np.array([0, 0, rng.normal(0, 0.5)])
        lines.wire(stage, a, b, rng.uniform(0.1, 0.6), rng.uniform(0.006, 0.02))
    if width > 5:
        for x in np.arange(-60, 60, rng.uniform(14, 25)):
            side = rng.choice([-1, 1])
            foot = middle + along * (x + 5) + across * side * (width / 2 - 1)
            lines.street_lamp(stage, foot, rng.uniform(4, 8), heading - side * np.pi / 2, _glow(stage))
    if width > 8 and rng.random() < 0.6:
        _avenue(stage, middle, along, across * (width / 2 - 2))
    return (Road(heading, aside, width * 0.7, "asphalt", width > 8),)


def _row(stage: Stage, middle: Vectors, along: Vectors, base: float) -> None:
    """Houses wall to wall along a line."""
    rng = stage.rng
    heading = float(np.arctan2(along[1], along[0]))
    x = -90.0
    while x < 90:
        long, tall = rng.uniform(7, 16), base * rng.uniform(0.75, 1.35)
        at = middle + along * (x + long / 2)
        x += long
        if rng.random() < 0.06:
            continue
        if rng.random() < 0.5:
            roof = buildings.roof(stage)
            stage.gable(at, (long, 12, tall), heading, rng.uniform(2, 5), buildings.wall(stage), roof)
        else:
            stage.box(at, (long, 12, tall), heading, buildings.wall(stage))
        if rng.random() < 0.3:
            buildings.aerial(stage, at + np.array([0, 0, tall]))


def _avenue(stage: Stage, middle: Vectors, along: Vectors, aside: Vectors) -> None:
    """Street trees."""
    rng = stage.rng
    colour, leafy = leaf_colour(stage), rng.uniform(0, 1)
    for x in np.arange(-50, 50, rng.uniform(8, 16)):
        foot = middle + along * (x + 3) + aside * rng.choice([-1, 1])
        if np.hypot(foot[0], foot[1]) > 3:
            stage.tree(foot, rng.uniform(5, 10), "broad", leafy=leafy, albedo=colour, detail=0.5)


def courtyard(stage: Stage) -> Roads:
    """Walls all around."""
    rng = stage.rng
    turn = rng.random() * np.pi
    a, b = rng.uniform(4, 14), rng.uniform(4, 14)
    shift = np.array([rng.uniform(-0.4, 0.4) * a, rng.uniform(-0.4, 0.4) * b])
    along = np.array([np.cos(turn), np.sin(turn), 0.0])
    across = np.array([-along[1], along[0], 0.0])
    modern = rng.random() < 0.35
    tall = rng.uniform(6, 24)
    shared = buildings.glass(stage) if modern else buildings.wall(stage)
    middle = along * shift[0] + across * shift[1] + np.array([0, 0, stage.floor])
    for k, (out, reach, width) in enumerate(((along, a, b), (across, b, a), (-along, a, b), (-across, b, a))):
        facade = shared if rng.random() < 0.7 else buildings.wall(stage)
        depth = 8.0
        height = tall * rng.uniform(0.7, 1.3)
        size = (depth, 2 * width + (2 * depth if k % 2 == 0 else 0), height)
        stage.box(middle + out * (reach + depth / 2), size, float(np.arctan2(out[1], out[0])), facade)
    if rng.random() < 0.4:
        foot = stage.at(rng.random() * 6.28, rng.uniform(2.5, min(a, b) * 0.8 + 2))
        stage.tree(foot, rng.uniform(5, 10), "broad", leafy=rng.uniform(0, 1), albedo=leaf_colour(stage))
    for _ in range(int(rng.integers(0, 4))):
        z = np.array([0, 0, tall * rng.uniform(0.5, 0.7)])
        offset = across * rng.uniform(-b, b) * 0.8
        lines.wire(
            stage, middle + z + along * a + offset, middle + z - along * a + offset, rng.uniform(0.1, 0.8), 0.008
        )
    return ()


def plaza(stage: Stage) -> Roads:
    """A square among towers of glass and stone."""
    rng = stage.rng
    land.far_town(stage, rng.uniform(4, 14), 1.0)
    for k in range(int(rng.integers(5, 14))):
        at = stage.at(k * 2.4 + rng.normal(0, 0.3), rng.uniform(28, 110))
        buildings.tower(stage, at, rng.random() * 3, rng.uniform(12, 30), rng.uniform(12, 110))
    if rng.random() < 0.3:
        buildings.church(
            stage, stage.at(rng.random() * 6.28, rng.uniform(30, 60)), rng.random() * 3, rng.uniform(0.8, 1.5)
        )
    for _ in range(int(rng.integers(2, 8))):
        azimuth = rng.random() * 6.28
        lines.street_lamp(stage, stage.at(azimuth, rng.uniform(5, 25)), rng.uniform(5, 10), azimuth + 2, _glow(stage))
    if rng.random() < 0.5:
        scatter_trees(stage, int(rng.integers(2, 8)), 8, 30, detail=0.6)
    if rng.random() < 0.4:
        lines.crane(stage, stage.at(rng.random() * 6.28, rng.uniform(50, 120)), rng.uniform(40, 80), rng.random() * 6)
    return (Road(rng.random() * 3, rng.uniform(15, 22), 12),)


def works(stage: Stage) -> Roads:
    """Halls, tanks, cranes, masts, pipes."""
    rng = stage.rng
    land.far_town(stage, rng.uniform(2, 5), 0.5)
    for _ in range(int(rng.integers(2, 6))):
        facade = Facade(albedo=(0.4, 0.42, 0.45), joints=0.5, dirt=0.15, floor=stage.floor)
        stage.box(
            stage.at(rng.random() * 6.28, rng.uniform(25, 70)),
            (rng.uniform(15, 40), 15, rng.uniform(6, 14)),
            rng.random() * 3,
            facade,
        )
    for _ in range(int(rng.integers(1, 4))):
        lines.crane(stage, stage.at(rng.random() * 6.28, rng.uniform(25, 90)), rng.uniform(25, 60), rng.random() * 6.28)
    for _ in range(int(rng.integers(0, 3))):
        foot = stage.at(rng.random() * 6.28, rng.uniform(40, 120))
        stage.line(
            np.array([foot, foot + np.array([0, 0, rng.uniform(25, 60)])]), np.array([2.2, 1.3]), (0.5, 0.35, 0.3)
        )
    lines.mast(stage, stage.at(rng.random() * 6.28, rng.uniform(15, 60)), rng.uniform(15, 45))
    for _ in range(int(rng.integers(1, 5))):
        azimuth = rng.random() * 6.28
        lines.street_lamp(stage, stage.at(azimuth, rng.uniform(6, 30)), rng.uniform(8, 12), azimuth + 2, _glow(stage))
    start = stage.at(rng.random() * 6.28, 20)
    step = np.array([np.cos(1.0), np.sin(1.0), 0]) * 45
    lines.pylon_line(stage, start - step * 2, step, 5, 22)
    return ()


def under_bridge(stage: Stage) -> Roads:
    """A deck overhead or near, sky on both sides of it."""
    rng = stage.rng
    turn = rng.random() * np.pi
    land.hills(stage, rng.uniform(1, 5), (0.08, 0.10, 0.05), layers=2, trees="round")
    buildings.bridge(
        stage, turn, rng.uniform(-14, 14), rng.uniform(5, 14), rng.uniform(5, 13), 150, int(rng.integers(3, 8))
    )
    scatter_trees(stage, int(rng.integers(1, 6)), 10, 60, detail=0.6)
    return (Road(turn + 1.5, rng.uniform(-3, 3), 7),)


def ruins(stage: Stage) -> Roads:
    """Arches, columns, broken walls: sky in closed regions."""
    rng = stage.rng
    stone = buildings.plain(stage, (0.5, 0.43, 0.32), 0.25, 0.5)
    land.hills(stage, rng.uniform(1, 6), (0.18, 0.15, 0.09), layers=2, trees="round")
    turn, distance = rng.random() * 6.28, rng.uniform(5, 13)
    span, spring = rng.uniform(2.5, 5), rng.uniform(1.5, 4)
    along = np.array([-np.sin(turn), np.cos(turn), 0])
    for k in range(int(rng.integers(1, 6))):
        at = stage.at(turn, distance) + along * (span + 1.2) * (k - 1.5)
        if np.hypot(at[0], at[1]) > 3.5:
            buildings.arch(stage, at, turn + np.pi / 2, span, spring, 1.2, 1.2, stone)
    for _ in range(int(rng.integers(2, 9))):
        foot = stage.at(rng.random() * 6.28, rng.uniform(4, 20))
        stage.line(
            np.array([foot, foot + np.array([0, 0, rng.uniform(2, 7)])]), np.array([0.45, 0.38]), (0.5, 0.44, 0.34)
        )
    scatter_trees(stage, int(rng.integers(0, 6)), 8, 50)
    return ()


def palms(stage: Stage) -> Roads:
    """White walls, palms, a pool's edge."""
    rng = stage.rng
    white = buildings.wall(stage, colour=(0.85, 0.84, 0.82))
    for _ in range(int(rng.integers(1, 5))):
        size = (rng.uniform(6, 14), rng.uniform(6, 12), rng.uniform(3, 9))
        stage.box(stage.at(rng.random() * 6.28, rng.uniform(12, 30)), size, rng.random() * 3, white)
    for _ in range(int(rng.integers(3, 12))):
        stage.palm(stage.at(rng.random() * 6.28, rng.uniform(4, 30)), rng.uniform(4, 12), (0.10, 0.14, 0.04))
    land.hills(stage, rng.uniform(0.5, 5), (0.2, 0.17, 0.1), layers=2)
    return ()


def porch(stage: Stage) -> Roads:
    """Under a roof on pillars, or in a room with openings: the sky is a strip."""
    rng = stage.rng
    land.hills(stage, rng.uniform(1, 6), (0.08, 0.1, 0.04), layers=2, trees="round")
    scatter_trees(stage, int(rng.integers(1, 6)), 12, 50, detail=0.6)
    turn, a, b = rng.random() * np.pi, rng.uniform(3, 8), rng.uniform(3, 8)
    height = rng.uniform(2.6, 4.5)
    floor = np.array([0, 0, stage.floor])
    plaster = buildings.plain(stage, (0.6, 0.58, 0.54), 0.08)
    along, across = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    stage.box(floor + np.array([0, 0, height]), (2 * a, 2 * b, 0.4), turn, plaster)
    for side in (-1, 1):
        for out, reach, width in ((along, a, b), (across, b, a)):
            if rng.random() < 0.35:
                stage.box(
                    floor + out * side * (reach - 0.1),
                    (0.2, 2 * width, height),
                    float(np.arctan2(out[1], out[0])),
                    plaster,
                )
                continue
            for f in np.linspace(-0.95, 0.95, int(rng.integers(2, 6))):
                foot = floor + out * side * (reach - 0.2) + np.cross([0, 0, 1.0], out) * width * f
                stage.box(foot, (0.25, 0.25, height), turn, plaster)
            if rng.random() < 0.6:
                end = floor + out * side * (reach - 0.2)
                rail = np.cross([0, 0, 1.0], out) * width * 0.95
                lines.railing(stage, end - rail, end + rail, 1.05)
    return ()
