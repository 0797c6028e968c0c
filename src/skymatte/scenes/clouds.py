"""Clouds as fractal layers on spherical shells: cumulus, stratus, cirrus."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import noise
from skymatte.scenes.sampling import Floats

_EARTH = 6360.0  # kilometres


@dataclass(frozen=True)
class CloudLayer:
    """One layer.

    Attributes:
        tile: fractal texture of the layer.
        height: of the base, kilometres.
        period: kilometres that one tile spans.
        threshold: noise value (deviations) from which there is cloud; lower = more cover.
        softness: noise range over which the cloud grows to full density.
        density: optical depth of a full cloud.
        stretch: how much longer than wide (cirrus).
        offset: shift of the texture, in periods.
        darkness: how dark the bases of thick parts are, 0…1.
    """

    tile: Floats
    height: float
    period: float
    threshold: float
    softness: float
    density: float
    stretch: float
    offset: tuple[float, float]
    darkness: float

    def _field(self, x: Floats, y: Floats, detail: Floats) -> Floats:
        u = x / self.period + self.offset[0]
        v = y / (self.period * self.stretch) + self.offset[1]
        coarse = noise.look_up(self.tile, u, v)
        fine = noise.look_up(self.tile, u * 5.3 + 0.37, v * 5.3 + 0.11)
        finest = noise.look_up(self.tile, u * 23.0 + 0.71, v * 23.0 + 0.53)
        return np.asarray(coarse + detail * (0.28 * fine + 0.11 * finest), np.float32)

    def shade(self, d: Floats, sun: Floats) -> tuple[Floats, Floats, Floats]:
        """Towards N unit vectors: (opacity, share of sunlight that lights the visible side, distance in km)."""
        sine = np.maximum(d[:, 2], np.float32(0.002))
        ray = _reach(sine, self.height)
        x, y = ray * d[:, 0], ray * d[:, 1]
        detail = np.clip(1.3 - ray / np.float32(45 * self.period / 12), 0.15, 1.0)
        field = self._field(x, y, detail)
        dense = np.clip((field - self.threshold) / self.softness, 0, 1)
        dense = dense * dense * (3 - 2 * dense)
        opacity = 1 - np.exp(-self.density * dense)
        shift = np.float32(0.045 * self.period) / max(float(sun[2]), 0.25)
        towards = self._field(x + sun[0] * shift, y + sun[1] * shift, detail)
        blocking = np.clip((towards - self.threshold) / self.softness, 0, 2.5)
        own = np.clip((field - self.threshold) / self.softness, 0, 2.5)
        lit = np.exp(-0.85 * blocking) * (1 - self.darkness * np.clip(own * 0.4, 0, 0.9)) * 1.15
        return np.asarray(opacity), np.asarray(lit), np.asarray(ray)


def _reach(sine: Floats, height: float) -> Floats:
    """Kilometres along a ray to a shell ``height`` km above a round Earth."""
    b = _EARTH * sine
    return np.asarray(np.sqrt(b * b + 2 * _EARTH * height + height * height) - b, np.float32)


def cumulus(rng: np.random.Generator, cover: float) -> CloudLayer:
    """Fair-weather heaps; ``cover`` 0…1 is about the covered share of the sky."""
    return CloudLayer(
        tile=noise.tile(rng, 1024, rng.uniform(1.65, 1.95), int(rng.integers(6, 16))),
        height=rng.uniform(0.9, 2.2),
        period=rng.uniform(18, 40),
        threshold=float(_quantile(1 - cover)),
        softness=rng.uniform(0.7, 1.6),
        density=rng.uniform(3, 9),
        stretch=rng.uniform(0.8, 1.4),
        offset=(rng.random(), rng.random()),
        darkness=rng.uniform(0.35, 0.7),
    )


def cirrus(rng: np.random.Generator) -> CloudLayer:
    """Thin high streaks."""
    return CloudLayer(
        tile=noise.tile(rng, 512, rng.uniform(1.5, 1.9), 2),
        height=rng.uniform(7, 10),
        period=rng.uniform(30, 80),
        threshold=rng.uniform(-0.6, 0.8),
        softness=rng.uniform(1.5, 3.0),
        density=rng.uniform(0.3, 1.2),
        stretch=rng.uniform(2.5, 7),
        offset=(rng.random(), rng.random()),
        darkness=0.0,
    )


def stratus(rng: np.random.Generator) -> CloudLayer:
    """A closed grey layer with folds."""
    return CloudLayer(
        tile=noise.tile(rng, 512, rng.uniform(1.7, 2.2), 3),
        height=rng.uniform(0.6, 1.8),
        period=rng.uniform(12, 40),
        threshold=rng.uniform(-4.5, -2.0),
        softness=rng.uniform(2.0, 3.5),
        density=rng.uniform(6, 12),
        stretch=rng.uniform(1.0, 2.0),
        offset=(rng.random(), rng.random()),
        darkness=rng.uniform(0.4, 0.9),
    )


def _quantile(p: float) -> NDArray[np.float64]:
    """Normal quantile: Abramowitz & Stegun, *Handbook of Mathematical Functions*, 26.2.22."""
    p = float(np.clip(p, 0.01, 0.99))
    t = np.sqrt(-2 * np.log(min(p, 1 - p)))
    z = t - (2.30753 + 0.27061 * t) / (1 + 0.99229 * t + 0.04481 * t * t)
    return np.asarray(z if p > 0.5 else -z)
