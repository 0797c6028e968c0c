"""Radiance of a cloudless sky by scattering in a spherical atmosphere.

Single scattering is integrated along each view ray as in Nishita et al., *Display of the Earth Taking into Account
Atmospheric Scattering*, SIGGRAPH 1993, section 3; the coefficients of air, aerosol and ozone are those of Hillaire,
*A Scalable and Production Ready Sky and Atmosphere Rendering Technique*, EGSR 2020, table 1. Light scattered more
than once is taken as isotropic and proportional to the sunlight that reaches the scattering point (the idea of
Hillaire's section 5.5, with one constant instead of the series). The table depends on the sun's height, not on the
picture's size.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import noise
from skymatte.scenes.sampling import Floats

SUN_RADIUS = 0.00465  # radians: the sun as seen from the Earth
SUN_SOLID_ANGLE = float(2 * np.pi * (1 - np.cos(SUN_RADIUS)))
SUN_IRRADIANCE = 20.0  # above the air, in units in which a clear blue sky is about 1

_EARTH, _TOP = 6360e3, 6460e3
_RAYLEIGH = np.array([5.802e-6, 13.558e-6, 33.1e-6])
_MIE_SCATTERING, _MIE_EXTINCTION = 3.996e-6, 4.440e-6
_OZONE = np.array([0.650e-6, 1.881e-6, 0.085e-6])
_ELEVATIONS, _AZIMUTHS, _STEPS, _LIGHT_STEPS = 48, 24, 28, 16
_EYE = 200.0  # metres above the ground


def _densities(altitude: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    ozone = np.maximum(0.0, 1 - np.abs(altitude - 25e3) / 15e3)
    return np.exp(-altitude / 8e3), np.exp(-altitude / 1.2e3), ozone


def _to_sphere(p: NDArray[np.float64], d: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Distance along ``d`` from ``p`` to the sphere around the Earth's centre that ``p`` is in."""
    b = (p * d).sum(-1)
    return np.asarray(-b + np.sqrt(np.maximum(b * b - (p * p).sum(-1) + radius * radius, 0.0)))


def _transmittance(p: NDArray[np.float64], d: NDArray[np.float64], haze: float) -> NDArray[np.float64]:
    """Share of light from direction ``d`` that arrives at points ``p`` (..., 3) → (..., 3); 0 in the Earth's shadow."""
    length = _to_sphere(p, d, _TOP)[..., None]
    edges = np.linspace(0, 1, _LIGHT_STEPS + 1) ** 2
    depth = np.zeros((*p.shape[:-1], 3))
    for k in range(_LIGHT_STEPS):
        q = p + d * (length * (0.5 * (edges[k] + edges[k + 1])))
        air, aerosol, ozone = _densities(np.maximum(np.sqrt((q * q).sum(-1)) - _EARTH, 0.0))
        slab = air[..., None] * _RAYLEIGH + aerosol[..., None] * (_MIE_EXTINCTION * haze) + ozone[..., None] * _OZONE
        depth += slab * (edges[k + 1] - edges[k])
    radius = np.sqrt((p * p).sum(-1))
    sine = (p * d).sum(-1) / radius
    dip = -np.sqrt(np.maximum(1 - (_EARTH / radius) ** 2, 0.0))
    lit = np.clip((sine - dip) / 0.012 + 0.5, 0, 1)
    return np.asarray(np.exp(-depth * length) * lit[..., None])


class Atmosphere:
    """A clear sky for one height of the sun.

    Args:
        sun: unit vector to the sun (float64, 3).
        haze: amount of aerosol, 1 = clean air, 20 = thick haze.
        power: irradiance of the sun above the air (:data:`SUN_IRRADIANCE` by day, far less for the moon).
    """

    def __init__(self, sun: NDArray[np.float64], haze: float, power: float = SUN_IRRADIANCE) -> None:
        self.sun = sun.astype(np.float32)
        self._azimuth = float(np.arctan2(sun[1], sun[0]))
        self._power = power
        elevation = float(np.arcsin(np.clip(sun[2], -1, 1)))
        self._tables = self._integrate(elevation, haze)
        eye = np.array([0.0, 0.0, _EARTH + _EYE])
        level = np.array([np.cos(elevation), 0.0, np.sin(elevation)])
        self.direct = np.asarray(_transmittance(eye, level, haze) * power, np.float64)

    @staticmethod
    def _integrate(sun_elevation: float, haze: float) -> tuple[Floats, Floats, Floats]:
        e = (np.pi / 2) * np.linspace(0, 1, _ELEVATIONS) ** 2 + 1e-4
        a = np.linspace(0, np.pi, _AZIMUTHS)
        d = np.empty((_ELEVATIONS, _AZIMUTHS, 3))
        d[..., 0], d[..., 1] = np.cos(e)[:, None] * np.cos(a), np.cos(e)[:, None] * np.sin(a)
        d[..., 2] = np.sin(e)[:, None]
        eye = np.array([0.0, 0.0, _EARTH + _EYE])
        sun = np.array([np.cos(sun_elevation), 0.0, np.sin(sun_elevation)])
        length = _to_sphere(np.broadcast_to(eye, d.shape), d, _TOP)
        edges = np.linspace(0, 1, _STEPS + 1) ** 2
        depth = np.zeros(d.shape)
        air_light, mie_light, more_light = np.zeros(d.shape), np.zeros(d.shape), np.zeros(d.shape)
        for k in range(_STEPS):
            step = length * (edges[k + 1] - edges[k])
            p = eye + d * (length * 0.5 * (edges[k + 1] + edges[k]))[..., None]
            altitude = np.maximum(np.sqrt((p * p).sum(-1)) - _EARTH, 0.0)
            air, aerosol, ozone = (x[..., None] * step[..., None] for x in _densities(altitude))
            slab = air * _RAYLEIGH + aerosol * (_MIE_EXTINCTION * haze) + ozone * _OZONE
            seen = np.exp(-depth) * (1 - np.exp(-slab)) / np.maximum(slab, 1e-12)
            light = _transmittance(p, np.broadcast_to(sun, p.shape), haze) * seen
            up = p / np.sqrt((p * p).sum(-1, keepdims=True))
            soft = _transmittance(p, _lifted(up, sun), haze) * seen
            air_light += light * air * _RAYLEIGH
            mie_light += light * aerosol * (_MIE_SCATTERING * haze)
            more_light += soft * (air * _RAYLEIGH + aerosol * (_MIE_SCATTERING * haze)) * _twilight(up, sun)
            depth += slab
        blurred = (cv2.GaussianBlur(x.astype(np.float32), (0, 0), 0.8) for x in (air_light, mie_light, more_light))
        return tuple(blurred)  # type: ignore[return-value]

    def radiance(self, d: Floats) -> Floats:
        """Clear-sky radiance (N×3 float32, without the sun's disc) towards unit vectors ``d``; below 0° as at 0°."""
        e = np.arcsin(np.clip(d[:, 2], 0, 1))
        a = np.abs((np.arctan2(d[:, 1], d[:, 0]) - self._azimuth + np.pi) % (2 * np.pi) - np.pi)
        y = np.sqrt(e * np.float32(2 / np.pi)) * np.float32(_ELEVATIONS - 1)
        x = (a * ((_AZIMUTHS - 1) / np.pi)).astype(np.float32)
        air, mie, more = (noise.remap(t, x, y.astype(np.float32)) for t in self._tables)
        cosine = np.clip(d @ self.sun, -1, 1)[:, None]
        rayleigh_phase = np.float32(3 / (16 * np.pi)) * (1 + cosine * cosine)
        out = air * rayleigh_phase + mie * _mie_phase(cosine) + more * np.float32(1 / (4 * np.pi))
        return np.asarray(np.maximum(out, 0) * np.float32(self._power), np.float32)


def _lifted(up: NDArray[np.float64], sun: NDArray[np.float64]) -> NDArray[np.float64]:
    """The sun's direction raised a little: where light scattered twice comes from when the sun is low."""
    lifted = sun + 0.12 * up
    return np.asarray(lifted / np.sqrt((lifted * lifted).sum(-1, keepdims=True)))


def _twilight(up: NDArray[np.float64], sun: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of light scattered again; dies out below the horizon."""
    sine = (up @ sun)[..., None]
    return np.asarray(0.55 * np.clip((sine + 0.14) / 0.3, 0, 1) ** 2)


def _mie_phase(cosine: Floats, g: float = 0.76) -> Floats:
    """Cornette & Shanks, Applied Optics 31(16), 1992, equation 8."""
    k = 3 / (8 * np.pi) * (1 - g * g) / (2 + g * g)
    return np.asarray(k * (1 + cosine * cosine) / (1 + g * g - 2 * g * cosine) ** 1.5, np.float32)
