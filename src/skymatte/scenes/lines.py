"""Thin things: wires, poles, street lamps, masts, cranes, fences, birds."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.stage import Colour, Stage

Vectors = NDArray[np.float64]
_METAL: Colour = (0.16, 0.16, 0.17)
_WOOD: Colour = (0.14, 0.11, 0.08)


def sagging(a: Vectors, b: Vectors, sag: float, count: int = 28) -> Vectors:
    """Points of a hanging wire, as a parabola (what a catenary is when the sag is small)."""
    t = np.linspace(0, 1, count)[:, None]
    out = a * (1 - t) + b * t
    out[:, 2] -= (4 * sag * t * (1 - t))[:, 0]
    return np.asarray(out)


def wire(stage: Stage, a: Vectors, b: Vectors, sag: float, radius: float) -> None:
    stage.line(sagging(a, b, sag), radius, (0.05, 0.05, 0.05), shadow=False)


def pole_line(stage: Stage, start: Vectors, step: Vectors, count: int, height: float, wires: int) -> None:
    """Wooden poles with a crossarm, and the wires between them."""
    rng = stage.rng
    along = step[:2] / np.hypot(step[0], step[1])
    across = np.array([-along[1], along[0], 0.0])
    radius = rng.uniform(0.008, 0.02)
    half = rng.uniform(0.7, 1.1)
    offsets = np.linspace(-half, half, wires) if wires > 1 else np.zeros(1)
    tops = []
    for k in range(count):
        foot = start + step * k
        top = foot + np.array([rng.normal(0, 0.08), rng.normal(0, 0.08), height])
        stage.line(np.array([foot, top]), np.array([0.16, 0.11]), _WOOD)
        arm = top - np.array([0, 0, 0.4])
        stage.line(np.array([arm - across * half * 1.1, arm + across * half * 1.1]), 0.06, _WOOD)
        for o in offsets:
            pin = arm + across * o
            stage.line(np.array([pin, pin + np.array([0, 0, 0.25])]), 0.035, (0.3, 0.25, 0.2))
        tops.append(arm + np.array([0, 0, 0.25]))
    sag = rng.uniform(0.3, 1.3)
    for a, b in pairwise(tops):
        for o in offsets:
            wire(stage, a + across * o, b + across * o, sag, radius)


def street_lamp(stage: Stage, foot: Vectors, height: float, towards: float, glow: Vectors | None) -> None:
    """A bent post with a lamp head; it shines if ``glow`` (radiance) is given."""
    out = np.array([np.cos(towards), np.sin(towards), 0.0])
    t = np.linspace(0, 1, 7)[:, None]
    top = foot + np.array([0, 0, height])
    arm = top + out * 1.6 * t + np.array([0, 0, 0.6]) * np.sin(t * np.pi / 2)
    stage.line(np.array([foot, top]), np.array([0.09, 0.06]), _METAL)
    stage.line(arm, 0.04, _METAL)
    stage.line(np.array([arm[-1], arm[-1] + out * 0.6]), 0.1, (0.3, 0.3, 0.3))
    if glow is not None:
        stage.lamp_head(arm[-1] + out * 0.3 - np.array([0, 0, 0.12]), 0.12, glow)


def _lattice(
    stage: Stage, start: Vectors, end: Vectors, width0: float, width1: float, bays: int, radius: float
) -> None:
    """A square truss of four chords with diagonals."""
    axis = (end - start) / np.linalg.norm(end - start)
    side = np.cross(axis, np.array([0.31, 0.95, 0.05]))
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    corners = np.array([side + other, side - other, -side - other, -side + other]) / 2
    t = np.linspace(0, 1, bays + 1)[:, None, None]
    nodes = start + (end - start) * t + corners[None] * (width0 + (width1 - width0) * t)
    turned = np.roll(nodes, 1, axis=1)
    a = np.concatenate([nodes[:-1], nodes[:-1], nodes]).reshape(-1, 3)
    b = np.concatenate([nodes[1:], turned[1:], turned]).reshape(-1, 3)
    r = np.full(len(a), radius)
    stage.segments(a, b, r, r, _METAL)


def mast(stage: Stage, foot: Vectors, height: float) -> None:
    """A lattice mast with stays and an antenna."""
    top = foot + np.array([0, 0, height])
    _lattice(stage, foot, top, height * 0.05, height * 0.012, int(height / 1.5), 0.05)
    stage.line(np.array([top, top + np.array([0, 0, height * 0.12])]), 0.05, _METAL)
    if stage.rng.random() < 0.5:
        for k in range(3):
            turn = k * 2.1 + 0.4
            anchor = foot + np.array([np.cos(turn), np.sin(turn), 0]) * height * 0.5
            for f in (0.6, 0.95):
                wire(stage, anchor, foot + np.array([0, 0, height * f]), 0.2, 0.02)


def pylon_line(stage: Stage, start: Vectors, step: Vectors, count: int, height: float) -> None:
    """High-voltage pylons with six conductors and an earth wire."""
    along = step[:2] / np.hypot(step[0], step[1])
    across = np.array([-along[1], along[0], 0.0])
    arms = ((0.62, 0.28), (0.76, 0.22), (0.9, 0.16))
    for k in range(count):
        foot = start + step * k
        _lattice(stage, foot, foot + np.array([0, 0, height]), height * 0.2, height * 0.02, 12, 0.09)
        for level, reach in arms:
            centre = foot + np.array([0, 0, height * level])
            for sign in (-1, 1):
                tip = centre + across * sign * height * reach
                stage.line(np.array([centre + np.array([0, 0, height * 0.03]), tip, centre]), 0.08, _METAL)
                if k + 1 < count:
                    wire(stage, tip - np.array([0, 0, 1.5]), tip + step - np.array([0, 0, 1.5]), height * 0.09, 0.035)
        if k + 1 < count:
            top = foot + np.array([0, 0, height])
            wire(stage, top, top + step, height * 0.06, 0.025)


def crane(stage: Stage, foot: Vectors, height: float, turn: float) -> None:
    """A tower crane."""
    top = foot + np.array([0, 0, height])
    out = np.array([np.cos(turn), np.sin(turn), 0.0])
    _lattice(stage, foot, top, 1.8, 1.8, int(height / 2), 0.12)
    jib, tail = top + out * height * 0.9, top - out * height * 0.3
    _lattice(stage, top, jib, 1.4, 0.9, int(height / 2.5), 0.09)
    _lattice(stage, top, tail, 1.4, 1.4, 6, 0.1)
    peak = top + np.array([0, 0, height * 0.14])
    stage.line(np.array([top, peak]), 0.3, _METAL)
    for end in (top + out * height * 0.6, tail):
        wire(stage, peak, end, 0.0, 0.06)
    hook = top + out * height * stage.rng.uniform(0.3, 0.85)
    wire(stage, hook, hook - np.array([0, 0, height * stage.rng.uniform(0.2, 0.8)]), 0.0, 0.04)


def fence(stage: Stage, a: Vectors, b: Vectors, height: float, spacing: float) -> None:
    """Posts and rails."""
    count = max(int(np.linalg.norm(b - a) / spacing), 2)
    feet = a + (b - a) * np.linspace(0, 1, count)[:, None]
    r = np.full(count, 0.035)
    stage.segments(feet, feet + np.array([0, 0, height]), r, r, _WOOD)
    for f in (0.5, 0.92):
        stage.line(np.array([a, b]) + np.array([0, 0, height * f]), 0.025, _WOOD)


def railing(stage: Stage, a: Vectors, b: Vectors, height: float) -> None:
    """Thin vertical bars under a handrail."""
    count = max(int(np.linalg.norm(b - a) / 0.14), 2)
    feet = a + (b - a) * np.linspace(0, 1, count)[:, None]
    r = np.full(count, 0.008)
    stage.segments(feet, feet + np.array([0, 0, height]), r, r, _METAL)
    stage.line(np.array([a, b]) + np.array([0, 0, height]), 0.025, _METAL)


def birds(stage: Stage, count: int) -> None:
    """Birds on the wing, each two bent wings and a body."""
    rng = stage.rng
    flock = rng.random() * 2 * np.pi
    for _ in range(count):
        azimuth, elevation = flock + rng.normal(0, 0.25), abs(rng.normal(0.45, 0.25)) + 0.05
        distance = rng.uniform(25, 140)
        at = (
            np.array([np.cos(azimuth) * np.cos(elevation), np.sin(azimuth) * np.cos(elevation), np.sin(elevation)])
            * distance
        )
        turn = rng.random() * 2 * np.pi
        side = np.array([np.cos(turn), np.sin(turn), 0.0])
        ahead = np.array([-np.sin(turn), np.cos(turn), 0.0])
        lift = np.array([0, 0, rng.uniform(-0.15, 0.35)])
        span = rng.uniform(0.3, 0.9)
        for sign in (-1, 1):
            elbow = at + side * sign * span * 0.5 + lift * span
            tip = at + side * sign * span - ahead * 0.2 * span + lift * span * 0.4
            stage.line(
                np.array([at, elbow, tip]), np.array([0.09, 0.07, 0.015]) * span, (0.06, 0.06, 0.06), shadow=False
            )
        body = np.array([at - ahead * 0.35 * span, at + ahead * 0.35 * span])
        stage.line(body, np.array([0.05, 0.1]) * span, (0.08, 0.08, 0.08), shadow=False)
