"""The whole sky: air, clouds, sun or moon, stars, and the light it sheds."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import capsules, strokes
from skymatte.scenes.atmosphere import SUN_RADIUS, SUN_SOLID_ANGLE, Atmosphere
from skymatte.scenes.clouds import CloudLayer
from skymatte.scenes.sampling import Block, Floats, unit

_HAZE_AZIMUTHS = 128


@dataclass(frozen=True)
class Stars:
    """Point sources: N×3 unit vectors and N×3 irradiances."""

    direction: NDArray[np.float64]
    flux: Floats


@dataclass(frozen=True)
class Sky:
    """Everything that is sky.

    Attributes:
        air: the clear sky and the source that lights it (sun or moon).
        clouds: layers, farthest first.
        veil: 0…1, how much an even overcast hides the clear sky.
        glow: radiance added evenly (airglow, city light), with ``glow_low`` more of it near the horizon.
        stars: none by day.
        swallowed: what an overcast turns into grey light.
        on_clouds: mean radiance of the sky behind the clouds, which lights their dark side (3).
        ambient: irradiance of the whole sky on a level plane (3).
        horizon: radiance around the horizon, what far things fade to.
        direct: irradiance of sun or moon through the clouds on a plane that faces it (3).
    """

    air: Atmosphere
    clouds: tuple[CloudLayer, ...] = ()
    veil: float = 0.0
    glow: tuple[float, float, float] = (0.0, 0.0, 0.0)
    glow_low: float = 4.0
    stars: Stars | None = None
    swallowed: float = field(init=False)
    on_clouds: Floats = field(init=False)
    ambient: NDArray[np.float64] = field(init=False)
    horizon: Floats = field(init=False)
    direct: NDArray[np.float64] = field(init=False)

    def __post_init__(self) -> None:
        sun = self.air.sun[None]
        light = (self.air.direct * max(float(self.air.sun[2]), 0.03)).mean() + self.air.radiance(_dome()).mean()
        object.__setattr__(self, "swallowed", float(light))
        object.__setattr__(self, "on_clouds", self._clear(_dome()).mean(0))
        through = float(self._through(sun)[0])
        object.__setattr__(self, "direct", self.air.direct * through)
        azimuth = (np.arange(_HAZE_AZIMUTHS) + 0.5) * (2 * np.pi / _HAZE_AZIMUTHS)
        low = np.stack([np.cos(azimuth), np.sin(azimuth), np.full(_HAZE_AZIMUTHS, 0.035)], 1).astype(np.float32)
        object.__setattr__(self, "horizon", self.radiance(low))
        # Irradiance on a level plane: cosine-weighted directions average to E/π.
        object.__setattr__(self, "ambient", self.radiance(_dome()).mean(0).astype(np.float64) * np.pi)

    def _clear(self, d: Floats) -> Floats:
        out = self.air.radiance(d)
        sine = np.clip(d[:, 2:], 0, 1)
        glow = np.asarray(self.glow, np.float32) * (1 + np.float32(self.glow_low) * (1 - sine) ** 6)
        if self.veil:
            # CIE overcast sky (Moon & Spencer 1942), as bright on the ground as the sunlight that it swallows.
            grey = np.array([0.97, 1.0, 1.05]) * self.swallowed * (0.45 / np.pi) * (9 / 7)
            overcast = (1 + 2 * sine) / 3 * grey.astype(np.float32)
            out = np.asarray(out * (1 - self.veil) + overcast * self.veil, np.float32)
        return np.asarray(out + glow, np.float32)

    def _through(self, d: Floats) -> Floats:
        """Share of light from beyond the clouds."""
        left = np.full(len(d), (1 - self.veil) ** 3, np.float32)
        for layer in self.clouds:
            opacity, _, _ = layer.shade(d, self.air.sun)
            left *= (1 - opacity) ** 1.5
        return left

    def radiance(self, d: Floats) -> Floats:
        """Radiance (N×3 float32) without sun disc and stars towards unit vectors ``d`` (N×3)."""
        out = self._clear(d)
        sun = self.air.sun
        cosine = np.clip(d @ sun, -1, 1)
        forward = 0.62 + 0.10 * cosine + 1.3 * np.clip(cosine, 0, 1) ** 24
        direct = self.air.direct.astype(np.float32) * np.float32((1 - self.veil) ** 2)
        for layer in self.clouds:
            opacity, lit, reach = layer.shade(d, sun)
            colour = (lit * forward)[:, None] * (direct / np.float32(np.pi)) + self.on_clouds * (0.42 + 0.4 * lit)[
                :, None
            ]
            clear = np.exp(-reach / np.float32(55.0))[:, None]
            colour = colour * clear + out * (1 - clear)
            out = out + (colour - out) * opacity[:, None]
        return np.asarray(out, np.float32)

    def haze_colour(self, azimuth: NDArray[np.floating]) -> Floats:
        """What far things fade to: N×3 for N azimuths (radians)."""
        x = np.asarray(azimuth, np.float64) * (_HAZE_AZIMUTHS / (2 * np.pi)) - 0.5
        k = np.floor(x).astype(np.int64)
        t = (x - k).astype(np.float32)[:, None]
        return np.asarray(self.horizon[k % _HAZE_AZIMUTHS] * (1 - t) + self.horizon[(k + 1) % _HAZE_AZIMUTHS] * t)

    def disc_radiance(self) -> NDArray[np.float64]:
        """Radiance of the disc of sun or moon."""
        return np.asarray(self.direct / SUN_SOLID_ANGLE)

    def add_lights(self, block: Block, picture: Floats) -> None:
        """Add the disc of sun or moon and the stars to the (rows·W)×3 picture of the sky."""
        if self.direct.max() > 0 and self.air.sun[2] > -0.02:
            disc = capsules.disc(self.air.sun.astype(np.float64), SUN_RADIUS)
            index, share = strokes.coverage(disc, block)
            picture[index] += share[:, None] * self.disc_radiance().astype(np.float32)
        if self.stars is not None:
            self._add_stars(self.stars, block, picture)

    def _add_stars(self, stars: Stars, block: Block, picture: Floats) -> None:
        d = stars.direction
        x = np.arctan2(d[:, 1], d[:, 0]) * (block.width / (2 * np.pi)) - 0.5
        y = (np.pi / 2 - np.arcsin(d[:, 2])) * (block.height / np.pi) - 0.5
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        flux = stars.flux * self._through(d.astype(np.float32))[:, None]
        pixel = (2 * np.pi / block.width) * (np.pi / block.height) * np.sqrt(np.maximum(1 - d[:, 2] ** 2, 1e-4))
        for right in (0, 1):
            for down in (0, 1):
                share = np.abs(1 - right - (x - column)) * np.abs(1 - down - (y - row)) / pixel
                r = row + down - block.row0
                ok = (r >= 0) & (r < block.rows)
                index = r[ok] * block.width + (column[ok] + right) % block.width
                np.add.at(picture, index, (flux[ok] * share[ok, None]).astype(np.float32))


def _dome() -> Floats:
    """512 directions of the upper half, dense as the cosine to the zenith."""
    k = np.arange(512) + 0.5
    r, a = np.sqrt(k / 512), k * 2.399963
    return np.stack([r * np.cos(a), r * np.sin(a), np.sqrt(1 - r * r)], 1).astype(np.float32)


def direction(azimuth: float, elevation: float) -> NDArray[np.float64]:
    """Unit vector of an azimuth and an elevation in radians."""
    return np.array(
        [np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)], np.float64
    )


def random_stars(rng: np.random.Generator, count: int, brightest: float) -> Stars:
    """Stars with the magnitude law of the real sky: 10^0.5 times more per magnitude."""
    d = unit(rng.standard_normal((count, 3)))
    d[:, 2] = np.abs(d[:, 2])
    flux = brightest * np.clip(rng.random(count), 1e-4, 1) ** -0.8 * 1e-3
    tint = 1 + rng.normal(0, 0.12, (count, 1)) * np.array([[1.0, 0.0, -1.0]])
    return Stars(d, np.asarray(flux[:, None] * np.clip(tint, 0.5, 1.5), np.float32))
