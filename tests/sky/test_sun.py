"""The sun is found where it is, and nothing else is taken for it."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.masks.files import read_label
from skymatte.picture.camera import Camera
from skymatte.picture.model import Picture, Projection, Window
from skymatte.picture.read import read
from skymatte.scenes.panorama import render
from skymatte.scenes.sampling import Block
from skymatte.scenes.scene import Scene
from skymatte.sky.sun import HALF_MAX, Sun, find_sun
from tests.sky.skies import dome

Light = NDArray[np.float32]

HEIGHT, WIDTH = 180, 360
LOW_SUN = 5
"""Seed of a scene with a low sun in a clear sky."""

PANORAMA = Camera(projection=Projection.EQUIRECTANGULAR, width=WIDTH, height=HEIGHT)


def toward(azimuth: float, elevation: float) -> Light:
    turn, rise = math.radians(azimuth), math.radians(elevation)
    level = math.cos(rise)
    return np.array([level * math.sin(turn), math.sin(rise), level * math.cos(turn)], np.float32)


def sky_with(
    azimuth: float, elevation: float, camera: Camera = PANORAMA, *, peak: float = 3e4, width: float = 1.2
) -> Light:
    """An even sky with a sun of so many degrees and the glow that air and lens give it; dark ground."""
    directions, _ = camera.directions()
    angle = np.degrees(np.arccos(np.clip(directions @ toward(azimuth, elevation), -1, 1)))
    light = 1 + 60 / (1 + angle**2) + peak * np.exp(-((angle / width) ** 2))
    light[directions[..., 1] < 0] = 0.1
    return np.asarray(np.repeat(light[..., None], 3, -1), np.float32)


def found(light: Light, camera: Camera = PANORAMA, **changes: object) -> Sun | None:
    picture = replace(Picture(light, projection=camera.projection), **changes)  # type: ignore[arg-type]
    return find_sun(picture, light[..., 0] > light[..., 0].min() * 5)


@settings(max_examples=20)
@given(st.floats(-180, 179.9), st.floats(4, 88))
def test_azimuth_and_elevation_are_those_of_the_sun(azimuth: float, elevation: float) -> None:
    """All around, across the wrap and up to the zenith, to a fifth of a pixel."""
    sun = found(sky_with(azimuth, elevation))
    assert sun is not None
    assert sun.azimuth is not None
    assert sun.elevation is not None
    assert toward(sun.azimuth, sun.elevation) @ toward(azimuth, elevation) > math.cos(math.radians(0.2))


def test_its_pixel_is_counted_from_the_middle_of_the_first() -> None:
    """Azimuth 0 lies between columns 179 and 180, elevation 45 between rows 44 and 45."""
    sun = found(sky_with(0, 45))
    assert sun is not None
    assert (sun.x, sun.y) == pytest.approx((179.5, 44.5), abs=0.05)


@given(st.integers(-16, 16))
def test_exposure_changes_nothing(stops: int) -> None:
    plain, scaled = found(sky_with(30, 20)), found(sky_with(30, 20) * np.float32(2.0**stops))
    assert plain is not None
    assert scaled is not None
    assert (scaled.x, scaled.y, scaled.clipped_pixels) == (plain.x, plain.y, plain.clipped_pixels)
    assert scaled.peak == plain.peak * 2.0**stops


def test_in_a_fisheye_it_stands_where_the_panorama_has_it() -> None:
    camera = dome(500)
    sun = found(sky_with(-70, 35, camera), camera)
    assert sun is not None
    assert (sun.azimuth, sun.elevation) == pytest.approx((-70, 35), abs=0.2)


def test_in_a_photograph_only_its_pixel_is_known() -> None:
    camera = Camera(projection=Projection.PERSPECTIVE, width=900, height=600, fov=math.radians(60), pitch=0.3)
    sun = found(sky_with(10, 25, camera), camera)
    u, v, _ = camera.coordinates(toward(10, 25).reshape(1, 1, 3))
    assert sun is not None
    assert (sun.x, sun.y) == pytest.approx((u.item(), v.item()), abs=0.3)
    assert (sun.azimuth, sun.elevation, sun.clipped_solid_angle) == (None, None, None)


def test_a_cropped_panorama_knows_where_it_lies() -> None:
    light = sky_with(-60, 30)[20:, 50:300]
    sun = found(light, data_window=Window(50, 20, 299, 179), display_window=Window(0, 0, 359, 179))
    whole = found(sky_with(-60, 30))
    assert sun is not None
    assert whole is not None
    assert (sun.azimuth, sun.elevation) == pytest.approx((-60, 30), abs=0.2)
    assert (sun.x, sun.y) == pytest.approx((whole.x - 50, whole.y - 20), abs=0.01)


def test_what_is_clipped_is_counted_and_weighed() -> None:
    """A disc of some 1° radius at the end of half; a pixel of this panorama has (1°)² times the level's cosine."""
    light = np.minimum(sky_with(50, 40, peak=1e7, width=1 / math.sqrt(math.log(1e7 / HALF_MAX))), np.float32(HALF_MAX))
    sun = found(light)
    assert sun is not None
    assert sun.peak == HALF_MAX
    count = np.count_nonzero(light[..., 0] == np.float32(HALF_MAX))
    assert sun.clipped_pixels == count
    assert 4 <= count < 12
    expected = count * math.radians(1) ** 2 * math.cos(math.radians(40))
    assert sun.clipped_solid_angle == pytest.approx(expected, rel=0.01)
    unclipped = found(sky_with(50, 40))
    assert unclipped is not None
    assert unclipped.clipped_pixels == 0


def overcast() -> Light:
    light = sky_with(0, 40, peak=0)
    return np.minimum(light, np.float32(12))


def two_suns() -> Light:
    return np.maximum(sky_with(-90, 40), sky_with(90, 40))


def star() -> Light:
    light = sky_with(0, 40, peak=0) * 0 + 1
    light[HEIGHT // 2 :] = 0.1
    light[45, 100] = 900
    return light


def street_lamp() -> Light:
    light = sky_with(0, 40, peak=600)
    light[125, 150] = 5000
    return light


def bright_half() -> Light:
    light = star()
    light[: HEIGHT // 2, :150] = 500
    return light


def hidden_by_ground() -> Light:
    return sky_with(0, -10)


@pytest.mark.parametrize("make", [overcast, two_suns, star, street_lamp, bright_half, hidden_by_ground])
def test_what_is_no_sun_is_not_called_one(make: object) -> None:
    light = make()  # type: ignore[operator]
    mask = np.zeros(light.shape[:2], bool)
    mask[: HEIGHT // 2] = True
    assert find_sun(Picture(light, projection=Projection.EQUIRECTANGULAR), mask) is None


def test_without_sky_there_is_no_sun() -> None:
    light = sky_with(0, 40)
    picture = Picture(light, projection=Projection.EQUIRECTANGULAR)
    assert find_sun(picture, np.zeros(light.shape[:2], bool)) is None


def test_the_sun_of_a_rendered_scene_is_where_it_was_put() -> None:
    pixels, matte = render(512, 256, LOW_SUN)
    sun = find_sun(Picture(pixels, projection=Projection.EQUIRECTANGULAR), matte >= 0.5)
    assert sun is not None
    row, column = round(sun.y), round(sun.x)
    at_it = Block(512, 256, row, row + 1).directions.reshape(512, 3)[column]
    assert at_it @ Scene.from_seed(LOW_SUN).light.sun > math.cos(math.radians(0.7))


REAL = {
    "chinese_garden_1k": 36,
    "kloppenheim_05_1k": 36,
    "piazza_san_marco_1k": 36,
    "acoustical_shell_1k": -115,
    "lingo3d_day_1k": 36,
    "canary_wharf_1k": None,
    "dresden_square_1k": None,
    "potsdamer_platz_1k": None,
    "satara_night_1k": None,
    "forest_slope_1k": None,
}
"""Where the suns of validation pictures are, to the degree (most of these panoramas were turned to the same azimuth,
one of them sees it in a gap of clouds), and pictures without one."""


@pytest.mark.parametrize("name", REAL)
def test_real_suns(shared_data: Path, name: str) -> None:
    with (shared_data / "hdri/manifest.csv").open(newline="") as lines:
        (row,) = (row for row in csv.DictReader(lines) if row["picture"].startswith(name))
    picture = read(shared_data / "hdri/pictures" / row["picture"], projection=row["projection"])
    mask = read_label(shared_data / "hdri" / row["label"]) == 255
    sun = find_sun(picture, mask)
    if REAL[name] is None:
        assert sun is None
    else:
        assert sun is not None
        assert sun.azimuth == pytest.approx(REAL[name], abs=0.6)
