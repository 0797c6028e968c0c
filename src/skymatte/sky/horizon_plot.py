"""The horizon drawn as a curve: sky above, ground below, the sun where it stands."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.sky.horizon import Floats, Profile
from skymatte.sky.sun import Sun

Drawing = NDArray[np.uint8]
Colour = tuple[int, int, int]

WIDTH: Final = 1440
HEIGHT: Final = 560
"""Pixels of the plot."""

_FINER: Final = 2
"""Drawn so many times larger and averaged: what is drawn has no steps then."""

_LEFT, _RIGHT, _TOP, _BOTTOM = 90, 30, 56, 64
"""Margins in pixels."""

_PAPER: Final = (255, 255, 255)
_SKY: Final = (214, 230, 245)
_GROUND: Final = (104, 98, 92)
_MIXED: Final = (176, 186, 192)
_GRID: Final = (255, 255, 255)
_INK: Final = (40, 40, 40)
_LINE: Final = (30, 60, 110)
_SUN: Final = (250, 180, 0)

_FONT: Final = cv2.FONT_HERSHEY_DUPLEX
_SIZE: Final = 0.55


@dataclass(frozen=True, slots=True)
class _Axes:
    """What the plot spans, and what its axes are called."""

    first: float
    last: float
    low: float
    high: float
    across: range
    upwards: range
    names: tuple[str, str]

    def x(self, where: Floats) -> Floats:
        inner = WIDTH - _LEFT - _RIGHT
        return (_LEFT + (where - self.first) / (self.last - self.first) * inner) * _FINER

    def y(self, heights: Floats) -> Floats:
        inner = HEIGHT - _TOP - _BOTTOM
        share = (np.clip(heights, self.low, self.high) - self.low) / (self.high - self.low)
        return (HEIGHT - _BOTTOM - share * inner) * _FINER


def draw_horizon(profile: Profile, sun: Sun | None, rows: int) -> Drawing:
    """Draw a profile: 560×1440×3 uint8, sRGB.

    Args:
        profile: what to draw.
        sun: marked where it stands, if there is one.
        rows: of the picture: the scale of a perspective one.
    """
    # Rows run downwards: as heights they are negative.
    sign = 1.0 if profile.unit == "deg" else -1.0
    border, lowest, highest = (sign * each for each in (profile.border, profile.lowest_sky, profile.highest_ground))
    place = _place(profile, sun)
    axes = _elevations(border, highest, place) if profile.unit == "deg" else _rows(len(border), rows)
    drawing = np.full((HEIGHT * _FINER, WIDTH * _FINER, 3), _PAPER, np.uint8)
    edges = np.linspace(axes.first, axes.last, len(border) + 1)
    _fill(drawing, axes, edges, np.full_like(border, axes.high), _SKY)
    _fill(drawing, axes, edges, np.maximum(border, highest), _MIXED)
    _fill(drawing, axes, edges, np.minimum(border, lowest), _GROUND)
    _grid(drawing, axes)
    cv2.polylines(drawing, [_steps(axes, edges, border)], False, _LINE, 2 * _FINER, cv2.LINE_AA)
    if place is not None:
        _dot(drawing, (float(axes.x(np.array(place[0]))), float(axes.y(np.array(place[1])))))
    _legend(drawing, place is not None)
    return np.asarray(cv2.resize(drawing, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.uint8)


def _place(profile: Profile, sun: Sun | None) -> tuple[float, float] | None:
    """Where the sun is in the plot."""
    if sun is None:
        return None
    if profile.unit == "px":
        return sun.x, -(sun.y + 0.5)
    return None if sun.azimuth is None or sun.elevation is None else (sun.azimuth, sun.elevation)


def _elevations(border: Floats, highest: Floats, sun: tuple[float, float] | None) -> _Axes:
    """Degrees: as much of −90…90 as something happens in."""
    top = max(float(border.max()), float(highest.max()), sun[1] if sun else 0.0, 25.0)
    low = max(15 * math.floor((min(float(border.min()), 0.0) - 5) / 15), -90)
    high = min(15 * math.ceil((top + 5) / 15), 90)
    names = "azimuth, degrees from the middle of the panorama", "elevation, degrees"
    return _Axes(-180, 180, low, high, range(-180, 181, 45), range(low, high + 1, 15), names)


def _rows(columns: int, rows: int) -> _Axes:
    """Pixels: the whole picture."""
    steps = [_round_step(size) for size in (columns, rows)]
    across, upwards = range(0, columns + 1, steps[0]), range(-(rows // steps[1]) * steps[1], 1, steps[1])
    return _Axes(-0.5, columns - 0.5, -rows, 0, across, upwards, ("column", "row"))


def _round_step(size: int) -> int:
    """A round distance of ticks: some eight of them."""
    ten = 10 ** math.floor(math.log10(max(size / 8, 1)))
    return int(next(ten * factor for factor in (1, 2, 5, 10) if ten * factor >= size / 8))


def _steps(axes: _Axes, edges: Floats, heights: Floats) -> NDArray[np.int32]:
    """A curve that keeps its height over the width of each direction: N×1×2."""
    x = np.repeat(axes.x(edges), 2)[1:-1]
    y = np.repeat(axes.y(heights), 2)
    return np.rint(np.stack((x, y), -1)).astype(np.int32)[:, None]


def _fill(drawing: Drawing, axes: _Axes, edges: Floats, heights: Floats, colour: Colour) -> None:
    """Everything below a curve."""
    curve = _steps(axes, edges, heights)
    floor = (HEIGHT - _BOTTOM) * _FINER
    corners = np.array([[[curve[-1, 0, 0], floor]], [[curve[0, 0, 0], floor]]], np.int32)
    cv2.fillPoly(drawing, [np.concatenate((curve, corners))], colour)


def _grid(drawing: Drawing, axes: _Axes) -> None:
    left, right, top, floor = _LEFT, WIDTH - _RIGHT, _TOP, HEIGHT - _BOTTOM
    for tick in axes.across:
        x = round(float(axes.x(np.array(float(tick)))) / _FINER)
        _line(drawing, (x, top), (x, floor), _GRID)
        _text(drawing, str(tick), (x, floor + 22), 0.5)
    for tick in axes.upwards:
        y = round(float(axes.y(np.array(float(tick)))) / _FINER)
        _line(drawing, (left, y), (right, y), _GRID if tick else _INK)
        _text(drawing, str(tick if axes.high else -tick), (left - 8, y + 6), 1.0)
    _text(drawing, axes.names[0], ((left + right) // 2, HEIGHT - 14), 0.5)
    _text(drawing, axes.names[1], (left - 60, top - 22), 0.0)


def _legend(drawing: Drawing, sun: bool) -> None:
    x, y = WIDTH - _RIGHT - (560 if sun else 480), _TOP - 26
    for name, colour in (("only sky", _SKY), ("both", _MIXED), ("only ground", _GROUND)):
        box = [(value * _FINER) for value in (x, y - 11, x + 22, y + 5)]
        cv2.rectangle(drawing, (box[0], box[1]), (box[2], box[3]), colour, cv2.FILLED)
        _text(drawing, name, (x + 30, y + 4), 0.0)
        x += 30 + _width(name) + 24
    _line(drawing, (x, y - 3), (x + 22, y - 3), _LINE, 2)
    _text(drawing, "horizon", (x + 30, y + 4), 0.0)
    if sun:
        x += 30 + _width("horizon") + 34
        _dot(drawing, (x * _FINER, (y - 3) * _FINER))
        _text(drawing, "sun", (x + 16, y + 4), 0.0)


def _dot(drawing: Drawing, centre: tuple[float, float]) -> None:
    middle = round(centre[0]), round(centre[1])
    cv2.circle(drawing, middle, 9 * _FINER, _INK, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(drawing, middle, 8 * _FINER, _SUN, cv2.FILLED, cv2.LINE_AA)


def _line(drawing: Drawing, start: tuple[int, int], end: tuple[int, int], colour: Colour, width: int = 1) -> None:
    ends = [(x * _FINER, y * _FINER) for x, y in (start, end)]
    cv2.line(drawing, ends[0], ends[1], colour, width * _FINER, cv2.LINE_AA)


def _width(text: str) -> int:
    (width, _), _ = cv2.getTextSize(text, _FONT, _SIZE * _FINER, _FINER)
    return width // _FINER


def _text(drawing: Drawing, text: str, place: tuple[int, int], anchor: float) -> None:
    """Text on a base line; ``anchor`` 0 begins at the place, 1 ends there."""
    origin = round(place[0] - anchor * _width(text)) * _FINER, place[1] * _FINER
    cv2.putText(drawing, text, origin, _FONT, _SIZE * _FINER, _INK, _FINER, cv2.LINE_AA)
