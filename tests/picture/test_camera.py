"""Cameras against OpenCV's camera models, against formulas, and against themselves there and back."""

from __future__ import annotations

import math
from dataclasses import replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.errors import InputError
from skymatte.picture.camera import Camera, Mapping
from skymatte.picture.model import Projection
from tests.picture.cameras import CAMERAS, dome, panorama, pinhole

Array = NDArray[np.float32]
RIGHT, UP, FORWARD = np.eye(3, dtype=np.float32)
FLIP = np.array([1, -1, 1], np.float32)
"""OpenCV's cameras count y downwards."""


def rays(count: int = 400) -> Array:
    """Unit vectors all over the sphere, 1×N×3."""
    directions = np.random.default_rng(1).normal(size=(1, count, 3))
    return np.asarray(directions / np.linalg.norm(directions, axis=-1, keepdims=True), np.float32)


@given(CAMERAS)
def test_every_pixel_finds_itself(camera: Camera) -> None:
    directions, looks = camera.directions()
    np.testing.assert_allclose(np.linalg.norm(directions, axis=-1), 1, atol=1e-5)
    u, v, seen = camera.coordinates(directions)
    np.testing.assert_array_equal(seen[looks], True)
    rows, columns = np.mgrid[: camera.height, : camera.width]
    np.testing.assert_allclose(v[looks], rows[looks], atol=2e-3)
    around = camera.width if camera.projection is Projection.EQUIRECTANGULAR else math.inf
    across = np.abs(u - columns)[looks]
    assert np.minimum(across, around - across).max() < 2e-3


@pytest.mark.parametrize("fov", [20, 90, 130])
def test_perspective_is_opencvs_pinhole(fov: float) -> None:
    camera = pinhole(61, 41, fov)
    directions = rays()
    u, v, seen = camera.coordinates(directions)
    assert seen.any()
    focal = 61 / 2 / math.tan(math.radians(fov) / 2)
    matrix = np.array([[focal, 0, 30], [0, focal, 20], [0, 0, 1]])
    points, _ = cv2.projectPoints((directions[seen] * FLIP).astype(np.float64), np.zeros(3), np.zeros(3), matrix, None)
    np.testing.assert_allclose(np.stack((u[seen], v[seen]), -1), points[:, 0], atol=1e-3)


@pytest.mark.parametrize("fov", [100, 180])
def test_equidistant_is_opencvs_fisheye_without_distortion(fov: float) -> None:
    camera = replace(dome(101, fov), pitch=0.0)
    directions = rays()
    u, v, seen = camera.coordinates(directions)
    seen &= directions[..., 2] > 0.05
    focal = 101 / math.radians(fov)
    matrix = np.array([[focal, 0, 50], [0, focal, 50], [0, 0, 1]])
    given = (directions[seen] * FLIP).astype(np.float64)[None]
    points, _ = cv2.fisheye.projectPoints(given, np.zeros(3), np.zeros(3), matrix, np.zeros(4))
    np.testing.assert_allclose(np.stack((u[seen], v[seen]), -1), points[0], atol=1e-3)


@pytest.mark.parametrize("fov", [120, 180, 300])
def test_stereographic_projects_from_the_point_behind(fov: float) -> None:
    """The projection of the unit sphere from (0, 0, −1) onto the plane z = 0: (x, y)/(1 + z)."""
    camera = replace(dome(101, fov, Mapping.STEREOGRAPHIC), pitch=0.0)
    directions = rays().astype(np.float64)
    u, v, seen = camera.coordinates(directions.astype(np.float32))
    x, y, z = np.moveaxis(directions, -1, 0)
    scale = 50.5 / math.tan(math.radians(fov) / 4)
    np.testing.assert_array_equal(seen, np.degrees(np.arccos(z)) <= fov / 2)
    np.testing.assert_allclose(u[seen], 50 + scale * (x / (1 + z))[seen], atol=1e-3)
    np.testing.assert_allclose(v[seen], 50 - scale * (y / (1 + z))[seen], atol=1e-3)


@pytest.mark.parametrize("mapping", Mapping)
@pytest.mark.parametrize(
    ("direction", "column", "row"),
    [(UP, 50, 50), (FORWARD, 50, 100), (RIGHT, 100, 50), (-FORWARD, 50, 0), (-RIGHT, 0, 50)],
    ids=["zenith", "front", "right", "back", "left"],
)
def test_a_dome_shows_the_front_below(mapping: Mapping, direction: Array, column: int, row: int) -> None:
    """A fisheye on its back: as one sees the sky whose feet point forward."""
    camera = dome(101, 180 * 101 / 100, mapping)  # so that the horizon falls on the outermost pixels' centres
    if mapping is Mapping.STEREOGRAPHIC:
        camera = replace(camera, fov=4 * math.atan(1.01))
    u, v, seen = camera.coordinates(direction.reshape(1, 1, 3))
    assert seen.all()
    assert (u.item(), v.item()) == pytest.approx((column, row), abs=1e-3)


@given(CAMERAS, st.integers(1, 4))
def test_a_region_is_a_part_of_the_whole(camera: Camera, finer: int) -> None:
    whole, looks = camera.directions(finer=finer)
    assert whole.shape == (camera.height * finer, camera.width * finer, 3)
    region = slice(2, 7, 2), slice(1, None, 3)
    part, part_looks = camera.directions(region, finer=finer)
    np.testing.assert_allclose(part, whole[region], atol=1e-6)
    np.testing.assert_array_equal(part_looks, looks[region])


@given(CAMERAS)
def test_finer_pixels_lie_around_the_coarse_one(camera: Camera) -> None:
    """The middle one of three by three finer pixels is the pixel itself."""
    coarse, looks = camera.directions()
    fine, _ = camera.directions(finer=3)
    np.testing.assert_allclose(fine[1::3, 1::3][looks], coarse[looks], atol=1e-5)


@given(CAMERAS)
def test_coordinates_are_finite_wherever_one_looks(camera: Camera) -> None:
    special = np.concatenate((np.eye(3), -np.eye(3)))[None].astype(np.float32)
    directions = np.concatenate((rays(), special), 1)
    u, v, _ = camera.coordinates(directions)
    held_u, held_v = camera.held(u, v)
    assert np.isfinite([u, v, held_u, held_v]).all()
    assert held_v.min() >= 0
    assert held_v.max() <= camera.height - 1


@pytest.mark.parametrize("mapping", Mapping)
def test_straight_behind_is_outside_a_fisheyes_circle(mapping: Mapping) -> None:
    camera = dome(64, 350, mapping)
    assert not camera.coordinates(-UP.reshape(1, 1, 3))[2].any()


def test_what_lies_behind_a_pinhole_is_not_seen() -> None:
    _, _, seen = pinhole(40, 30, 120).coordinates(rays())
    assert 0.05 < seen.mean() < 0.3
    assert (rays()[seen][:, 2] > 0).all()


@pytest.mark.parametrize(
    "camera",
    [panorama(200), pinhole(401, 301, 100), dome(401, 200), dome(401, 200, Mapping.STEREOGRAPHIC)],
    ids=["panorama", "perspective", "equidistant", "stereographic"],
)
def test_the_angle_of_a_pixel_is_that_to_its_neighbour(camera: Camera) -> None:
    """Down the middle column, which is a radius or a meridian."""
    directions, _ = camera.directions((slice(None), slice(camera.width // 2, camera.width // 2 + 1)))
    line = directions[:, 0].astype(np.float64)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=-1)
    angles = camera.pixel_angle(directions)[:, 0]
    assert angles.shape == (camera.height,)
    np.testing.assert_allclose(steps, (angles[1:] + angles[:-1]) / 2, rtol=2e-3)


@pytest.mark.parametrize(
    ("camera", "middle"),
    [
        (pinhole(200, 100), 0.01),
        (dome(100), math.pi / 100),
        (dome(100, 180, Mapping.STEREOGRAPHIC), 0.04 * math.tan(math.pi / 4)),
        (panorama(100), math.pi / 100),
    ],
)
def test_the_angle_of_the_middle_pixel(camera: Camera, middle: float) -> None:
    assert float(camera.pixel_angle()) == pytest.approx(middle, rel=1e-6)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"fov": math.radians(180)}, "above 0° and below 180°"),
        ({"fov": 0.0}, "a field of view of 0°"),
        ({"fov": math.nan}, "a field of view of nan°"),
        ({"projection": Projection.FISHEYE, "fov": math.radians(361)}, "equidistant fisheye .* at most 360°"),
        (
            {"projection": Projection.FISHEYE, "mapping": Mapping.STEREOGRAPHIC, "fov": math.radians(360)},
            "stereographic fisheye .* below 360°",
        ),
        ({"width": 0}, "0×5 pixels"),
        ({"width": 2**20, "height": 2**20}, "536,870,912 pixels can"),
        ({"pitch": math.inf}, "must be finite"),
    ],
)
def test_cameras_that_cannot_be(change: dict[str, object], says: str) -> None:
    camera = Camera(projection=Projection.PERSPECTIVE, width=8, height=5, fov=1.0)
    with pytest.raises(InputError, match=says):
        replace(camera, **change)  # type: ignore[arg-type]


def test_a_full_circle_can_be() -> None:
    assert dome(8, 360).fov == pytest.approx(2 * math.pi)
