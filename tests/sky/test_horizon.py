"""The horizon's elevation and the skyline, against masks drawn from known ones."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.model import Picture, Projection, Window
from skymatte.picture.reproject import Camera, reproject_label
from skymatte.sky.horizon import horizon_profile
from tests.sky.skies import Mask, dome, fisheye, panorama

AZIMUTH = np.arange(360) - 179.5


def hills(azimuth: NDArray[np.floating]) -> NDArray[np.floating]:
    """Elevation of a skyline in degrees, azimuth in degrees."""
    turn = np.radians(azimuth)
    return np.asarray(20 + 15 * np.sin(turn) + 6 * np.cos(3 * turn))


def over_hills(height: int, width: int) -> Mask:
    elevation = 90 - (np.arange(height) + 0.5) * (180 / height)
    azimuth = (np.arange(width) + 0.5) * (360 / width) - 180
    return np.asarray(elevation[:, None] > hills(azimuth))


@pytest.mark.parametrize(("height", "width"), [(1024, 2048), (900, 1800), (700, 1001), (900, 200)])
def test_the_horizon_of_hills_is_that_of_the_hills(height: int, width: int) -> None:
    profile = horizon_profile(panorama(height, width), over_hills(height, width))
    np.testing.assert_array_equal(profile.where, AZIMUTH)
    tolerance = 180 / height + 0.6 * 360 / min(width, 360)
    np.testing.assert_allclose(profile.border, hills(AZIMUTH), atol=tolerance)
    np.testing.assert_allclose(profile.lowest_sky, hills(AZIMUTH), atol=tolerance)
    np.testing.assert_allclose(profile.highest_ground, hills(AZIMUTH), atol=tolerance)


def test_wires_and_gaps_do_not_move_the_horizon_but_are_told() -> None:
    """A wire at 60° all around, and a gap under a bridge from −24.5° to −20°."""
    height = 720
    mask = over_hills(height, 720)
    mask[120] = False
    mask[440:458] = True
    profile = horizon_profile(panorama(height, 720), mask)
    np.testing.assert_allclose(profile.border, hills(AZIMUTH), atol=0.6)
    assert profile.highest_ground == pytest.approx(60)
    assert profile.lowest_sky == pytest.approx(-24.5)


def test_nothing_but_sky_and_nothing_but_ground() -> None:
    picture = panorama(90, 180)
    sky = horizon_profile(picture, np.ones((90, 180), bool))
    assert (sky.border == -90).all()
    assert (sky.highest_ground == -90).all()
    ground = horizon_profile(picture, np.zeros((90, 180), bool))
    assert (ground.border == 90).all()
    assert (ground.lowest_sky == 90).all()


def test_a_fisheye_has_the_horizon_of_its_panorama() -> None:
    sky = over_hills(1024, 2048).view(np.uint8) * np.uint8(255)
    whole = Camera(projection=Projection.EQUIRECTANGULAR, width=2048, height=1024)
    seen = reproject_label(sky, whole, dome(1000)) == 255
    profile = horizon_profile(fisheye(1000), seen)
    np.testing.assert_allclose(profile.border, hills(AZIMUTH), atol=0.8)


def test_a_cropped_panorama_knows_where_it_lies() -> None:
    picture = panorama(300, 360)
    cropped = replace(picture, data_window=Window(180, 60, 539, 359), display_window=Window(0, 0, 719, 359))
    profile = horizon_profile(cropped, over_hills(360, 720)[60:, 180:540])
    np.testing.assert_allclose(profile.border[90:270], hills(AZIMUTH[90:270]), atol=1)


@given(st.integers(0, 359))
def test_turning_the_panorama_turns_the_profile(degrees: int) -> None:
    mask = over_hills(90, 720)
    plain = horizon_profile(panorama(90, 720), mask)
    turned = horizon_profile(panorama(90, 720), np.roll(mask, 2 * degrees, axis=1))
    np.testing.assert_array_equal(turned.border, np.roll(plain.border, degrees))


def test_the_summary_names_the_extremes() -> None:
    summary = horizon_profile(panorama(1800, 3600), over_hills(1800, 3600)).summary()
    truth = hills(AZIMUTH)
    assert summary is not None
    assert summary["mean_deg"] == pytest.approx(truth.mean(), abs=0.1)
    assert summary["highest_deg"] == pytest.approx(truth.max(), abs=0.2)
    assert summary["highest_azimuth_deg"] == pytest.approx(AZIMUTH[truth.argmax()], abs=2)
    assert summary["lowest_deg"] == pytest.approx(truth.min(), abs=0.2)


def test_a_photograph_has_a_skyline_in_rows() -> None:
    """Columns: four rows of sky; none; all; sky with a wire in row 1 and a hole in row 8."""
    mask = np.zeros((10, 4), bool)
    mask[:4, 0] = True
    mask[:, 2] = True
    mask[:6, 3] = True
    mask[1, 3] = False
    mask[8, 3] = True
    profile = horizon_profile(Picture(np.ones((10, 4, 3), np.float32)), mask)
    assert profile.border.tolist() == [4, 0, 10, 6]
    assert profile.lowest_sky.tolist() == [4, 0, 10, 9]
    assert profile.highest_ground.tolist() == [4, 0, 10, 1]
    assert profile.summary() is None
    assert profile.as_csv().splitlines()[:2] == ["column,skyline_row,lowest_sky_row,highest_ground_row", "0,4,4,4"]


def test_the_table_has_a_line_for_each_degree() -> None:
    profile = horizon_profile(panorama(360, 720), over_hills(360, 720))
    rows = list(csv.DictReader(io.StringIO(profile.as_csv())))
    assert list(rows[0]) == ["azimuth_deg", "horizon_deg", "lowest_sky_deg", "highest_ground_deg"]
    assert [float(row["azimuth_deg"]) for row in rows] == AZIMUTH.tolist()
    np.testing.assert_allclose([float(row["horizon_deg"]) for row in rows], profile.border, atol=1e-3)
