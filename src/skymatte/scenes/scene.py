"""One place under one sky, without any pixels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from skymatte.scenes import noise, places, towns, vistas, weather
from skymatte.scenes.capsules import Capsules
from skymatte.scenes.ground import MATERIALS, Ground, Road
from skymatte.scenes.light import Light
from skymatte.scenes.ridges import Ridge
from skymatte.scenes.sampling import Floats
from skymatte.scenes.shadows import shadow_map
from skymatte.scenes.sky import Sky
from skymatte.scenes.skyline import Skyline
from skymatte.scenes.solids import Solid
from skymatte.scenes.stage import Stage

Build = Callable[[Stage], tuple[Road, ...]]

# name: (odds, what lies on the ground, builder)
PLACES: dict[str, tuple[float, tuple[str, ...], Build]] = {
    "valley": (0, ("grass",), vistas.valley),
    "hills": (9, ("grass", "dry grass", "soil", "gravel"), places.hills),
    "mountains": (6, ("grass", "dry grass", "gravel", "snow", "water"), places.mountains),
    "forest": (9, ("soil", "grass", "dry grass", "snow"), places.forest),
    "canopy": (8, ("grass", "soil", "paving"), places.canopy),
    "park": (7, ("grass", "paving"), places.park),
    "sea": (6, ("water",), places.sea),
    "flat": (6, ("sand", "salt", "dry grass", "soil", "snow"), places.flat),
    "snow": (5, ("snow",), places.snow),
    "village": (6, ("grass", "gravel", "paving"), towns.village),
    "street": (10, ("paving", "asphalt", "concrete"), towns.street),
    "courtyard": (6, ("paving", "grass", "concrete", "gravel"), towns.courtyard),
    "plaza": (7, ("paving", "concrete", "asphalt"), towns.plaza),
    "works": (5, ("concrete", "asphalt", "gravel"), towns.works),
    "bridge": (4, ("grass", "gravel", "concrete", "water"), towns.under_bridge),
    "ruins": (4, ("dry grass", "soil", "grass", "paving"), towns.ruins),
    "palms": (4, ("sand", "paving", "grass", "water"), towns.palms),
    "summit": (4, ("gravel", "grass", "snow", "concrete", "dry grass"), vistas.summit),
    "meadow": (5, ("grass", "dry grass", "soil"), vistas.meadow),
    "room": (3, ("concrete", "paving"), vistas.room),
    "porch": (4, ("paving", "grass", "concrete"), towns.porch),
}


@dataclass(frozen=True)
class Scene:
    """Everything that a picture of any size is rendered from.

    Attributes:
        place, weather: kinds, for people.
        sky: what is sky.
        light: what falls on the rest.
        ground: the plain, which fills everything below ``plain``.
        ridges: far land, front to back.
        solids: convex solids, front to back.
        strokes: round strokes, front to back.
        texture: repeating noise tile for surfaces.
    """

    place: str
    weather: str
    sky: Sky
    light: Light
    ground: Ground
    plain: Skyline
    ridges: tuple[Ridge, ...]
    solids: tuple[Solid, ...]
    strokes: Capsules
    texture: Floats

    @staticmethod
    def from_seed(seed: int) -> Scene:
        """The scene of a seed: the same whatever size it is rendered at; seed 0 is composed by hand."""
        rng = np.random.default_rng(seed)
        if seed == 0:
            return compose(rng, "valley", weather.make(rng, "cumulus", height=38, azimuth=64))
        odds = np.array([p[0] for p in PLACES.values()])
        name = list(PLACES)[int(rng.choice(len(PLACES), p=odds / odds.sum()))]
        return compose(rng, name, weather.draw(rng))


def compose(rng: np.random.Generator, name: str, sky: weather.Weather) -> Scene:
    """A place of a kind under a sky."""
    _, materials, build = PLACES[name]
    material = str(rng.choice(materials))
    eye = float(rng.uniform(1.3, 2.0)) if rng.random() < 0.85 else float(rng.uniform(2.5, 12))
    if name in ("porch", "room"):
        eye = 1.6
    texture = noise.tile(rng, 512, 1.05, 4)
    light = _light(rng, sky, material, eye)
    relief = noise.tile(rng, 512, 1.6, 3)
    stage = Stage(rng, light, texture, relief, -eye, sky.night)
    roads = build(stage)
    if material == "water":
        roads = ()
    shadow = shadow_map(light.sun, eye, stage.solids, *stage.shadow_casters())
    waves = 10 ** rng.uniform(-2.2, -1.0)
    return Scene(
        place=name,
        weather=sky.kind,
        sky=sky.sky,
        light=light,
        ground=Ground(eye, material, texture, noise.tile(rng, 512, 0.5, 20), shadow, waves, roads),
        plain=stage.plain,
        ridges=tuple(sorted(stage.ridges, key=lambda r: r.distance)),
        solids=tuple(sorted(stage.solids, key=lambda s: s.distance)),
        strokes=stage.all_strokes(),
        texture=texture,
    )


def _light(rng: np.random.Generator, sky: weather.Weather, material: str, eye: float) -> Light:
    level = sky.sky.direct * max(float(sky.sky.air.sun[2]), 0.0) + sky.sky.ambient
    bounce = np.mean(MATERIALS[material], axis=0) * level / np.pi * 0.8
    lamps, power = np.zeros((0, 3)), np.zeros(3)
    if sky.night > 0.3:
        count = int(rng.integers(0, 7))
        turn, away = rng.random(count) * 2 * np.pi, rng.uniform(3, 25, count)
        lamps = np.stack([np.cos(turn) * away, np.sin(turn) * away, np.full(count, 5.0 - eye)], 1)
        power = np.array([3.0, 2.1, 1.1]) * 10 ** rng.uniform(-1, 0.5) * sky.night
    return Light(sky.sky, np.asarray(bounce), sky.clear, lamps, power)
