"""What shows nothing is no sky: surroundings of a circle and missing lower halves, but never a night."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import skymatte
from skymatte.picture.model import Picture, Projection
from skymatte.sky.unlit import find_unlit
from tests.models import write_model

Light = NDArray[np.float32]


def lit(height: int, width: int) -> Light:
    return np.asarray(np.random.default_rng(1).uniform(0.1, 2, (height, width, 3)), np.float32)


def circle(side: int, radius: float) -> NDArray[np.bool_]:
    y, x = np.mgrid[:side, :side] - (side / 2 - 0.5)
    return np.asarray(x * x + y * y <= radius * radius)


def test_a_fisheye_ends_at_its_circle_whatever_surrounds_it() -> None:
    found = find_unlit(Picture(lit(101, 101), projection=Projection.FISHEYE))
    assert found.outside is not None
    np.testing.assert_array_equal(~found.outside, circle(101, 50.5))
    assert found.below is None


def test_a_wide_fisheye_has_its_circle_in_the_middle() -> None:
    found = find_unlit(Picture(lit(40, 100), projection=Projection.FISHEYE))
    assert found.outside is not None
    assert found.outside[:, :30].all()
    assert found.outside[:, 70:].all()
    assert not found.outside[20, 31:69].any()


def test_a_circle_in_black_is_seen_without_being_told() -> None:
    """Its circle is somewhat smaller than the picture: what is black inside the inscribed one is no sky either."""
    light = lit(200, 200)
    light[~circle(200, 98)] = 0
    for picture in (Picture(light), Picture(light, projection=Projection.FISHEYE)):
        found = find_unlit(picture)
        assert found.looks_round == (picture.projection is Projection.PERSPECTIVE)
        assert found.outside is not None
        assert found.below is not None
        np.testing.assert_array_equal(found.outside, ~circle(200, 100))
        np.testing.assert_array_equal(found.below, circle(200, 100) & ~circle(200, 98))


@pytest.mark.parametrize("projection", [Projection.EQUIRECTANGULAR, Projection.PERSPECTIVE])
def test_the_black_lower_half_of_a_sky_capture_is_found_to_the_pixel(projection: Projection) -> None:
    light = lit(600, 1201)
    light[301:] = 0
    light[290:, 500:700] = 0
    found = find_unlit(Picture(light, projection=projection))
    assert found.below is not None
    np.testing.assert_array_equal(found.below, ~light.any(axis=2))


def test_a_black_night_stays_open() -> None:
    """Clipped to black above and below; a picture that is dark all over; zeros that noise leaves."""
    night = lit(300, 600)
    night[:100] = 0
    night[:, :40] = 0
    night[200:] = 0
    noisy = lit(300, 600)
    noisy[150:][np.random.default_rng(2).random((150, 600)) < 0.3] = 0
    for light in (night, np.zeros((300, 600, 3), np.float32), noisy):
        for projection in (Projection.EQUIRECTANGULAR, Projection.PERSPECTIVE):
            found = find_unlit(Picture(light, projection=projection))
            assert found.outside is None
            assert found.below is None


@pytest.mark.parametrize("projection", Projection)
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (2, 2), (5, 7)])
def test_the_smallest_pictures_are_dark_or_not(shape: tuple[int, int], projection: Projection) -> None:
    """Nothing to tell surroundings from: black or lit, a tiny picture is not called round."""
    for value in (0, 1):
        found = find_unlit(Picture(np.full((*shape, 3), value, np.float32), projection=projection))
        assert not found.looks_round
        assert found.below is None or value == 0


def test_lit_pixels_inside_a_black_area_are_kept() -> None:
    light = lit(400, 800)
    light[200:] = 0
    light[300, 400] = 1
    found = find_unlit(Picture(light, projection=Projection.EQUIRECTANGULAR))
    assert found.below is not None
    assert not found.below[300, 400]
    assert found.below[399].all()


def test_what_shows_nothing_is_no_sky_and_that_is_sure(tmp_path: Path) -> None:
    """White around the circle of a fisheye: the model calls it sky, the program does not."""
    model = write_model(tmp_path / "m.onnx")
    light = np.full((128, 128, 3), 4, np.float32)
    light[64:] = 0.05
    picture = Picture(light, projection=Projection.FISHEYE)
    found = skymatte.segment(picture, model=model)
    inside = circle(128, 64)
    assert not found.matte[~inside].any()
    assert not found.mask[~inside].any()
    assert found.confidence is not None
    assert (found.confidence[~inside] == 1).all()
    assert found.report["sky_fraction"] == pytest.approx(0.5, abs=0.03)
    square = skymatte.segment(replace(picture, projection=Projection.PERSPECTIVE), model=model)
    assert square.mask[0, 0]


def test_a_black_lower_half_is_reported(tmp_path: Path) -> None:
    light = np.full((128, 256, 3), 4, np.float32)
    light[80:] = 0
    picture = Picture(light, projection=Projection.EQUIRECTANGULAR)
    found = skymatte.segment(picture, model=write_model(tmp_path / "m.onnx"))
    assert not found.mask[80:].any()
    assert found.report["black_fraction"] == pytest.approx(48 / 128)
