"""What follows from what a person says of a camera."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skymatte.datasets.lens import Lens, Wanted
from skymatte.errors import InputError
from skymatte.picture.camera import Mapping
from skymatte.picture.model import Picture, Projection

FISHEYE, PERSPECTIVE, PANORAMA = Projection.FISHEYE, Projection.PERSPECTIVE, Projection.EQUIRECTANGULAR


def test_a_fisheye_looks_up_over_half_the_sphere() -> None:
    camera = Lens(projection=FISHEYE).camera(60, 40)
    assert (camera.width, camera.height, camera.mapping) == (60, 40, Mapping.EQUIDISTANT)
    assert (camera.fov, camera.pitch) == pytest.approx((math.pi, math.pi / 2))


def test_what_is_said_is_meant_in_degrees() -> None:
    lens = Lens(projection=FISHEYE, fov=170, yaw=10, pitch=0, roll=-5, mapping=Mapping.STEREOGRAPHIC)
    camera = lens.camera(8, 8)
    assert [math.degrees(x) for x in (camera.fov, camera.yaw, camera.pitch, camera.roll)] == pytest.approx(
        [170, 10, 0, -5]
    )
    assert camera.mapping is Mapping.STEREOGRAPHIC


def test_the_file_says_the_projection_unless_a_person_does() -> None:
    assert Lens().camera(8, 4, PANORAMA).projection is PANORAMA
    assert Lens(fov=50).camera(8, 4, PERSPECTIVE).pitch == 0
    assert Lens(projection=FISHEYE).camera(8, 4, PANORAMA).projection is FISHEYE


@pytest.mark.parametrize(
    ("lens", "says"),
    [
        (Lens(projection=PANORAMA, fov=180), "whole sphere: leave its field of view out"),
        (Lens(projection=PERSPECTIVE), "must be given"),
        (Lens(projection=PERSPECTIVE, fov=90, mapping=Mapping.EQUIDISTANT), "only a fisheye has a mapping"),
        (Lens(projection=FISHEYE, fov=400), "a field of view of 400°"),
    ],
)
def test_what_cannot_be_meant_is_refused(lens: Lens, says: str) -> None:
    with pytest.raises(InputError, match=says):
        lens.camera(8, 8)


def size(wanted: Wanted, picture: tuple[int, int], projection: Projection) -> tuple[int, int]:
    """Width and height of the result of a picture of this width and height."""
    width, height = picture
    _, target = wanted.cameras(Picture(np.zeros((height, width, 3), np.float32), projection=projection))
    return target.width, target.height


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Lens(projection=PANORAMA), (2048, 1024)),
        (Lens(projection=FISHEYE), (1024, 1024)),
        (Lens(projection=FISHEYE, fov=90), (512, 512)),
        (Lens(projection=FISHEYE, mapping=Mapping.STEREOGRAPHIC), (1304, 1304)),  # 4·tan 45° / (π/1024)
        (Lens(projection=PERSPECTIVE, fov=90), (652, 435)),  # 2·tan 45° / (π/1024)
    ],
)
def test_the_resolution_in_the_middle_is_kept(target: Lens, expected: tuple[int, int]) -> None:
    assert size(Wanted(source=Lens(), target=target), (2048, 1024), PANORAMA) == expected


def test_the_case_of_the_thesis() -> None:
    wanted = Wanted(source=Lens(projection=FISHEYE), target=Lens(projection=PANORAMA), width=8192)
    assert size(wanted, (1024, 1024), PERSPECTIVE) == (8192, 4096)
    assert size(Wanted(source=wanted.source, target=wanted.target), (1024, 1024), PERSPECTIVE) == (2048, 1024)


def test_sizes_that_are_asked_for() -> None:
    flat = Lens(projection=PERSPECTIVE, fov=60)
    assert size(Wanted(source=Lens(), target=flat, width=300), (64, 32), PANORAMA) == (300, 200)
    assert size(Wanted(source=Lens(), target=flat, width=300, height=300), (64, 32), PANORAMA) == (300, 300)
    assert size(Wanted(source=Lens(), target=Lens(projection=FISHEYE), width=50), (64, 32), PANORAMA) == (50, 50)
