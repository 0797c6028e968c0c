"""The stage on which a place is built: things are added to it, then it is a scene's geometry."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import trees
from skymatte.scenes.capsules import Capsules, empty, from_segments
from skymatte.scenes.facade import Facade
from skymatte.scenes.light import Light, round_sides
from skymatte.scenes.ridges import Ridge
from skymatte.scenes.sampling import Floats, unit
from skymatte.scenes.skyline import Skyline
from skymatte.scenes.solids import Solid, prism, pyramid

Vectors = NDArray[np.float64]
Colour = tuple[float, float, float]
_LEAF = 0.015  # radians: leaves look about this long; far trees have leaves in clumps
_MOST_LEAVES = 36000


@dataclass
class Stage:
    """What stands on the plain.  Positions are metres from the camera; ``floor`` is the z of the plain; ``night``
    0…1 is how much artificial light is on; everything below ``plain`` is ground.
    """

    rng: np.random.Generator
    light: Light
    texture: Floats
    relief: Floats
    floor: float
    night: float = 0.0
    plain: Skyline = field(default_factory=lambda: Skyline.level(0.0))
    solids: list[Solid] = field(default_factory=list)
    strokes: list[Capsules] = field(default_factory=list)
    ridges: list[Ridge] = field(default_factory=list)
    _segments: list[Vectors] = field(default_factory=list)
    _widths: list[Vectors] = field(default_factory=list)
    _blobs: list[Vectors] = field(default_factory=list)
    _sizes: list[Vectors] = field(default_factory=list)

    def at(self, azimuth: float, distance: float) -> Vectors:
        """The point of the plain in that direction."""
        return np.array([np.cos(azimuth) * distance, np.sin(azimuth) * distance, self.floor])

    def line(self, points: Vectors, radius: float | Vectors, albedo: Colour, *, shadow: bool = True) -> None:
        """Connected round strokes through N×3 points."""
        r = np.broadcast_to(np.asarray(radius, np.float64), (len(points),))
        self.segments(points[:-1], points[1:], r[:-1], r[1:], albedo, shadow=shadow)

    def segments(
        self, a: Vectors, b: Vectors, ra: Vectors, rb: Vectors, albedo: Colour, *, shadow: bool = True
    ) -> None:
        """Separate round strokes."""
        side0, side1 = round_sides(self.light, unit(b - a), (a + b) / 2, np.asarray(albedo))
        self.strokes.append(from_segments(a, b, ra, rb, side0, side1))
        if shadow:
            self._segments.append(np.stack([a, b], 1))
            self._widths.append(ra + rb)

    def lamp_head(self, at: Vectors, radius: float, radiance: Vectors) -> None:
        """A globe that shines by itself."""
        p = at[None]
        glow = np.asarray(radiance)[None]
        self.strokes.append(from_segments(p, p, np.array([radius]), np.array([radius]), glow, glow))

    def solid(self, solid: Solid) -> None:
        if len(solid.cone):
            self.solids.append(solid)

    def box(
        self, centre: Vectors, size: tuple[float, float, float], turn: float, facade: Facade, roof: Facade | None = None
    ) -> None:
        """A box on ``centre`` (middle of its underside), ``size`` = along ``turn``, across, up."""
        self.solid(prism(rectangle(centre, size[0], size[1], turn), np.array([0, 0, size[2]]), facade, roof))

    def gable(
        self, centre: Vectors, size: tuple[float, float, float], turn: float, rise: float, facade: Facade, roof: Facade
    ) -> None:
        """A house with a ridge along ``turn``; ``size[2]`` is the height of the eaves, ``rise`` of the roof above."""
        along = np.array([np.cos(turn), np.sin(turn), 0.0])
        across = np.array([-np.sin(turn), np.cos(turn), 0.0])
        h, w = size[2], size[1] / 2
        up = np.array([0, 0, 1.0])
        start = centre - along * size[0] / 2
        section = np.array([start - across * w, start + across * w, start + across * w + up * h])
        section = np.concatenate([section, (start + up * (h + rise))[None], (start - across * w + up * h)[None]])
        self.solid(prism(section, along * size[0], facade, roof))

    def spire(self, centre: Vectors, side: float, height: float, turn: float, roof: Facade) -> None:
        base = rectangle(centre, side, side, turn)
        self.solid(pyramid(base, centre + np.array([0, 0, height]), roof, roof))

    def tree(
        self, foot: Vectors, height: float, habit: str, *, leafy: float, albedo: Colour, detail: float = 1.0
    ) -> None:
        """A tree; ``leafy`` 0 (bare) … 1 (dense), ``detail`` scales the number of leaves."""
        rng = self.rng
        levels = len(trees.HABITS[habit].children)
        distance = float(np.hypot(foot[0], foot[1]))
        if distance > 5 * height or detail < 0.5:
            levels = max(levels - 1, 2)
        wood, tips = trees.grow(rng, foot, height, habit, levels)
        bark = np.array([0.12, 0.09, 0.065]) * rng.uniform(0.5, 1.5)
        self.strokes.append(trees.wood_capsules(self.light, wood, bark))
        self._segments.append(np.stack([wood.start, wood.end], 1))
        self._widths.append(wood.radius0 + wood.radius1)
        if leafy > 0:
            self._leaves(tips, height, leafy, albedo, detail)

    def _leaves(self, tips: Vectors, height: float, leafy: float, albedo: Colour, detail: float) -> None:
        rng = self.rng
        angle = _LEAF * rng.uniform(0.75, 1.5) / np.sqrt(detail)
        distance = float(np.median(np.sqrt((tips**2).sum(1))))
        crown = np.pi * min(0.38 * height / distance, 1.3) ** 2
        # Enough leaves to cover the crown's outline about three times when dense (a leaf covers 0.28·angle²).
        wanted = int(np.clip(leafy * 3.2 * crown / (0.28 * angle**2), 60, _MOST_LEAVES))
        each = max(round(wanted / len(tips)), 1)
        if len(tips) > wanted:
            tips = tips[rng.permutation(len(tips))[:wanted]]
        self.strokes.append(trees.leaves(rng, self.light, tips, each, angle, height * 0.035, np.asarray(albedo)))
        some = tips[:: max(len(tips) // 250, 1)]
        self._blobs.append(some)
        self._sizes.append(np.full(len(some), height * 0.045))

    def palm(self, foot: Vectors, height: float, albedo: Colour) -> None:
        trunk, fronds = trees.palm(self.rng, foot, height)
        self.strokes.append(trees.wood_capsules(self.light, trunk, np.array([0.2, 0.16, 0.11])))
        self.strokes.append(trees.wood_capsules(self.light, fronds, np.asarray(albedo)))
        for wood in (trunk, fronds):
            self._segments.append(np.stack([wood.start, wood.end], 1))
            self._widths.append(wood.radius0 + wood.radius1)

    def all_strokes(self) -> Capsules:
        """Everything round, front to back."""
        if not self.strokes:
            return empty()
        joined = Capsules.join(self.strokes)
        return joined.take(np.argsort(joined.distance, kind="stable"))

    def shadow_casters(self) -> tuple[Vectors, Vectors, Vectors, Vectors]:
        """Segments (N×2×3), widths (N), blobs (M×3), sizes (M) for the shadow map."""
        return (
            np.concatenate(self._segments) if self._segments else np.zeros((0, 2, 3)),
            np.concatenate(self._widths) if self._widths else np.zeros(0),
            np.concatenate(self._blobs) if self._blobs else np.zeros((0, 3)),
            np.concatenate(self._sizes) if self._sizes else np.zeros(0),
        )


def rectangle(centre: Vectors, along: float, across: float, turn: float) -> Vectors:
    """4×3 corners of a level rectangle."""
    a = np.array([np.cos(turn), np.sin(turn), 0.0]) * along / 2
    b = np.array([-np.sin(turn), np.cos(turn), 0.0]) * across / 2
    return np.array([centre - a - b, centre + a - b, centre + a + b, centre - a + b])
