"""Far land: hills, mountains, forests and towns behind one silhouette."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skymatte.scenes import noise
from skymatte.scenes.light import Light
from skymatte.scenes.sampling import Floats
from skymatte.scenes.skyline import Skyline

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Ridge:
    """A strip of land.

    Attributes:
        skyline: its silhouette.
        distance: metres.
        low, high: albedos of foot and crest.
        texture: repeating noise tile.
        relief: how strongly slopes turn towards and away from the sun.
        grain: radians that one period of the texture spans.
        windows: share of lit windows (a town at night).
    """

    skyline: Skyline
    distance: float
    low: Colour
    high: Colour
    texture: Floats
    relief: float = 0.5
    grain: float = 0.5
    windows: float = 0.0

    def shade(self, light: Light, d: Floats) -> Floats:
        """N×3 radiance along N×3 directions that meet the strip."""
        azimuth = np.arctan2(d[:, 1], d[:, 0])
        elevation = np.arcsin(np.clip(d[:, 2], -1, 1))
        top = self.skyline.at(azimuth)
        # The texture wraps with the horizon: a whole number of periods goes once around.
        periods = max(round(2 * np.pi / self.grain), 1)
        u = azimuth * (periods / (2 * np.pi))
        v = elevation / self.grain * 1.7
        coarse = noise.look_up(self.texture, u, v)
        fine = noise.look_up(self.texture, u * 5, v * 5)
        right = (
            noise.look_up(self.texture, u + 0.012, v)
            - coarse
            + 0.4 * (noise.look_up(self.texture, u * 5 + 0.02, v * 5) - fine)
        )
        mix = np.clip((elevation / np.maximum(top, 1e-3)) * 1.25 - 0.25 + 0.25 * coarse + 0.08 * fine, 0, 1)[:, None]
        albedo = np.asarray(self.low, np.float32) * (1 - mix) + np.asarray(self.high, np.float32) * mix
        albedo = albedo * (1 + 0.12 * fine)[:, None].clip(0.4, 1.7)
        normal = np.stack([-d[:, 0], -d[:, 1], np.full(len(d), 0.9, np.float32)], 1)
        tilt = self.relief * 3.0 * right
        normal[:, 0] += -np.sin(azimuth) * tilt
        normal[:, 1] += np.cos(azimuth) * tilt
        normal /= np.sqrt((normal * normal).sum(1, keepdims=True))
        colour = albedo * light.irradiance(normal, d * np.float32(self.distance)) / np.float32(np.pi)
        if self.windows:
            cell_x, cell_y = np.floor(azimuth * 900), np.floor(elevation * 700)
            dice = np.mod(np.sin(cell_x * 12.9898 + cell_y * 78.233) * 43758.547, 1.0)
            colour += ((dice < self.windows) & (elevation > 0))[:, None] * np.array([0.5, 0.35, 0.16], np.float32)
        return light.through_air(np.asarray(colour, np.float32), np.full(len(d), self.distance), d)
