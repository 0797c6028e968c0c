"""Shares of the pixels, of the sphere and of the light from above, against formulas."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from skymatte.picture.model import Picture, Window
from skymatte.picture.projection import equirectangular_directions
from skymatte.sky.fractions import sky_fraction, sky_view_factor, solid_angle_fraction
from tests.sky.skies import Mask, above, dome, fisheye, panorama


def upper(height: int, width: int, rows: int) -> Mask:
    mask = np.zeros((height, width), bool)
    mask[:rows] = True
    return mask


def test_solid_angle_weighs_rows_by_their_area_on_the_sphere() -> None:
    """The cap above 30° elevation is (1 - sin 30°) / 2 = 1/4 of the sphere, but 1/3 of the rows."""
    picture = panorama(180, 360)
    assert solid_angle_fraction(picture, upper(180, 360, 60)) == pytest.approx(0.25, abs=1e-6)
    assert solid_angle_fraction(picture, upper(180, 360, 90)) == pytest.approx(0.5, abs=1e-6)


def test_a_cropped_panorama_counts_where_its_window_lies() -> None:
    """The lower half of the sphere; its sky is the band from the horizon down to -30°: sin 30° = half of it."""
    picture = replace(panorama(90, 360), data_window=Window(0, 90, 359, 179), display_window=Window(0, 0, 359, 179))
    assert solid_angle_fraction(picture, upper(90, 360, 30)) == pytest.approx(0.5, abs=1e-6)
    outside = replace(picture, data_window=Window(0, 100, 359, 189))
    assert solid_angle_fraction(outside, upper(90, 360, 30)) is None


def test_the_solid_angle_of_a_fisheye_is_that_of_its_hemisphere() -> None:
    """The cap above 30° is half of the hemisphere, but 4/9 of the disc: its radius is 2/3 of the whole."""
    picture = fisheye(600)
    sky = above(picture, 30)
    _, inside = dome(600).directions()
    assert solid_angle_fraction(picture, sky) == pytest.approx(0.5, abs=1e-3)
    assert sky_fraction(sky, ~inside) == pytest.approx(4 / 9, abs=1e-3)


def test_photographs_have_no_angles() -> None:
    picture = Picture(np.ones((4, 4, 3), np.float32))
    assert solid_angle_fraction(picture, upper(4, 4, 2)) is None
    assert sky_view_factor(picture, upper(4, 4, 2)) is None


@pytest.mark.parametrize("make", [lambda: panorama(512, 1024), lambda: fisheye(700)])
@pytest.mark.parametrize("degrees", [0, 15, 45, 80])
def test_in_a_basin_the_sky_view_factor_is_the_squared_cosine(make: Callable[[], Picture], degrees: float) -> None:
    """Johnson & Watson 1984, equation 4: walls up to β on all sides leave cos² β."""
    picture = make()
    expected = math.cos(math.radians(degrees)) ** 2
    assert sky_view_factor(picture, above(picture, degrees)) == pytest.approx(expected, abs=4e-3)


@pytest.mark.parametrize("aspect", [0.5, 1.0, 2.0])
def test_in_a_street_canyon_it_is_that_of_oke(aspect: float) -> None:
    """Oke 1987, figure 8.10: in the middle of an endless canyon of H/W, cos(arctan(2 H/W))."""
    picture = panorama(512, 1024)
    x, y, _ = np.moveaxis(equirectangular_directions(1024, 512), -1, 0)
    sky = y > 2 * aspect * np.abs(x)
    assert sky_view_factor(picture, sky) == pytest.approx(math.cos(math.atan(2 * aspect)), abs=3e-3)


def test_an_open_sky_gives_exactly_one_and_a_roof_nothing() -> None:
    picture = panorama(64, 128)
    assert sky_view_factor(picture, np.ones((64, 128), bool)) == pytest.approx(1, abs=1e-9)
    assert sky_view_factor(picture, np.zeros((64, 128), bool)) == 0


def test_half_a_dome_has_no_sky_view_factor() -> None:
    """A panorama whose upper rows are missing does not say what stands there."""
    cut = replace(panorama(90, 360), data_window=Window(0, 40, 359, 129), display_window=Window(0, 0, 359, 179))
    assert sky_view_factor(cut, upper(90, 360, 30)) is None


def test_pixels_outside_count_nowhere() -> None:
    mask, outside = upper(4, 4, 2), np.zeros((4, 4), bool)
    outside[:, 0] = True
    outside[0] = True
    assert sky_fraction(mask) == 0.5
    assert sky_fraction(mask, outside) == pytest.approx(3 / 9)
    assert sky_fraction(mask, np.ones((4, 4), bool)) == 0
