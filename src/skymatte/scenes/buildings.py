"""Houses, towers, bridges, arches and the like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.facade import Colour, Facade
from skymatte.scenes.lines import railing
from skymatte.scenes.solids import prism
from skymatte.scenes.stage import Stage

Vectors = NDArray[np.float64]

_WALLS: tuple[Colour, ...] = (
    (0.72, 0.70, 0.66),
    (0.82, 0.82, 0.80),
    (0.55, 0.42, 0.28),
    (0.33, 0.16, 0.11),
    (0.42, 0.40, 0.37),
    (0.60, 0.50, 0.33),
    (0.50, 0.30, 0.24),
    (0.30, 0.34, 0.38),
)
_ROOFS: tuple[Colour, ...] = ((0.28, 0.11, 0.07), (0.10, 0.10, 0.11), (0.17, 0.12, 0.09), (0.33, 0.32, 0.30))


def wall(stage: Stage, *, colour: Colour | None = None) -> Facade:
    """A facade of random make."""
    rng = stage.rng
    albedo = colour or _WALLS[int(rng.integers(len(_WALLS)))]
    brick = rng.random() < 0.3
    return Facade(
        albedo=albedo,
        pitch=(rng.uniform(1.8, 4.0), rng.uniform(2.8, 3.8)),
        window=(rng.uniform(0.3, 0.6), rng.uniform(0.4, 0.62)),
        mirror=rng.uniform(0.05, 0.15),
        joints=0.12 if brick else 0.0,
        lit=stage.night * rng.uniform(0.1, 0.6),
        lamp=(rng.uniform(0.2, 0.6), rng.uniform(0.15, 0.35), rng.uniform(0.06, 0.2)),
        dirt=rng.uniform(0.03, 0.15),
        seed=rng.random() * 100,
        floor=stage.floor,
    )


def glass(stage: Stage) -> Facade:
    """A curtain wall."""
    rng = stage.rng
    return Facade(
        albedo=(0.25, 0.26, 0.28),
        pitch=(rng.uniform(1.2, 2.5), rng.uniform(1.8, 4.0)),
        window=(rng.uniform(0.86, 0.96), rng.uniform(0.8, 0.95)),
        mirror=rng.uniform(0.25, 0.7),
        lit=stage.night * rng.uniform(0.1, 0.5),
        lamp=(0.4, 0.36, 0.3),
        dirt=0.05,
        seed=rng.random() * 100,
        floor=stage.floor,
    )


def plain(stage: Stage, albedo: Colour, dirt: float = 0.12, joints: float = 0.0) -> Facade:
    return Facade(albedo=albedo, dirt=dirt, joints=joints, floor=stage.floor)


def roof(stage: Stage) -> Facade:
    return plain(stage, _ROOFS[int(stage.rng.integers(len(_ROOFS)))], 0.2, 0.3)


def house(stage: Stage, centre: Vectors, turn: float, size: tuple[float, float, float], *, snow: bool = False) -> None:
    """A house with a gable or a flat roof, chimney, sometimes an aerial."""
    rng = stage.rng
    facade = wall(stage)
    covering = plain(stage, (0.85, 0.86, 0.88), 0.04) if snow else roof(stage)
    if rng.random() < 0.75:
        rise = size[1] * rng.uniform(0.3, 0.6)
        stage.gable(centre, size, turn, rise, facade, covering)
        along = np.array([np.cos(turn), np.sin(turn), 0]) * size[0] * rng.uniform(-0.35, 0.35)
        foot = centre + along + np.array([0, 0, size[2] + rise * 0.6])
        stage.box(foot, (0.7, 0.7, rise * 0.4 + 1.0), turn, plain(stage, (0.33, 0.18, 0.13), 0.2, 0.08))
        top = foot + np.array([0.2, 0.1, rise * 0.4 + 1.0])
    else:
        stage.box(centre, size, turn, facade, covering)
        top = centre + np.array([0, 0, size[2]])
    if rng.random() < 0.5:
        aerial(stage, top)


def aerial(stage: Stage, foot: Vectors) -> None:
    """A rooftop antenna: mast and rake."""
    height = stage.rng.uniform(1.2, 2.6)
    top = foot + np.array([0, 0, height])
    metal = (0.3, 0.3, 0.3)
    stage.line(np.array([foot, top]), 0.02, metal)
    turn = stage.rng.random() * 6.28
    out, across = np.array([np.cos(turn), np.sin(turn), 0]), np.array([-np.sin(turn), np.cos(turn), 0])
    stage.line(np.array([top - out * 0.5, top + out * 0.5]), 0.012, metal)
    for f in np.linspace(-0.45, 0.45, 6):
        p = top + out * f
        stage.line(np.array([p - across * 0.3, p + across * 0.3]), 0.007, metal)


def tower(stage: Stage, centre: Vectors, turn: float, side: float, height: float) -> None:
    """A tower block or office tower, with things on its roof."""
    rng = stage.rng
    facade = glass(stage) if rng.random() < 0.55 else wall(stage)
    stage.box(centre, (side, side * rng.uniform(0.6, 1.4), height), turn, facade, plain(stage, (0.3, 0.3, 0.3)))
    top = centre + np.array([0, 0, height])
    if rng.random() < 0.6:
        stage.box(top, (side * 0.5, side * 0.4, rng.uniform(2, 6)), turn, plain(stage, (0.4, 0.4, 0.4)))
    if rng.random() < 0.4:
        stage.line(
            np.array([top, top + np.array([0, 0, height * rng.uniform(0.1, 0.3)])]),
            np.array([0.3, 0.06]),
            (0.4, 0.3, 0.3),
        )


def church(stage: Stage, centre: Vectors, turn: float, scale: float) -> None:
    """Nave, tower and spire."""
    facade, covering = wall(stage), roof(stage)
    stage.gable(centre, (18 * scale, 9 * scale, 7 * scale), turn, 5 * scale, facade, covering)
    at = centre - np.array([np.cos(turn), np.sin(turn), 0]) * 11 * scale
    stage.box(at, (5 * scale, 5 * scale, 15 * scale), turn, facade)
    top = at + np.array([0, 0, 15 * scale])
    stage.spire(top, 5.4 * scale, stage.rng.uniform(5, 16) * scale, turn, covering)


def arch(
    stage: Stage,
    centre: Vectors,
    turn: float,
    span: float,
    spring: float,
    thickness: float,
    depth: float,
    facade: Facade,
) -> None:
    """A wall with a round-arched opening ``span`` wide that starts to curve at height ``spring``."""
    along = np.array([np.cos(turn), np.sin(turn), 0.0])
    through = np.array([-np.sin(turn), np.cos(turn), 0.0]) * depth
    up = np.array([0.0, 0.0, 1.0])
    radius, steps = span / 2, 14
    top = spring + radius + thickness
    start = centre - through / 2
    for k in range(steps):
        a, b = np.pi * k / steps, np.pi * (k + 1) / steps
        x0, x1 = np.cos(a) * radius, np.cos(b) * radius
        z0, z1 = spring + np.sin(a) * radius, spring + np.sin(b) * radius
        piece = [start + along * x + up * z for x, z in ((x0, z0), (x1, z1), (x1, top), (x0, top))]
        stage.solid(prism(np.array(piece), through, facade))
    for sign in (-1, 1):
        foot = centre + along * sign * (radius + thickness / 2)
        stage.box(foot, (thickness, depth, top), turn, facade)


def bridge(stage: Stage, turn: float, aside: float, clearance: float, width: float, length: float, piers: int) -> None:
    """A deck that passes ``aside`` metres from the camera at ``clearance`` above the plain, on piers."""
    rng = stage.rng
    concrete = plain(stage, (0.36, 0.35, 0.33), 0.15)
    across = np.array([-np.sin(turn), np.cos(turn), 0.0])
    along = np.array([np.cos(turn), np.sin(turn), 0.0])
    middle = across * aside + np.array([0, 0, stage.floor + clearance])
    deck = rng.uniform(0.8, 2.0)
    stage.box(middle, (length, width, deck), turn, concrete)
    for sign in (-1, 1):
        edge = middle + across * sign * (width / 2 - 0.2) + np.array([0, 0, deck])
        reach = along * min(length / 2, 45)
        railing(stage, edge - reach, edge + reach, 1.1)
    for f in np.linspace(-0.45, 0.45, piers):
        for share in (-0.3, 0.3):
            foot = across * (aside + share * width) + along * length * f + np.array([0, 0, stage.floor])
            if np.hypot(foot[0], foot[1]) > 2.0:
                stage.box(foot, (1.0, 1.0, clearance), turn, concrete)
