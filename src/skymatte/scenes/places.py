"""Kinds of place in open country.  Each function furnishes a stage and returns the roads on its ground."""

from __future__ import annotations

import numpy as np

from skymatte.scenes import buildings, land, lines
from skymatte.scenes.ground import Road
from skymatte.scenes.ridges import Colour
from skymatte.scenes.stage import Stage

LEAF: tuple[Colour, ...] = (
    (0.06, 0.11, 0.025),
    (0.09, 0.13, 0.03),
    (0.05, 0.09, 0.035),
    (0.20, 0.15, 0.03),
    (0.25, 0.10, 0.03),
)
NEEDLE: Colour = (0.03, 0.055, 0.025)
Roads = tuple[Road, ...]
_HABITS = ("broad", "broad", "upright", "weeping", "pine", "conifer")


def leaf_colour(stage: Stage) -> Colour:
    return LEAF[int(stage.rng.choice(5, p=[0.35, 0.3, 0.2, 0.09, 0.06]))]


def scatter_trees(
    stage: Stage, count: int, near: float, far: float, *, leafy: float | None = None, detail: float = 1.0
) -> None:
    """Trees all around between two distances; none much nearer than ``near``."""
    rng = stage.rng
    habit = _HABITS[int(rng.integers(len(_HABITS)))]
    colour = leaf_colour(stage)
    for _ in range(count):
        distance = near * (far / near) ** rng.random()
        if rng.random() < 0.3:
            habit = _HABITS[int(rng.integers(len(_HABITS)))]
        full = leafy if leafy is not None else float(np.clip(rng.normal(0.75, 0.3), 0, 1))
        needles = habit in ("conifer", "pine")
        share = detail * float(np.clip(2.2 * near / distance, 0.12, 1))
        foot = stage.at(rng.random() * 2 * np.pi, distance)
        stage.tree(
            foot,
            rng.uniform(5, 16),
            habit,
            leafy=max(full, 0.5) if needles else full,
            albedo=NEEDLE if needles else colour,
            detail=share,
        )


def hills(stage: Stage) -> Roads:
    rng = stage.rng
    land.hills(
        stage,
        rng.uniform(1.5, 9),
        (0.09, 0.11, 0.04),
        layers=int(rng.integers(2, 5)),
        trees=rng.choice(["", "round", "conifer"]),
    )
    if rng.random() < 0.5:
        land.mountains(stage, rng.uniform(3, 12))
    scatter_trees(stage, int(rng.integers(0, 9)), rng.uniform(7, 20), 90)
    for _ in range(int(rng.integers(0, 4))):
        buildings.house(
            stage, stage.at(rng.random() * 6.28, rng.uniform(18, 70)), rng.random() * 3, (11, 8, rng.uniform(3, 6))
        )
    return extras(stage)


def extras(stage: Stage) -> Roads:
    """Wires, pylons, fences, birds, a road: some of them."""
    rng = stage.rng
    roads: Roads = ()
    heading = rng.random() * np.pi
    along = np.array([np.cos(heading), np.sin(heading), 0.0])
    across = np.array([-along[1], along[0], 0.0])
    if rng.random() < 0.5:
        roads = (
            Road(
                heading,
                rng.uniform(-6, 6),
                rng.uniform(3, 8),
                str(rng.choice(["asphalt", "gravel", "soil"])),
                bool(rng.random() < 0.5),
            ),
        )
    if rng.random() < 0.55:
        start = across * rng.uniform(3, 12) * rng.choice([-1, 1]) - along * 120 + np.array([0, 0, stage.floor])
        lines.pole_line(stage, start, along * rng.uniform(28, 45), 8, rng.uniform(6.5, 10), int(rng.integers(1, 6)))
    if rng.random() < 0.25:
        start = across * rng.uniform(25, 90) - along * 500 + np.array([0, 0, stage.floor])
        lines.pylon_line(stage, start, along * rng.uniform(180, 260), 5, rng.uniform(28, 45))
    if rng.random() < 0.25:
        lines.mast(stage, stage.at(rng.random() * 6.28, rng.uniform(25, 120)), rng.uniform(18, 50))
    if rng.random() < 0.3:
        a = stage.at(rng.random() * 6.28, rng.uniform(3, 9))
        lines.fence(stage, a - along * 30, a + along * 30, 1.2, 2.5)
    if rng.random() < 0.4:
        lines.birds(stage, int(rng.integers(1, 16)))
    return roads


def mountains(stage: Stage) -> Roads:
    rng = stage.rng
    snow = rng.random() < 0.45
    land.mountains(stage, rng.uniform(8, 28), snow=snow)
    if rng.random() < 0.7:
        land.wood(stage, "conifer", rng.uniform(120, 400), rng.uniform(12, 25))
    scatter_trees(stage, int(rng.integers(0, 8)), 9, 80)
    return extras(stage)


def forest(stage: Stage) -> Roads:
    """Between trunks, under crowns that nearly close."""
    rng = stage.rng
    kind = "conifer" if rng.random() < 0.4 else "round"
    land.wood(stage, kind, rng.uniform(45, 110), rng.uniform(10, 22))
    leafy = float(rng.choice([0.0, 0.35, 0.8, 1.0]))
    count = int(rng.integers(14, 34))
    colour = leaf_colour(stage)
    habit = str(
        rng.choice(["conifer", "pine", "upright"] if kind == "conifer" else ["broad", "broad", "upright", "weeping"])
    )
    for _ in range(count):
        distance = rng.uniform(2.2, 5) if rng.random() < 0.25 else rng.uniform(5, 38)
        needles = habit in ("conifer", "pine")
        stage.tree(
            stage.at(rng.random() * 2 * np.pi, distance),
            rng.uniform(9, 20),
            habit,
            leafy=max(leafy, 0.6) if needles else leafy,
            albedo=NEEDLE if needles else colour,
            detail=float(np.clip(7 / distance, 0.25, 1.3)),
        )
    return (
        (Road(rng.random() * 3.1, rng.uniform(-2, 2), rng.uniform(1, 2.5), "soil", False),)
        if rng.random() < 0.5
        else ()
    )


def canopy(stage: Stage) -> Roads:
    """Right under a few big crowns: sky only through gaps."""
    rng = stage.rng
    land.wood(stage, "round", rng.uniform(30, 80), rng.uniform(8, 18))
    colour = leaf_colour(stage)
    habit = str(rng.choice(["broad", "weeping", "broad"]))
    for k in range(int(rng.integers(4, 9))):
        foot = stage.at(k * 1.1 + rng.random(), rng.uniform(1.8, 7.5))
        stage.tree(
            foot, rng.uniform(8, 16), habit, leafy=rng.uniform(0.5, 1.0), albedo=colour, detail=rng.uniform(1.0, 2.2)
        )
    scatter_trees(stage, int(rng.integers(2, 9)), 9, 35)
    return ()


def park(stage: Stage) -> Roads:
    rng = stage.rng
    land.wood(stage, "round", rng.uniform(70, 180), rng.uniform(8, 16))
    scatter_trees(stage, int(rng.integers(5, 14)), rng.uniform(5, 10), 60)
    for _ in range(int(rng.integers(0, 3))):
        buildings.tower(
            stage,
            stage.at(rng.random() * 6.28, rng.uniform(60, 130)),
            rng.random(),
            rng.uniform(12, 25),
            rng.uniform(15, 60),
        )
    for _ in range(int(rng.integers(0, 5))):
        azimuth = rng.random() * 6.28
        glow = np.array([30.0, 22.0, 12.0]) if stage.night > 0.3 else None
        lines.street_lamp(stage, stage.at(azimuth, rng.uniform(4, 20)), rng.uniform(3.5, 7), azimuth + 1.5, glow)
    path = Road(rng.random() * 3.1, rng.uniform(-4, 4), rng.uniform(2, 5), "gravel", False)
    return (path, *extras(stage)[:1])


def sea(stage: Stage) -> Roads:
    """Open water or a lake; far coast, ships, or nothing."""
    rng = stage.rng
    if rng.random() < 0.6:
        land.hills(stage, rng.uniform(0.3, 3), (0.12, 0.11, 0.07), layers=1, trees="")
        cut = np.clip(land.rough(stage, 1.4, 1) + rng.uniform(-0.5, 1), 0, 1)
        stage.ridges[-1].skyline.height[:] *= cut
    if rng.random() < 0.3:
        land.mountains(stage, rng.uniform(2, 9))
    for _ in range(int(rng.integers(0, 3))):
        at = stage.at(rng.random() * 6.28, rng.uniform(25, 300))
        lines.mast(stage, at, rng.uniform(6, 18))
    lines.birds(stage, int(rng.integers(0, 14)))
    if rng.random() < 0.4:
        azimuth = rng.random() * 6.28
        side = np.array([-np.sin(azimuth), np.cos(azimuth), 0])
        stage.box(
            stage.at(azimuth, 30),
            (rng.uniform(50, 90), 3, -stage.floor + 0.3),
            azimuth,
            buildings.plain(stage, (0.3, 0.28, 0.25)),
        )
        for f in (-1.2, 1.2):
            a = stage.at(azimuth, 3) + side * f
            lines.railing(
                stage, a - stage.floor * np.array([0, 0, 0.2]), a + stage.at(azimuth, 20) * np.array([1, 1, 0]), 1.1
            )
    return ()


def flat(stage: Stage) -> Roads:
    """Desert, salt pan, field or snow to a horizon in the haze."""
    rng = stage.rng
    if rng.random() < 0.4:
        land.hills(stage, rng.uniform(0.2, 1.5), (0.35, 0.28, 0.18), layers=2)
    if rng.random() < 0.35:
        land.mountains(stage, rng.uniform(1, 6), rock=(0.3, 0.24, 0.18))
    if rng.random() < 0.35:
        scatter_trees(stage, int(rng.integers(1, 6)), 8, 120, leafy=float(rng.choice([0.0, 0.5])))
    return extras(stage)


def snow(stage: Stage) -> Roads:
    rng = stage.rng
    land.hills(stage, rng.uniform(1, 10), (0.8, 0.82, 0.85), layers=2, trees=str(rng.choice(["", "conifer"])))
    if rng.random() < 0.5:
        land.mountains(stage, rng.uniform(6, 20), snow=True)
    scatter_trees(stage, int(rng.integers(0, 10)), 7, 70, leafy=float(rng.choice([0.0, 0.0, 0.7])))
    for _ in range(int(rng.integers(0, 5))):
        buildings.house(
            stage, stage.at(rng.random() * 6.28, rng.uniform(12, 50)), rng.random() * 3, (10, 8, 3.5), snow=True
        )
    return extras(stage)
