"""The plot shows the profile where its axes say."""

from __future__ import annotations

import numpy as np

from skymatte.picture.model import Picture
from skymatte.sky import horizon_plot
from skymatte.sky.horizon import Profile, horizon_profile
from skymatte.sky.horizon_plot import draw_horizon
from skymatte.sky.sun import Sun
from tests.sky.skies import above, panorama

PLOT = slice(56, 560 - 64), slice(90, 1440 - 30)
"""The plot without its margins."""


def level(degrees: float) -> Profile:
    picture = panorama(720, 1440)
    return horizon_profile(picture, above(picture, degrees))


def rows_of(drawing: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], colour: tuple[int, int, int]) -> np.ndarray:
    return np.flatnonzero((drawing[PLOT][:, 700] == colour).all(axis=-1))


def test_sky_is_above_the_curve_and_ground_below() -> None:
    """A level horizon at 15°: the axis runs from −15° to 30° over 440 pixels."""
    drawing = draw_horizon(level(15), None, 720)
    assert drawing.shape == (560, 1440, 3)
    border = 440 * (30 - 15) / (30 + 15)
    sky, ground = rows_of(drawing, horizon_plot._SKY), rows_of(drawing, horizon_plot._GROUND)
    assert abs(sky.max() - border) < 4
    assert abs(ground.min() - border) < 4
    line = rows_of(drawing, horizon_plot._LINE)
    assert line.size
    assert np.abs(line - border).max() < 3


def test_the_sun_is_marked_where_it_stands() -> None:
    sun = Sun(x=0, y=0, azimuth=90, elevation=20, peak=1, clipped_pixels=0, clipped_solid_angle=0)
    drawing = draw_horizon(level(15), sun, 720)
    y, x = np.nonzero((drawing[PLOT] == horizon_plot._SUN).all(axis=-1))
    assert abs(x.mean() - 1320 * 0.75) < 1.5
    assert abs(y.mean() - 440 * (30 - 20) / 45) < 1.5


def test_rows_of_a_photograph_run_downwards() -> None:
    mask = np.zeros((400, 600), bool)
    mask[:100] = True
    profile = horizon_profile(Picture(np.ones((400, 600, 3), np.float32)), mask)
    sun = Sun(x=299.5, y=49.5, azimuth=None, elevation=None, peak=1, clipped_pixels=0, clipped_solid_angle=None)
    drawing = draw_horizon(profile, sun, 400)
    assert abs(rows_of(drawing, horizon_plot._GROUND).min() - 110) < 4
    y, x = np.nonzero((drawing[PLOT] == horizon_plot._SUN).all(axis=-1))
    assert abs(x.mean() - 660) < 2
    assert abs(y.mean() - 55) < 2
