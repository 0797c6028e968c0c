"""Where the sun is, if the picture shows it, and how much of it the file clipped."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.camera import Camera
from skymatte.picture.model import Picture, Projection
from skymatte.sky.view import View, view_of

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

HALF_MAX = 65504.0
"""Largest number of a half: where EXR files clip suns."""

_TIMES_BRIGHTER = 20.0
"""The sun's peak is at least so many times the 90th percentile of the sky.  In 79 labelled HDR pictures overcast skies
and skies between leaves reach 12, hidden and set suns 5 to 100 over a wide glow, visible suns 20 to 400 000."""

_CORE = 0.5
"""Pixels from this share of the peak on are the sun itself."""

_MOST = 0.75
"""Share of the light of all such pixels that is the sun's own: there is one sun."""

_NEAR = math.radians(5)
_WIDEST_CORE = math.radians(1.8) ** 2 * math.pi
"""Steradians of the core at most; wider ones are glows and bright clouds (the sun's disc has 6.8e-5 sr, but pixels of a
small panorama and its lens flare are wider)."""

_RING = (math.radians(1), math.radians(2.5))
_RING_PERCENTILE = 75
_RING_BRIGHTER = 4.0
"""Times that the sky around the sun, where no cloud hides it (its upper quartile), is at least brighter than the median
of the sky: air and lens spread its light.  In those pictures suns and moons reach 6 to 230, stars 1.4."""

_BEYOND_DOUBT = 3000.0
"""Times brighter than the 90th percentile of the sky, from which no ring is asked for: the brightest star of those
pictures has 1950, and rendered suns may have clean air around them."""

_OUTSHONE = 0.5
"""Share of the picture's largest value that the sun has at least: lamps of the ground outshine those of the sky."""

_ASSUMED_FOV = math.radians(65)
"""Width of a perspective picture, for the limits above only: no angle of such a picture is reported."""

_SAMPLES = 1 << 18
_CLIPPED = 0.999
_FEW_ROWS = 16
_SPREAD = 16
_PLATEAU = 4
"""Pixels that share the file's largest value at least, where that is no number known for clipping."""


@dataclass(frozen=True, slots=True)
class Sun:
    """The brightest compact light of the sky; at night it may be the moon.

    Attributes:
        x: column of its middle, pixels; the middle of the first pixel is 0.
        y: its row.
        azimuth: degrees from the middle column of the panorama, to the right positive, in [−180, 180); ``None`` where
            angles are unknown.
        elevation: degrees above the horizon; ``None`` likewise.
        peak: largest value of a colour channel.
        clipped_pixels: pixels of it at the ceiling of the file, 0 if it is not clipped.
        clipped_solid_angle: their solid angle, steradians; ``None`` where angles are unknown.
    """

    x: float
    y: float
    azimuth: float | None
    elevation: float | None
    peak: float
    clipped_pixels: int
    clipped_solid_angle: float | None

    def as_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "x": round(self.x, 2),
            "y": round(self.y, 2),
            "azimuth_deg": None if self.azimuth is None else round(self.azimuth, 3),
            "elevation_deg": None if self.elevation is None else round(self.elevation, 3),
            "peak": self.peak,
            "clipped_pixels": self.clipped_pixels,
            "clipped_solid_angle_sr": self.clipped_solid_angle,
        }


@dataclass(frozen=True, slots=True)
class _Points:
    """Bright pixels of the sky: their largest channel, where they look (N×3), and their solid angles."""

    light: Array
    directions: Array
    angles: Array

    def take(self, which: Mask) -> _Points:
        return _Points(self.light[which], self.directions[which], self.angles[which])

    @property
    def solid_angle(self) -> float:
        return float(self.angles.sum(dtype=np.float64))

    @property
    def middle(self) -> Array:
        """The direction of the middle of the light above half the peak, counted from there: without steps."""
        weights = (self.light - _CORE * self.light.max()).astype(np.float64) * self.angles
        total = weights @ self.directions
        return np.asarray(total / max(float(np.linalg.norm(total)), 1e-12), np.float32)


def find_sun(picture: Picture, mask: Mask) -> Sun | None:
    """The sun, if there is one to be seen in the sky.

    It is a light at least 20 times brighter than the 90th percentile of the sky, compact (at most 3.6° across at half
    its peak, without equals elsewhere), outshone by nothing on the ground, and surrounded by brighter sky than the
    rest unless it is brighter than any star.  Low-range pictures, where the sun is no brighter than a cloud, have none.
    Its middle is that of the light from half the peak on.

    Args:
        picture: with H×W×3 linear light.
        mask: H×W bool, True = sky.
    """
    sample = _sample(picture.pixels, mask)
    if not sample.size:
        return None
    usual = float(np.percentile(sample, 90))
    view = _nominal_view(picture)
    peaks = [(rows, float(picture.pixels[rows].max())) for rows in view.bands()]
    ceiling = max(peak for _, peak in peaks)
    level = _TIMES_BRIGHTER * usual
    points = _brighter(picture.pixels, mask, level, [rows for rows, peak in peaks if peak > level], view)
    if points is None:
        return None
    near = _together(points)
    peak = float(near.light.max())
    alone = near.light.sum() >= _MOST * points.light.sum() and peak >= _OUTSHONE * ceiling
    if not alone or near.solid_angle > _widest(view):
        return None
    if peak < _BEYOND_DOUBT * usual and _ring(picture.pixels, mask, near, view) < _RING_BRIGHTER * np.median(sample):
        return None
    return _described(picture, near, view, ceiling)


def _together(points: _Points) -> _Points:
    """Those within 5° of the brightest."""
    toward = points.directions[int(points.light.argmax())]
    return points.take(points.directions @ toward >= math.cos(_NEAR))


def _sample(pixels: Array, mask: Mask) -> Array:
    """Largest channel of some pixels of the sky, evenly spread."""
    step = max(1, int(math.sqrt(mask.size / _SAMPLES)))
    return _largest(pixels[::step, ::step])[mask[::step, ::step]]


def _largest(pixels: Array) -> Array:
    """Largest channel; much faster than a maximum along an axis of three."""
    return np.maximum(np.maximum(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def _nominal_view(picture: Picture) -> View:
    """The picture's view; one of a usual lens where angles are unknown."""
    known = view_of(picture)
    if known is not None:
        return known
    height, width = picture.height, picture.width
    camera = Camera(projection=Projection.PERSPECTIVE, width=width, height=height, fov=_ASSUMED_FOV)
    return View(camera, 0, 0, height, width)


def _brighter(pixels: Array, mask: Mask, level: float, bands: Sequence[slice], view: View) -> _Points | None:
    """Pixels of the sky brighter than a level, of some bands; ``None`` if there are none, or far too many for a sun."""
    rows, columns, light = [], [], []
    for band in bands:
        values = _largest(pixels[band])
        y, x = np.nonzero((values > level) & mask[band])
        rows.append(y + band.start)
        columns.append(x)
        light.append(values[y, x])
    count = sum(map(len, rows))
    if not 0 < count <= mask.size // 8:
        return None
    return _points(np.concatenate(rows), np.concatenate(columns), np.concatenate(light), view)


def _points(rows: NDArray[np.intp], columns: NDArray[np.intp], light: Array, view: View) -> _Points | None:
    """The brightest half of them, with their directions; ``None`` if they are spread over too much for a sun."""
    keep = light >= _CORE * light.max()
    rows, columns, light = rows[keep], columns[keep], light[keep]
    lines = np.unique(rows)
    if len(lines) > max(_FEW_ROWS, view.height // 16):
        return None
    directions, angles = np.empty((len(rows), 3), np.float32), np.empty(len(rows), np.float32)
    for line in lines:
        on_it, row = rows == line, slice(int(line), int(line) + 1)
        directions[on_it] = view.directions((row, slice(0, view.width)))[0][0, columns[on_it]]
        angles[on_it] = np.broadcast_to(_solid_angles(view, row), (1, view.width))[0, columns[on_it]]
    return _Points(light, directions, angles)


def _solid_angles(view: View, row: slice) -> Array:
    """Steradians of the pixels of a row; those of a perspective picture through the usual lens."""
    if view.camera.projection is Projection.PERSPECTIVE:
        return np.full((1, 1), float(view.camera.pixel_angle()) ** 2, np.float32)
    return view.solid_angles(row)


def _widest(view: View) -> float:
    """Steradians of a core at most: of a small picture at least some pixels, into which any point spreads."""
    return max(_WIDEST_CORE, _SPREAD * float(view.camera.pixel_angle()) ** 2)


def _position(direction: Array, view: View) -> tuple[float, float]:
    """Column and row of a direction in the picture."""
    u, v, _ = view.camera.coordinates(direction.reshape(1, 1, 3))
    return float(u[0, 0]) - view.left, float(v[0, 0]) - view.top


def _ring(pixels: Array, mask: Mask, points: _Points, view: View) -> float:
    """How bright the sky around the sun is; infinite if none of it is seen, as between leaves."""
    axis = points.middle
    helper = np.eye(3, dtype=np.float32)[int(np.abs(axis).argmin())]
    side = np.cross(axis, helper)
    side /= np.linalg.norm(side)
    other = np.cross(axis, side)
    radius, turn = np.meshgrid(np.linspace(*_RING, 8), np.linspace(0, 2 * np.pi, 48, endpoint=False))
    tilt = np.cos(turn)[..., None] * side + np.sin(turn)[..., None] * other
    directions = np.cos(radius)[..., None] * axis + np.sin(radius)[..., None] * tilt
    u, v, seen = view.camera.coordinates(directions.astype(np.float32))
    x, y = np.rint(u).astype(np.intp) - view.left, np.rint(v).astype(np.intp) - view.top
    if view.is_panorama:
        x %= view.camera.width
    seen &= (x >= 0) & (x < view.width) & (y >= 0) & (y < view.height)
    x, y = x[seen], y[seen]
    light = pixels[y, x].max(axis=1)[mask[y, x]]
    return float(np.percentile(light, _RING_PERCENTILE)) if light.size else math.inf


def _described(picture: Picture, sun: _Points, view: View, ceiling: float) -> Sun:
    direction = sun.middle
    x, y = _position(direction, view)
    at_ceiling = sun.take(_clipped(sun.light, ceiling))
    known = view_of(picture) is not None
    right, up, forward = (float(value) for value in direction)
    return Sun(
        x=x,
        y=y,
        azimuth=math.degrees(math.atan2(right, forward)) if known else None,
        elevation=math.degrees(math.atan2(up, math.hypot(right, forward))) if known else None,
        peak=float(sun.light.max()),
        clipped_pixels=len(at_ceiling.light),
        clipped_solid_angle=at_ceiling.solid_angle if known else None,
    )


def _clipped(light: Array, ceiling: float) -> Mask:
    """Which values are at the file's ceiling: its largest value, if that is a half's or several pixels share it."""
    at_it = light >= _CLIPPED * ceiling
    known = math.isclose(ceiling, HALF_MAX, rel_tol=1 - _CLIPPED)
    return at_it if known or np.count_nonzero(at_it) >= _PLATEAU else np.zeros_like(at_it)
