"""Tapered round strokes on the sphere: branches, leaves, wires, poles, birds, the discs of sun and moon.

A capsule lies in the gnomonic plane that touches the sphere at its middle, where straight lines of the world stay
straight: a segment of half-length ``half`` on the axis ``u``, with radius going linearly from ``r0`` to ``r1``.  A
direction ``d`` maps to ``X = d·u / d·m``, ``Y = d·n / d·m`` and is inside when its distance to the segment is less than
the radius there.  This predicate is the definition; it knows no pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.sampling import Floats, Indices, unit

_LONGEST = 0.3  # radians; longer strokes are split so that the gnomonic plane stays near the sphere


@dataclass(frozen=True)
class Shapes:
    """N strokes without colour: N×12 float32 rows of middle, axis, normal (unit vectors), ``half``, ``r0``, ``r1``."""

    rows: Floats

    def __len__(self) -> int:
        return int(self.rows.shape[0])

    def take(self, which: Indices | NDArray[np.bool_] | slice) -> Shapes:
        return Shapes(self.rows[which])

    @property
    def m(self) -> Floats:
        return self.rows[:, 0:3]

    @property
    def u(self) -> Floats:
        return self.rows[:, 3:6]

    @property
    def n(self) -> Floats:
        return self.rows[:, 6:9]

    @property
    def half(self) -> Floats:
        return self.rows[:, 9]

    @property
    def r0(self) -> Floats:
        return self.rows[:, 10]

    @property
    def r1(self) -> Floats:
        return self.rows[:, 11]

    @property
    def widest(self) -> Floats:
        return np.maximum(self.r0, self.r1)

    def radius_at(self, x: Floats) -> Floats:
        """Radius where the axis coordinate is ``x`` (N or N×64)."""
        shape = (-1,) + (1,) * (x.ndim - 1)
        half, r0, r1 = (a.reshape(shape) for a in (self.half, self.r0, self.r1))
        slope = (r1 - r0) / np.maximum(2 * half, np.float32(1e-9))
        return np.asarray(r0 + slope * (np.clip(x, -half, half) + half))

    def excess(self, x: Floats, y: Floats) -> Floats:
        """N distances to the axis minus the radius there: negative inside (``x``, ``y`` gnomonic)."""
        beyond = np.maximum(np.abs(x) - self.half, 0.0)
        return np.asarray(np.sqrt(beyond * beyond + y * y) - self.radius_at(x))

    def contains(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """``excess < 0`` for N×64 samples, without the square root."""
        beyond = np.maximum(np.abs(x) - self.half[:, None], 0.0)
        radius = self.radius_at(x)
        return np.asarray(beyond * beyond + y * y < radius * radius)


@dataclass(frozen=True)
class Capsules:
    """N strokes with distances (N, metres) and two colours (N×6): at ``Y = −r`` and ``Y = +r``, linear between them."""

    shapes: Shapes
    distance: Floats
    sides: Floats

    def __len__(self) -> int:
        return len(self.shapes)

    def take(self, which: Indices | NDArray[np.bool_] | slice) -> Capsules:
        return Capsules(self.shapes.take(which), self.distance[which], self.sides[which])

    @staticmethod
    def join(parts: list[Capsules]) -> Capsules:
        rows = np.concatenate([p.shapes.rows for p in parts])
        return Capsules(
            Shapes(rows), np.concatenate([p.distance for p in parts]), np.concatenate([p.sides for p in parts])
        )


def from_segments(
    p0: NDArray[np.float64],
    p1: NDArray[np.float64],
    radius0: NDArray[np.float64],
    radius1: NDArray[np.float64],
    side0: NDArray[np.floating],
    side1: NDArray[np.floating],
) -> Capsules:
    """Strokes of round world segments (N×3 metres, the camera at the origin; radii in metres; N×3 colours)."""
    keep = np.minimum((p0**2).sum(1), (p1**2).sum(1)) > 0.15
    p0, p1, radius0, radius1, side0, side1 = (a[keep] for a in (p0, p1, radius0, radius1, side0, side1))
    angle = np.arccos(np.clip((unit(p0) * unit(p1)).sum(1), -1.0, 1.0))
    pieces = np.maximum(np.ceil(angle / _LONGEST), 1).astype(np.int64)
    if (pieces > 1).any():
        owner = np.repeat(np.arange(len(p0)), pieces)
        k = np.arange(len(owner)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        t0, t1 = k / pieces[owner], (k + 1) / pieces[owner]
        q0, dq = p0[owner], (p1 - p0)[owner]
        s0, ds = radius0[owner], (radius1 - radius0)[owner]
        p0, p1 = q0 + dq * t0[:, None], q0 + dq * t1[:, None]
        radius0, radius1 = s0 + ds * t0, s0 + ds * t1
        side0, side1 = side0[owner], side1[owner]
    return _project(p0, p1, radius0, radius1, side0, side1)


def _project(
    p0: NDArray[np.float64],
    p1: NDArray[np.float64],
    radius0: NDArray[np.float64],
    radius1: NDArray[np.float64],
    side0: NDArray[np.floating],
    side1: NDArray[np.floating],
) -> Capsules:
    d0, d1 = unit(p0), unit(p1)
    m = unit(d0 + d1)
    along = d1 - d0
    length = np.sqrt((along**2).sum(1))
    other = np.where(np.abs(m[:, 2:]) < 0.9, np.array([[0.0, 0.0, 1.0]]), np.array([[1.0, 0.0, 0.0]]))
    u = np.where(length[:, None] > 1e-9, along, np.cross(other, m))
    u = unit(u - m * (u * m).sum(1, keepdims=True))
    half = length / 2 / np.sqrt(np.maximum(1.0 - length**2 / 4, 1e-9))
    distance0, distance1 = np.sqrt((p0**2).sum(1)), np.sqrt((p1**2).sum(1))
    columns = (m, u, np.cross(m, u), half[:, None], (radius0 / distance0)[:, None], (radius1 / distance1)[:, None])
    return Capsules(
        Shapes(np.concatenate(columns, axis=1).astype(np.float32)),
        np.asarray((distance0 + distance1) / 2, np.float32),
        np.concatenate([side0, side1], axis=1).astype(np.float32),
    )


def empty() -> Capsules:
    return Capsules(Shapes(np.zeros((0, 12), np.float32)), np.zeros(0, np.float32), np.zeros((0, 6), np.float32))


def disc(direction: NDArray[np.float64], radius: float) -> Capsules:
    """One round disc of angular ``radius`` (radians)."""
    d = unit(direction)[None] * 1e6
    black = np.zeros((1, 3))
    size = np.array([np.tan(radius) * 1e6])
    return _project(d, d, size, size, black, black)
