"""Trees that grow: trunk, boughs, twigs as tapered segments, and leaves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.capsules import Capsules, from_segments
from skymatte.scenes.light import Light, round_sides
from skymatte.scenes.sampling import unit

Vectors = NDArray[np.float64]


@dataclass(frozen=True)
class Wood:
    """Round segments: ends N×3 (metres), radii N."""

    start: Vectors
    end: Vectors
    radius0: Vectors
    radius1: Vectors

    @staticmethod
    def join(parts: list[Wood]) -> Wood:
        return Wood(*(np.concatenate([getattr(p, k) for p in parts]) for k in ("start", "end", "radius0", "radius1")))


@dataclass(frozen=True)
class Habit:
    """How a tree grows.

    Attributes:
        children: branches per branch, level by level.
        angle: between child and parent (radians).
        shrink: length of a child relative to its parent.
        rise: how much branches turn up (positive) or droop (negative).
        clear: share of the trunk without branches.
        crook: how much branches wander.
    """

    children: tuple[int, ...]
    angle: float
    shrink: float
    rise: float
    clear: float
    crook: float


HABITS = {
    "broad": Habit((9, 5, 4, 3), 0.85, 0.62, 0.20, 0.25, 0.22),
    "upright": Habit((14, 4, 4), 0.45, 0.45, 0.30, 0.12, 0.12),
    "weeping": Habit((9, 5, 6), 0.95, 0.62, -0.45, 0.30, 0.20),
    "conifer": Habit((46, 7), 1.45, 0.34, -0.10, 0.08, 0.06),
    "pine": Habit((13, 6, 5), 1.15, 0.42, 0.18, 0.55, 0.16),
}


def _grow(
    rng: np.random.Generator, start: Vectors, heading: Vectors, length: Vectors, radius: Vectors, habit: Habit
) -> Wood:
    """N crooked branches of three segments each, branch by branch."""
    p, d, r = start, heading, radius
    parts = []
    for k in range(3):
        d = unit(d + rng.normal(0, habit.crook, d.shape) + np.array([0.0, 0.0, habit.rise * 0.5 * (k > 0)]))
        q = p + d * (length / 3)[:, None]
        thin = radius * (1 - 0.25 * (k + 1))
        parts.append((p, q, r, thin))
        p, r = q, thin
    return Wood(*(np.stack([part[k] for part in parts], 1).reshape(-1, *parts[0][k].shape[1:]) for k in range(4)))


def _spread(
    rng: np.random.Generator, wood: Wood, count: int, habit: Habit, clear: float, taper: bool
) -> tuple[Vectors, Vectors, Vectors, Vectors]:
    """Where the next level starts: N·count starts, headings, lengths, radii."""
    branches = len(wood.start) // 3
    owner = np.repeat(np.arange(branches), count)
    t = clear + (0.98 - clear) * (np.tile(np.arange(count), branches) + rng.random(len(owner))) / count
    part = owner * 3 + np.minimum((t * 3).astype(np.int64), 2)
    f = (t * 3 - np.floor(np.minimum(t * 3, 2.999)))[:, None]
    start = wood.start[part] * (1 - f) + wood.end[part] * f
    heading = unit(wood.end[part] - wood.start[part])
    length = np.linalg.norm(wood.end - wood.start, axis=1).reshape(-1, 3).sum(1)[owner]
    turn = rng.random(len(owner)) * 2 * np.pi
    if count > 3:
        turn = np.tile(np.arange(count) * 2.4, branches) + rng.normal(0, 0.3, len(owner))
    other = unit(np.cross(heading, np.array([0.3, 0.9, 0.31])))
    third = np.cross(heading, other)
    out = other * np.cos(turn)[:, None] + third * np.sin(turn)[:, None]
    angle = rng.normal(habit.angle, 0.15, len(owner))[:, None]
    heading = unit(heading * np.cos(angle) + out * np.sin(angle))
    size = habit.shrink * rng.uniform(0.7, 1.15, len(owner)) * ((1.05 - t) * 1.5 + 0.05 if taper else 1.1 - 0.45 * t)
    radius = wood.radius0[part] * np.clip(0.62 * habit.shrink / 0.6, 0.25, 0.62)
    return start, heading, length * size, radius


def grow(rng: np.random.Generator, foot: Vectors, height: float, habit: str, levels: int) -> tuple[Wood, Vectors]:
    """A tree on ``foot``: its wood, and the tips of its last branches (N×3)."""
    how = HABITS[habit]
    lean = unit(np.array([[rng.normal(0, 0.05), rng.normal(0, 0.05), 1.0]]))
    straight = Habit(how.children, 0, 0, 0, 0, how.crook * 0.4)
    trunk = _grow(
        rng, foot[None], lean, np.array([height * 0.95]), np.array([height * rng.uniform(0.014, 0.026)]), straight
    )
    parts, wood = [trunk], trunk
    for level, count in enumerate(how.children[:levels]):
        taper = level == 0 and habit == "conifer"
        start, heading, length, radius = _spread(rng, wood, count, how, how.clear if level == 0 else 0.25, taper)
        wood = _grow(rng, start, heading, length, np.maximum(radius, 0.003), how)
        parts.append(wood)
    tips = np.concatenate([wood.end[2::3], wood.end[1::3]])
    return Wood.join(parts), tips


def palm(rng: np.random.Generator, foot: Vectors, height: float) -> tuple[Wood, Wood]:
    """A palm: trunk and fronds with leaflets."""
    bend = np.array([rng.normal(0, 0.1), rng.normal(0, 0.1), 0.0])
    t = np.linspace(0, 1, 9)[:, None]
    line = foot + np.array([0, 0, height]) * t + bend * height * t**2
    trunk = Wood(line[:-1], line[1:], np.full(8, height * 0.02), np.full(8, height * 0.017))
    n, steps = int(rng.integers(14, 26)), 9
    turn = rng.random(n) * 2 * np.pi
    lift = rng.uniform(-0.3, 1.1, n)
    s = np.linspace(0, 1, steps)[None, :]
    out = rng.uniform(1.8, 3.0, n)[:, None] * s
    z = out * np.sin(lift)[:, None] - 0.9 * s**2 * out.max() * 0.6
    x = out * np.cos(lift)[:, None]
    rib = np.stack([x * np.cos(turn)[:, None], x * np.sin(turn)[:, None], z], -1) + line[-1]
    a, b = rib[:, :-1].reshape(-1, 3), rib[:, 1:].reshape(-1, 3)
    spine = Wood(a, b, np.full(len(a), 0.03), np.full(len(a), 0.02))
    along = unit(b - a)
    side = unit(np.cross(along, np.array([0.0, 0.0, 1.0])))
    leaflets = [spine]
    for f in (0.0, 0.33, 0.66):
        for sign in (-1.0, 1.0):
            root = a + (b - a) * f
            tip = root + (sign * side + 0.5 * along + np.array([0, 0, -0.35])) * 0.55
            leaflets.append(Wood(root, tip, np.full(len(a), 0.03), np.full(len(a), 0.008)))
    return trunk, Wood.join(leaflets)


def wood_capsules(light: Light, wood: Wood, albedo: NDArray[np.floating]) -> Capsules:
    """The strokes of lit bark."""
    middle = (wood.start + wood.end) / 2
    side0, side1 = round_sides(light, unit(wood.end - wood.start), middle, albedo)
    return from_segments(wood.start, wood.end, wood.radius0, wood.radius1, side0, side1)


def leaves(
    rng: np.random.Generator,
    light: Light,
    tips: Vectors,
    each: int,
    angle: float,
    spread: float,
    albedo: NDArray[np.floating],
) -> Capsules:
    """``each`` leaves around each tip, ``angle`` radians long but at least 5 cm, lit from both sides."""
    at = np.repeat(tips, each, axis=0)
    middle = at + rng.normal(0, spread, at.shape)
    axis = unit(rng.normal(0, 1, at.shape) + np.array([0, 0, -0.4]))
    away = np.sqrt((middle**2).sum(1))
    long = np.maximum(angle * away, 0.05) * rng.uniform(0.6, 1.3, len(at))
    long = np.minimum(long, 0.06 * away)
    start, end = middle - axis * (long / 2)[:, None], middle + axis * (long / 2)[:, None]
    wide = long * rng.uniform(0.28, 0.45, len(at))
    normal = unit(rng.normal(0, 1, at.shape) + np.array([0, 0, 0.8]))
    toward = unit(-middle)
    normal *= np.sign((normal * toward).sum(1, keepdims=True))
    centre = tips.mean(0)
    depth = np.sqrt(((middle - centre) ** 2).sum(1))
    rim = np.clip(depth / max(float(np.quantile(depth, 0.9)), 1e-6), 0.25, 1)
    tint = albedo * rng.uniform(0.75, 1.25, (len(at), 1)) * (1 + rng.normal(0, 0.06, (len(at), 3)))
    front = light.irradiance(normal, middle, sun=(rim**2).astype(np.float32)) * rim[:, None]
    behind = light.irradiance(-normal, middle, sun=(rim**2).astype(np.float32)) * rim[:, None]
    through = np.array([0.75, 0.85, 0.35])
    colour = np.clip(tint, 0.005, 0.95) * (front + behind * through) / np.pi
    colour = light.through_air(np.asarray(colour, np.float32), np.sqrt((middle**2).sum(1)), -toward.astype(np.float32))
    return from_segments(start, end, wide / 2, wide / 4, colour * 0.9, colour * 1.1)
