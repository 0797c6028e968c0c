"""What walls and roofs look like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import noise
from skymatte.scenes.light import Light
from skymatte.scenes.sampling import Floats

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Facade:
    """A surface.

    Attributes:
        albedo: of the wall.
        pitch: metres between windows (across, up); (0, 0) = no windows.
        window: share of the pitch that a window takes (across, up).
        mirror: reflectivity of the panes seen head-on, 0.05 (plain) … 0.6 (coated).
        joints: metres between courses of bricks or panels; 0 = none.
        lit: share of windows with light on.
        lamp: radiance of a lit window.
        dirt: how strongly the wall's brightness wanders.
        seed: which windows are lit.
        floor: height of the ground (z, metres).
    """

    albedo: Colour
    pitch: tuple[float, float] = (0.0, 0.0)
    window: tuple[float, float] = (0.5, 0.6)
    mirror: float = 0.08
    joints: float = 0.0
    lit: float = 0.0
    lamp: Colour = (1.0, 0.7, 0.4)
    dirt: float = 0.15
    seed: float = 0.0
    floor: float = -1.7

    def shade(self, light: Light, texture: Floats, normal: Floats, point: Floats, d: Floats, pixel: float) -> Floats:
        """N×3 radiance of N points with N×3 normals, seen along ``d``; ``pixel`` is a pixel's angle."""
        distance = np.sqrt((point * point).sum(1))
        across = np.stack([-normal[:, 1], normal[:, 0]], 1)
        u = (point[:, :2] * across).sum(1) / np.maximum(np.sqrt((across * across).sum(1)), 1e-6)
        v = point[:, 2] - self.floor
        level = np.abs(normal[:, 2]) > 0.9
        u = np.asarray(np.where(level, point[:, 0], u), np.float32)
        v = np.asarray(np.where(level, point[:, 1], v), np.float32)
        wear = 0.5 * noise.look_up(texture, u / 19.0, v / 11.0) + 0.5 * noise.look_up(texture, u / 2.1, v / 1.7)
        albedo = np.asarray(self.albedo, np.float32) * np.clip(1 + self.dirt * wear, 0.3, 1.7)[:, None]
        foot = np.asarray(pixel * distance / np.maximum(np.abs((d * normal).sum(1)), 0.05), np.float32)
        if self.joints:
            albedo = albedo * (1 - 0.35 * self._joints(u, v, foot))[:, None]
        shelter = 1 - 0.35 * np.exp(-np.maximum(v, 0) / 1.5)
        lit = light.irradiance(normal, point) * np.where(level, 1, shelter)[:, None]
        colour = np.asarray(albedo * lit / np.pi, np.float32)
        if self.pitch[0] > 0:
            colour = self._windows(colour, light, normal, d, (u, v), foot, ~level)
        return light.through_air(colour, distance, d)

    def _joints(self, u: Floats, v: Floats, foot: Floats) -> Floats:
        lines = np.maximum(_pulse(v / self.joints, 0.12, foot / self.joints), 0)
        shifted = u / (2 * self.joints) + 0.5 * np.floor(v / self.joints)
        lines = np.maximum(lines, _pulse(shifted, 0.06, foot / (2 * self.joints)))
        return np.asarray(lines * np.clip(self.joints / np.maximum(foot, 1e-4) - 1, 0, 1), np.float32)

    def _windows(
        self,
        wall: Floats,
        light: Light,
        normal: Floats,
        d: Floats,
        uv: tuple[Floats, Floats],
        foot: Floats,
        upright: NDArray[np.bool_],
    ) -> Floats:
        x, y = uv[0] / self.pitch[0], uv[1] / self.pitch[1]
        pane = _pulse(x, self.window[0], foot / self.pitch[0]) * _pulse(y, self.window[1], foot / self.pitch[1])
        pane = pane * upright * (y > 0.15)
        some = np.flatnonzero(pane > 0.01)
        if not len(some):
            return wall
        cosine = np.abs((d[some] * normal[some]).sum(1))
        shine = self.mirror + (1 - self.mirror) * (1 - cosine) ** 5
        away = d[some] - 2 * (d[some] * normal[some]).sum(1)[:, None] * normal[some]
        seen = light.sky.radiance(np.asarray(away, np.float32))
        low = np.clip(1 - away[:, 2:] / 0.12, 0, 1)
        seen = seen * (1 - low) + low * light.bounce.astype(np.float32)
        i, j = np.floor(x[some]), np.floor(y[some])
        dice = np.mod(np.sin(i * 12.9898 + j * 78.233 + self.seed) * 43758.547, 1.0)
        inside = (0.04 * light.sky.ambient / np.pi).astype(np.float32) * (0.5 + dice[:, None])
        on = (
            (dice < self.lit)[:, None]
            * np.asarray(self.lamp, np.float32)
            * (0.4 + 3 * dice[:, None] / max(self.lit, 1e-3))
        )
        glass = seen * shine[:, None] + (inside + on) * (1 - shine)[:, None]
        wall = wall.copy()
        wall[some] += (glass - wall[some]) * pane[some][:, None]
        return wall


def _pulse(x: Floats, width: float, foot: Floats) -> Floats:
    """1 in the middle ``width`` of each unit cell, 0 outside, blurred over ``foot`` units."""
    away = np.abs(x - np.floor(x) - 0.5)
    sharp = np.clip((width / 2 - away) / np.maximum(foot, 1e-4) + 0.5, 0, 1)
    blur = np.clip(foot - 0.5, 0, 1)
    return np.asarray(sharp * (1 - blur) + width * blur, np.float32)
