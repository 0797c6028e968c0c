"""The plain that the camera stands on: earth, snow, streets, water, with shadows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skymatte.scenes import noise
from skymatte.scenes.light import Light
from skymatte.scenes.sampling import Floats

Colour = tuple[float, float, float]
SHADOW_REACH = 120.0  # metres from the camera that the shadow map spans each way

MATERIALS: dict[str, tuple[Colour, Colour]] = {
    "grass": ((0.045, 0.085, 0.02), (0.10, 0.13, 0.04)),
    "dry grass": ((0.18, 0.15, 0.07), (0.30, 0.24, 0.12)),
    "soil": ((0.10, 0.07, 0.045), (0.20, 0.15, 0.10)),
    "sand": ((0.40, 0.31, 0.20), (0.52, 0.43, 0.30)),
    "salt": ((0.55, 0.53, 0.50), (0.68, 0.67, 0.64)),
    "snow": ((0.78, 0.80, 0.83), (0.90, 0.91, 0.92)),
    "asphalt": ((0.05, 0.05, 0.052), (0.09, 0.088, 0.085)),
    "paving": ((0.20, 0.19, 0.17), (0.34, 0.32, 0.29)),
    "concrete": ((0.30, 0.29, 0.27), (0.42, 0.41, 0.39)),
    "gravel": ((0.16, 0.15, 0.14), (0.33, 0.31, 0.28)),
    "water": ((0.01, 0.03, 0.035), (0.02, 0.05, 0.05)),
}


@dataclass(frozen=True)
class Road:
    """A straight strip: direction of travel (radians), distance of its middle from the camera, width (metres)."""

    heading: float
    offset: float
    width: float
    material: str = "asphalt"
    lines: bool = True


@dataclass(frozen=True)
class Ground:
    """A level plain ``eye`` metres below the camera.

    Attributes:
        eye: metres.
        material: key of :data:`MATERIALS`.
        texture: repeating noise tile.
        grain: a finer one without long waves.
        shadow: square map of ±SHADOW_REACH metres, 1 = in shadow.
        waves: slope of water waves.
        roads: strips that lie on it.
    """

    eye: float
    material: str
    texture: Floats
    grain: Floats
    shadow: Floats
    waves: float = 0.02
    roads: tuple[Road, ...] = ()

    def albedo(self) -> Floats:
        """Mean albedo (3)."""
        return np.asarray(np.mean(MATERIALS[self.material], axis=0), np.float32)

    def shade(self, light: Light, d: Floats, pixel: float) -> Floats:
        """N×3 radiance of the plain along N×3 directions that look down; ``pixel`` is a pixel's angle."""
        down = np.maximum(-d[:, 2], 1e-5)
        reach = np.asarray(self.eye / down, np.float32)
        point = np.asarray(d * reach[:, None], np.float32)
        foot = np.asarray(pixel * reach / down, np.float32)
        if self.material == "water":
            return light.through_air(self._water(light, d, point, foot), reach, d)
        colour = self._mixed(self.material, point, foot)
        for road in self.roads:
            self._lay(colour, road, point, foot)
        normal = np.zeros_like(point)
        normal[:, 2] = 1
        bump = self._fade(0.5, foot) * noise.look_up(self.texture, point[:, 0] / 1.3, point[:, 1] / 1.3)
        normal[:, 0] = 0.08 * bump
        dark = self._shadow(point)
        shelter = (1 - 0.45 * dark)[:, None]
        sun = np.asarray(1 - dark, np.float32)
        lit = light.irradiance(normal, point, sun=sun) * shelter
        return light.through_air(np.asarray(colour * lit / np.float32(np.pi), np.float32), reach, d)

    @staticmethod
    def _fade(size: float, foot: Floats) -> Floats:
        """How much of a texture whose grain is ``size`` metres survives a footprint."""
        return np.asarray(np.clip(2.0 - foot / size, 0, 1), np.float32)

    def _mixed(self, material: str, point: Floats, foot: Floats) -> Floats:
        low, high = (np.asarray(c, np.float32) for c in MATERIALS[material])
        x, y = point[:, 0], point[:, 1]
        mix = 0.5 + 0.10 * noise.look_up(self.texture, x / 310, y / 310) * self._fade(30, foot)
        mix = mix + 0.09 * noise.look_up(self.texture, x / 37, y / 37) * self._fade(1.5, foot)
        mix = mix + 0.16 * noise.look_up(self.grain, y / 9.1, x / 9.1) * self._fade(0.15, foot)
        mix = mix + 0.24 * noise.look_up(self.grain, x / 2.3, y / 2.3) * self._fade(0.04, foot)
        return np.asarray(low + (high - low) * np.clip(mix, -0.3, 1.4)[:, None], np.float32)

    def _lay(self, colour: Floats, road: Road, point: Floats, foot: Floats) -> None:
        side = np.array([-np.sin(road.heading), np.cos(road.heading)], np.float32)
        across = point[:, :2] @ side - np.float32(road.offset)
        edge = np.clip((road.width / 2 - np.abs(across)) / np.maximum(foot, 0.03) + 0.5, 0, 1)
        some = np.flatnonzero(edge > 0)
        surface = self._mixed(road.material, point[some], foot[some])
        if road.lines:
            along = point[some, :2] @ np.array([np.cos(road.heading), np.sin(road.heading)], np.float32)
            dash = np.clip((1.5 - np.abs(along % 9 - 4.5)) / np.maximum(foot[some], 0.05) + 0.5, 0, 1)
            line = np.clip((0.06 - np.abs(across[some])) / np.maximum(foot[some], 0.02) + 0.5, 0, 1) * dash
            rim = np.abs(np.abs(across[some]) - road.width / 2 + 0.3)
            line = np.maximum(line, np.clip((0.06 - rim) / np.maximum(foot[some], 0.02) + 0.5, 0, 1))
            surface += (np.float32(0.55) - surface) * line[:, None]
        colour[some] += (surface - colour[some]) * edge[some, None]

    def _shadow(self, point: Floats) -> Floats:
        size = self.shadow.shape[0]
        x = (point[:, 0] / SHADOW_REACH + 1) * (size / 2) - 0.5
        y = (point[:, 1] / SHADOW_REACH + 1) * (size / 2) - 0.5
        inside = (np.abs(point[:, 0]) < SHADOW_REACH) & (np.abs(point[:, 1]) < SHADOW_REACH)
        dark = np.zeros(len(point), np.float32)
        dark[inside] = noise.remap(self.shadow, x[inside].astype(np.float32), y[inside].astype(np.float32))
        return dark

    def _water(self, light: Light, d: Floats, point: Floats, foot: Floats) -> Floats:
        x, y = point[:, 0], point[:, 1]
        slope = np.zeros((len(d), 2), np.float32)
        for k, scale in enumerate((23.0, 4.1, 0.9)):
            fade = self._fade(scale / 12, foot) * np.float32(self.waves / (k + 1) ** 0.5)
            slope[:, 0] += fade * noise.look_up(self.texture, x / scale, y / (scale * 1.6))
            slope[:, 1] += fade * noise.look_up(self.texture, y / scale + 0.3, x / scale)
        normal = np.stack([slope[:, 0], slope[:, 1], np.ones(len(d), np.float32)], 1)
        normal /= np.sqrt((normal * normal).sum(1, keepdims=True))
        cosine = np.clip(-(d * normal).sum(1), 0.0, 1)
        away = d + 2 * cosine[:, None] * normal
        # Waves too small to see still tilt the mirror upwards at grazing angles.
        away[:, 2] = np.abs(away[:, 2]) + np.float32(self.waves)
        away /= np.sqrt((away * away).sum(1, keepdims=True))
        shine = (0.02 + 0.98 * (1 - cosine) ** 5)[:, None]
        glint = np.clip(away @ light.sun, 0, 1) ** (1.5 / max(self.waves, 0.004) ** 1.5)
        sun = glint[:, None] * light.sky.direct.astype(np.float32) * np.float32(0.6 / max(self.waves, 0.01))
        deep = self.albedo() * (light.sky.ambient + light.sky.direct * max(float(light.sun[2]), 0)).astype(np.float32)
        return np.asarray((light.sky.radiance(away) + sun) * shine + deep / np.float32(np.pi) * (1 - shine), np.float32)
