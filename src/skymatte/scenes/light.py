"""The light that falls on things, and the air between them and the camera."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.sampling import Floats
from skymatte.scenes.sky import Sky

Vectors = NDArray[np.float64]


@dataclass(frozen=True)
class Light:
    """Irradiances are in the units of the sky: a level white surface under ambient ``E`` has radiance ``E/π``.

    Attributes:
        sky: the sky that sheds the light.
        bounce: radiance of the ground, seen by what faces down or sideways (3).
        clear: metres after which the air hides 63 % of a thing.
        lamps: N×3 positions of lamps (metres); empty by day.
        lamp_power: radiant intensity of one lamp (3).
    """

    sky: Sky
    bounce: Vectors
    clear: float
    lamps: Vectors
    lamp_power: Vectors

    @property
    def sun(self) -> Floats:
        return self.sky.air.sun

    def irradiance(
        self, normal: NDArray[np.floating], point: NDArray[np.floating], *, sun: Floats | None = None
    ) -> Floats:
        """N×3 irradiance on surfaces at N×3 points; ``sun`` (N) is the share of sunlight that is not in shadow."""
        facing = np.clip(normal @ self.sun.astype(np.float64), 0, 1)
        if sun is not None:
            facing = facing * sun
        up = (0.5 + 0.5 * normal[..., 2])[..., None]
        total = facing[..., None] * self.sky.direct + up * self.sky.ambient + (1 - up) * self.bounce * np.pi
        for lamp in self.lamps:
            to = lamp - point
            square = np.maximum((to * to).sum(-1), 1.0)
            cosine = np.clip((to * normal).sum(-1) / np.sqrt(square), 0, 1)
            total = total + ((cosine + 0.08) / square)[..., None] * self.lamp_power
        return np.asarray(total, np.float32)

    def through_air(self, colour: Floats, distance: NDArray[np.floating], direction: Floats) -> Floats:
        """N×3 radiances as they look from ``distance`` metres away (aerial perspective: Koschmieder 1924)."""
        clear = np.exp(-np.asarray(distance, np.float32) / np.float32(self.clear))[:, None]
        azimuth = np.arctan2(direction[:, 1], direction[:, 0])
        return np.asarray(colour * clear + self.sky.haze_colour(azimuth) * (1 - clear), np.float32)


def round_sides(light: Light, axis: Vectors, middle: Vectors, albedo: NDArray[np.floating]) -> tuple[Floats, Floats]:
    """Radiance of the two visible flanks of N round strokes (axis and middle N×3, albedo N×3 or 3).

    They come as capsules order them; the flank at ``Y = +r`` looks along ``middle × axis``, half turned to the camera.
    """
    out = []
    toward = -middle / np.maximum(np.sqrt((middle**2).sum(1, keepdims=True)), 1e-9)
    side = np.cross(-toward, axis)
    side /= np.maximum(np.sqrt((side**2).sum(1, keepdims=True)), 1e-9)
    for sign in (-1.0, 1.0):
        normal = 0.8 * sign * side + 0.6 * toward
        colour = light.irradiance(normal, middle) * albedo / np.pi
        out.append(
            light.through_air(colour.astype(np.float32), np.sqrt((middle**2).sum(1)), -toward.astype(np.float32))
        )
    return out[0], out[1]
