"""Directions against trigonometry, and pictures there and back."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.projection import (
    equirectangular_directions,
    fisheye_directions,
    panorama_coordinates,
    perspective_directions,
    rotation,
    sample_panorama,
    solid_angle_rows,
)

Array = NDArray[np.float32]
ANGLES = st.floats(-math.pi, math.pi)

RIGHT, UP, FORWARD = np.eye(3, dtype=np.float32)


def smooth_panorama(width: int = 256, height: int = 128) -> Array:
    """A function of direction without seam or pole: x + 2, y + 2, z + 2."""
    return equirectangular_directions(width, height) + 2


@pytest.mark.parametrize(
    ("yaw", "pitch", "roll", "camera", "world"),
    [
        (0, 0, 0, FORWARD, FORWARD),
        (90, 0, 0, FORWARD, RIGHT),
        (0, 90, 0, FORWARD, UP),
        (0, 0, 90, UP, RIGHT),
        (180, 0, 0, RIGHT, -RIGHT),
        (90, 90, 0, FORWARD, UP),
        (90, 90, 0, UP, -RIGHT),
    ],
)
def test_turns_go_the_way_they_say(yaw: float, pitch: float, roll: float, camera: Array, world: Array) -> None:
    """Yaw to the right, pitch up, roll clockwise: what was up leans right."""
    np.testing.assert_allclose(rotation(*np.radians([yaw, pitch, roll])) @ camera, world, atol=1e-6)


@given(ANGLES, ANGLES, ANGLES)
def test_turns_keep_lengths_and_handedness(yaw: float, pitch: float, roll: float) -> None:
    matrix = rotation(yaw, pitch, roll)
    assert matrix.dtype == np.float32
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-6)
    assert np.linalg.det(matrix) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("fov", [30, 60, 90, 115])
def test_a_camera_sees_its_field_of_view(fov: float) -> None:
    """The outer edges of the middle row stand fov/2 off the axis; pixel centres are half a pixel further in."""
    directions = perspective_directions(101, 51, math.radians(fov))
    assert directions.shape == (51, 101, 3)
    np.testing.assert_allclose(directions[25, 50], FORWARD, atol=1e-6)
    x, y, z = (float(v) for v in directions[25, 0])
    assert (-x / z) * 101 / 100 == pytest.approx(math.tan(math.radians(fov / 2)), rel=1e-5)
    assert y == pytest.approx(0, abs=1e-6)
    assert directions[0, 50, 1] > 0 > directions[50, 50, 1]


@pytest.mark.parametrize(("radius", "angle"), [(0.0, 0.0), (0.5, 45.0), (1.0, 90.0)])
def test_an_equidistant_fisheye_spreads_angles_evenly(radius: float, angle: float) -> None:
    directions, _ = fisheye_directions(401, 401, math.pi)
    column = round(200 + radius * 200)
    theta = math.degrees(math.acos(float(directions[200, column, 2])))
    assert theta == pytest.approx(angle, abs=0.5)


def test_a_stereographic_fisheye_follows_its_formula() -> None:
    """r = 2f·tan(θ/2): at half the radius of 180°, tan(θ/2) = 1/2."""
    directions, _ = fisheye_directions(401, 401, math.pi, stereographic=True)
    theta = 2 * math.atan(100 / 200.5)
    np.testing.assert_allclose(directions[200, 300], (math.sin(theta), 0, math.cos(theta)), atol=1e-5)


@pytest.mark.parametrize("stereographic", [False, True])
def test_the_fisheye_circle_is_inscribed(stereographic: bool) -> None:
    directions, circle = fisheye_directions(200, 120, math.radians(170), stereographic=stereographic)
    assert circle.mean() == pytest.approx(math.pi * 60**2 / (200 * 120), rel=0.01)
    assert not circle[:, :39].any()
    angles = np.degrees(np.arccos(np.clip(directions[..., 2], -1, 1)))
    assert angles[circle].max() == pytest.approx(85, abs=1)


@pytest.mark.parametrize(
    ("column", "row", "longitude", "latitude"),
    [(0, 0, -157.5, 67.5), (7, 0, 157.5, 67.5), (3, 1, -22.5, 22.5), (4, 3, 22.5, -67.5)],
)
def test_panorama_pixels_lie_where_the_sphere_says(column: int, row: int, longitude: float, latitude: float) -> None:
    direction = equirectangular_directions(8, 4)[row, column]
    lon, lat = math.radians(longitude), math.radians(latitude)
    expected = (math.cos(lat) * math.sin(lon), math.sin(lat), math.cos(lat) * math.cos(lon))
    np.testing.assert_allclose(direction, expected, atol=1e-6)


@pytest.mark.parametrize(
    "directions",
    [
        perspective_directions(31, 17, 1.2),
        fisheye_directions(20, 30, 3.2)[0],
        fisheye_directions(20, 30, 3.2, stereographic=True)[0],
        equirectangular_directions(32, 16),
    ],
    ids=["perspective", "equidistant", "stereographic", "panorama"],
)
def test_directions_are_unit_vectors(directions: Array) -> None:
    assert directions.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(directions, axis=-1), 1, atol=1e-5)


@given(st.integers(2, 80), st.integers(2, 60))
def test_a_panorama_finds_its_own_pixels(width: int, height: int) -> None:
    u, v = panorama_coordinates(equirectangular_directions(width, height), width, height)
    np.testing.assert_allclose(u, np.broadcast_to(np.arange(width), (height, width)), atol=2e-3 * width)
    np.testing.assert_allclose(v, np.broadcast_to(np.arange(height)[:, None], (height, width)), atol=2e-3 * height)


def test_sampling_a_panorama_at_its_pixels_gives_it_back() -> None:
    panorama = np.random.default_rng(2).random((32, 64, 3), np.float32)
    sampled = sample_panorama(panorama, panorama_coordinates(equirectangular_directions(64, 32), 64, 32))
    # OpenCV interpolates at 1/32 of a pixel.
    np.testing.assert_allclose(sampled, panorama, atol=0.05)


@given(ANGLES, st.floats(-1.2, 1.2), st.floats(-0.5, 0.5))
def test_a_turned_camera_sees_what_stands_there(yaw: float, pitch: float, roll: float) -> None:
    """Of a panorama that holds its own directions, a view must show the directions that it looks in."""
    directions = perspective_directions(40, 30, 1.0) @ rotation(yaw, pitch, roll).T
    view = sample_panorama(smooth_panorama(), panorama_coordinates(directions, 256, 128))
    np.testing.assert_allclose(view, directions + 2, atol=4e-3)


def test_panorama_to_view_and_back() -> None:
    """A view projected back over the part of the sphere it covers gives the panorama again."""
    panorama = smooth_panorama()
    fov, width, height = math.radians(80), 240, 160
    turn = rotation(0.7, 0.3, 0.1)
    view = sample_panorama(
        panorama, panorama_coordinates(perspective_directions(width, height, fov) @ turn.T, 256, 128)
    )
    camera = equirectangular_directions(256, 128) @ turn  # world → camera
    focal = width / 2 / math.tan(fov / 2)
    depth = np.maximum(camera[..., 2], 1e-3)
    u = camera[..., 0] / depth * focal + width / 2 - 0.5
    v = height / 2 - camera[..., 1] / depth * focal - 0.5
    back = cv2.remap(view, u.astype(np.float32), v.astype(np.float32), cv2.INTER_LINEAR)
    seen = (camera[..., 2] > 0) & (u >= 0) & (u <= width - 1) & (v >= 0) & (v <= height - 1)
    assert seen.mean() > 0.06
    np.testing.assert_allclose(back[seen], panorama[seen], atol=8e-3)


@given(st.floats(0, 1))
def test_the_wrap_has_no_seam(latitude: float) -> None:
    """Across longitude 180° a straight ramp of columns interpolates between the last and the first column."""
    panorama = np.zeros((8, 16), np.float32)
    panorama[:, 0], panorama[:, 15] = 1.0, 3.0
    u = np.array([[-0.75, -0.5, -0.25, 0.0, 15.0, 15.25, 15.5, 15.75]], np.float32)
    v = np.full_like(u, 7 * latitude)
    expected = [[2.5, 2.0, 1.5, 1.0, 3.0, 2.5, 2.0, 1.5]]
    np.testing.assert_allclose(sample_panorama(panorama, (u, v)), expected, atol=1e-6)


def test_turning_the_panorama_is_turning_the_camera() -> None:
    panorama = np.random.default_rng(4).random((64, 128, 3), np.float32)
    ahead = perspective_directions(30, 30, 1.0)
    rolled = sample_panorama(np.roll(panorama, -40, axis=1), panorama_coordinates(ahead, 128, 64))
    turned = sample_panorama(panorama, panorama_coordinates(ahead @ rotation(40 * 2 * math.pi / 128, 0, 0).T, 128, 64))
    np.testing.assert_allclose(rolled, turned, atol=0.08)


def test_poles_hold_the_outermost_rows() -> None:
    panorama = np.repeat(np.arange(8, dtype=np.float32)[:, None], 16, axis=1)
    poles = np.stack((UP, -UP))[None]
    np.testing.assert_allclose(sample_panorama(panorama, panorama_coordinates(poles, 16, 8)), [[0, 7]], atol=1e-6)


@given(st.integers(1, 500), st.integers(1, 500))
def test_the_whole_sphere_is_four_pi(height: int, width: int) -> None:
    rows = solid_angle_rows(height, width)
    assert rows.shape == (height,)
    assert rows.dtype == np.float32
    assert float(rows.astype(np.float64).sum() * width) == pytest.approx(4 * math.pi, rel=1e-4)


def test_rows_of_solid_angle_are_zones_of_the_sphere() -> None:
    """Archimedes: a zone's area is 2π times its height; from the pole to 45° it is 2π(1 − √½)."""
    rows = solid_angle_rows(4, 8)
    np.testing.assert_allclose(rows, rows[::-1], rtol=1e-6)
    assert float(rows[0] * 8) == pytest.approx(2 * math.pi * (1 - math.sqrt(0.5)), rel=1e-6)
