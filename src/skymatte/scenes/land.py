"""Far land of random make, as ridges on a stage."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import noise
from skymatte.scenes.ridges import Colour, Ridge
from skymatte.scenes.skyline import CORNERS, Skyline, conifers, round_crowns, town
from skymatte.scenes.stage import Stage

Line = NDArray[np.float64]
GREEN: Colour = (0.035, 0.06, 0.02)
SNOW: Colour = (0.85, 0.87, 0.90)


def rough(stage: Stage, exponent: float, lowest: int) -> Line:
    """A periodic fractal line around the horizon, mean 0, deviation 1, without waves longer than 360°/``lowest``."""
    return noise.ring(stage.rng, CORNERS, exponent, lowest).astype(np.float64)


def mountains(stage: Stage, degrees: float, *, snow: bool = False, rock: Colour = (0.20, 0.18, 0.16)) -> None:
    """A far range, and a nearer and lower one before it."""
    rng = stage.rng
    for far, part, distance in ((True, 1.0, rng.uniform(9e3, 25e3)), (False, 0.55, rng.uniform(3e3, 7e3))):
        jagged = rough(stage, rng.uniform(1.6, 1.9), int(rng.integers(3, 8)))
        sharp = 1.3 - 0.5 * np.abs(jagged) + 0.2 * rough(stage, 1.6, 3) + 0.1 * rough(stage, 1.3, 15)
        height = np.radians(degrees) * part * np.clip(0.75 * sharp, 0.06, 2.0)
        high = SNOW if snow or (far and rng.random() < 0.5) else rock
        low = (0.10, 0.10, 0.07) if not snow else (0.55, 0.56, 0.58)
        stage.ridges.append(Ridge(Skyline(height), distance, low, high, stage.relief, 0.8, rng.uniform(1.2, 2.4)))


def hills(stage: Stage, degrees: float, colour: Colour, *, layers: int = 3, trees: str = "") -> None:
    """Rolling hills, far to near, the nearest perhaps wooded."""
    rng = stage.rng
    for k in range(layers):
        distance = rng.uniform(0.8, 1.2) * 6000 / (k + 1) ** 2.2
        part = np.radians(degrees) * (1 - 0.28 * k)
        height = part * np.clip(0.5 + 0.3 * rough(stage, rng.uniform(1.7, 2.1), int(rng.integers(1, 4))), 0.02, 2)
        if trees and (k == layers - 1 or rng.random() < 0.5):
            height += tree_line(stage, trees, distance, rng.uniform(6, 16))
        high = tuple(c * rng.uniform(0.6, 1.3) for c in colour)
        low = tuple(c * rng.uniform(0.6, 1.3) for c in colour)
        ridge = Ridge(Skyline(height), distance, low, high, stage.relief, 0.35, rng.uniform(0.8, 1.6))  # type: ignore[arg-type]
        stage.ridges.append(ridge)


def tree_line(stage: Stage, kind: str, distance: float, height: float) -> Line:
    """Heights (radians) of a wood's edge seen from ``distance`` metres, with gaps."""
    make = conifers if kind == "conifer" else round_crowns
    size = height / distance
    line = make(stage.rng, size, max(size * stage.rng.uniform(0.25, 0.7), 0.0012))
    gaps = np.clip(0.8 + rough(stage, 1.2, 2), 0.0, 1.0)
    return np.asarray(line * gaps)


def wood(stage: Stage, kind: str, distance: float, height: float) -> None:
    """A wood's edge all around."""
    rng = stage.rng
    line = tree_line(stage, kind, distance, height) + height * 0.25 / distance * np.clip(1 + rough(stage, 1.3, 3), 0, 2)
    tint = rng.uniform(0.6, 1.5)
    low = tuple(c * tint * 0.6 for c in GREEN)
    high = tuple(c * tint * 1.3 for c in GREEN)
    stage.ridges.append(Ridge(Skyline(line), distance, low, high, stage.relief, 0.8, rng.uniform(0.25, 0.5)))  # type: ignore[arg-type]


def far_town(stage: Stage, degrees: float, cover: float) -> None:
    """Blocks and towers on the horizon."""
    rng = stage.rng
    for distance in (2500.0, 1200.0, 600.0):
        line = town(rng, np.radians(degrees) * rng.uniform(0.5, 1.0), cover) + np.radians(0.15)
        grey = rng.uniform(0.15, 0.5)
        low, high = (grey, grey, grey * 1.02), (grey * 1.2, grey * 1.12, grey)
        stage.ridges.append(
            Ridge(Skyline(line), distance, low, high, stage.relief, 0.2, 0.02, stage.night * rng.uniform(0.05, 0.3))
        )
