"""Kinds of sky, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from skymatte.scenes.atmosphere import SUN_IRRADIANCE, Atmosphere
from skymatte.scenes.clouds import CloudLayer, cirrus, cumulus, stratus
from skymatte.scenes.sky import Sky, direction, random_stars

KINDS = ("clear", "cumulus", "broken", "cirrus", "hazy", "overcast", "fog", "low sun", "sunset", "dusk", "night")
_ODDS = np.array([15, 20, 8, 9, 10, 13, 4, 7, 6, 4, 5.0])


@dataclass(frozen=True)
class Weather:
    """A sky, how far one sees (metres), and 0…1 how much artificial light is on."""

    kind: str
    sky: Sky
    clear: float
    night: float


def draw(rng: np.random.Generator) -> Weather:
    """Weather of a random kind."""
    kind = KINDS[int(rng.choice(len(KINDS), p=_ODDS / _ODDS.sum()))]
    return make(rng, kind)


def make(rng: np.random.Generator, kind: str, *, height: float | None = None, azimuth: float | None = None) -> Weather:
    """Weather of a kind; ``height`` and ``azimuth`` of the sun in degrees."""
    low, high = {"low sun": (4, 14), "sunset": (-0.3, 4), "dusk": (-7, -1.5)}.get(kind, (16, 68))
    up = rng.uniform(low, high) if height is None else height
    turn = rng.random() * 360 if azimuth is None else azimuth
    sun = direction(np.radians(turn), np.radians(up))
    if kind == "night":
        return _night(rng, sun)
    haze = {"hazy": rng.uniform(7, 18), "clear": rng.uniform(0.8, 3), "fog": 8.0}.get(kind, rng.uniform(1, 5))
    veil = {"overcast": rng.uniform(0.96, 1.0), "fog": rng.uniform(0.97, 1.0), "broken": rng.uniform(0, 0.4)}.get(
        kind, 0.0
    )
    clear = {
        "fog": 10 ** rng.uniform(1.7, 2.8),
        "hazy": 10 ** rng.uniform(3.2, 3.9),
        "overcast": 10 ** rng.uniform(3.3, 4.5),
    }.get(kind, 10 ** rng.uniform(4.5, 5.3))
    glow = (0.004, 0.004, 0.006) if kind == "dusk" else (0.0, 0.0, 0.0)
    sky = Sky(Atmosphere(sun, haze), _clouds(rng, kind), veil, glow)
    return Weather(kind, sky, clear, {"dusk": 1.0, "sunset": 0.4, "overcast": 0.15}.get(kind, 0.0))


def _clouds(rng: np.random.Generator, kind: str) -> tuple[CloudLayer, ...]:
    if kind == "cumulus":
        high = (cirrus(rng),) if rng.random() < 0.4 else ()
        return (*high, cumulus(rng, rng.uniform(0.15, 0.5)))
    if kind == "broken":
        return (cirrus(rng), cumulus(rng, rng.uniform(0.55, 0.85)))
    if kind == "overcast":
        return (stratus(rng),) if rng.random() < 0.7 else ()
    if kind == "cirrus":
        return (cirrus(rng),)
    if kind in ("low sun", "sunset", "dusk"):
        some = [cirrus(rng), cumulus(rng, rng.uniform(0.1, 0.6))]
        return tuple(layer for layer in some if rng.random() < 0.55)
    return ()


def _night(rng: np.random.Generator, moon: np.ndarray[tuple[int], np.dtype[np.float64]]) -> Weather:
    power = SUN_IRRADIANCE * 10 ** rng.uniform(-5, -3.3)
    city = 10 ** rng.uniform(-4.0, -2.0)
    glow = (city * rng.uniform(0.9, 1.6), city * rng.uniform(0.8, 1.0), city * rng.uniform(0.6, 1.1))
    clouds = (cumulus(rng, rng.uniform(0.1, 0.6)),) if rng.random() < 0.4 else ()
    stars = random_stars(rng, int(rng.integers(1500, 5000)), 10 ** rng.uniform(-6.2, -5.0))
    sky = Sky(Atmosphere(moon, 2.0, power), clouds, 0.0, glow, rng.uniform(1, 8), stars)
    return Weather("night", sky, 10 ** rng.uniform(3.5, 4.5), 1.0)
