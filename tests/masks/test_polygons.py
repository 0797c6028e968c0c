"""Polygons: what is unsound is told apart from what is not, and filling is pycocotools' own."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco

from skymatte.masks.polygons import Points, defect, draw, mend, stencil
from tests.masks.strategies import coco_decode

WIDTH, HEIGHT = 40, 30
SQUARE = [[10, 5], [30, 5], [30, 25], [10, 25]]
BOW_TIE = [[10, 5], [30, 25], [30, 5], [10, 25]]
WOUND_TWICE = [[5, 5], [35, 5], [35, 25], [15, 25], [15, 10], [25, 10], [25, 15], [5, 15]]


def points(*corners: Sequence[float]) -> Points:
    return np.array(corners, np.float64).reshape(-1, 2)


def moved(ring: Points, right: float, down: float) -> Points:
    return np.add(ring, (right, down))


@st.composite
def anything(draw_: st.DrawFn) -> Points:
    """Three to nine corners anywhere in the picture, to the fifth of a pixel where rounding is decided."""
    corner = st.tuples(st.integers(0, WIDTH * 10), st.integers(0, HEIGHT * 10))
    return np.array(draw_(st.lists(corner, min_size=3, max_size=9)), np.float64) / 10


@given(anything())
def test_filling_is_that_of_pycocotools(ring: Points) -> None:
    expected = coco_decode(coco.frPyObjects([ring.ravel().tolist()], HEIGHT, WIDTH)[0])
    assert np.array_equal(draw([ring], WIDTH, HEIGHT), expected)


@given(anything())
def test_a_stencil_is_all_that_is_drawn(ring: Points) -> None:
    box, inside = stencil(ring, WIDTH, HEIGHT)
    mask = draw([ring], WIDTH, HEIGHT)
    assert np.array_equal(mask[box], inside)
    assert mask.sum() == inside.sum()


def test_a_ring_in_a_ring_is_a_hole() -> None:
    mask = draw([points(*SQUARE), points([15, 10], [20, 10], [20, 15], [15, 15])], WIDTH, HEIGHT)
    assert mask.sum() == 20 * 20 - 5 * 5
    assert not mask[10:15, 15:20].any()


def test_a_pixel_is_inside_if_its_centre_is() -> None:
    mask = draw([points([1.4, 1.4], [3.4, 1.4], [3.4, 2.4], [1.4, 2.4])], 5, 4)
    assert np.argwhere(mask).tolist() == [[1, 1], [1, 2]]


@pytest.mark.parametrize(
    "sound",
    [
        points(*SQUARE),
        points(*SQUARE)[::-1],
        points([0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]),
        points([-0.4, 0], [WIDTH + 0.9, 0], [WIDTH, HEIGHT]),
        points(*SQUARE, [10, 5]),
        points([5, 5], [15, 15], [25, 5], [25, 25], [15, 15], [5, 25]),
        points([10, 5], [30, 5], [30.4, 5.4], [30.4, 5], [30, 5.4], [30, 25], [10, 25]),
    ],
    ids=["square", "other way round", "all", "a pixel beyond", "closed", "touches itself", "folds below a pixel"],
)
def test_what_changes_nothing_is_sound(sound: Points) -> None:
    assert defect(sound, WIDTH, HEIGHT) == ""


@pytest.mark.parametrize(
    ("unsound", "said"),
    [
        (points(), "has 0 corner(s)"),
        (points([1, 1], [2, 2]), "has 2 corner(s)"),
        (points([1, 1], [9, 9], [5, 5]), "encloses nothing"),
        (points([4, 4], [4, 4], [4, 4]), "encloses nothing"),
        (points(*BOW_TIE), "crosses itself near (20, 15)"),
        (points(*WOUND_TWICE), "crosses itself near ("),
        (moved(points(*SQUARE), 100, 0), "lies outside the picture of 40×30"),
        (moved(points(*SQUARE), 0, -300), "lies outside the picture of 40×30"),
        (moved(points(*SQUARE), 15, 0), "reaches beyond the picture of 40×30: (25, 5) – (45, 25)"),
    ],
)
def test_unsound_polygons_are_described(unsound: Points, said: str) -> None:
    assert defect(unsound, WIDTH, HEIGHT).startswith(said)


def test_slack_grows_with_the_picture() -> None:
    beyond = points([-3, 0], [30, 0], [30, 25])
    assert defect(beyond, WIDTH, HEIGHT)
    assert not defect(beyond, WIDTH, HEIGHT, slack=4)


def test_mended_polygons_keep_what_the_even_odd_rule_fills() -> None:
    tie = draw(mend(points(*BOW_TIE), WIDTH, HEIGHT), WIDTH, HEIGHT)
    assert tie.sum() == pytest.approx(200, abs=20)
    assert tie[15, 12]
    assert tie[15, 28]
    assert not tie[7, 20]
    double = draw(mend(points(*WOUND_TWICE), WIDTH, HEIGHT), WIDTH, HEIGHT)
    assert not double[12, 20]
    assert double[7, 20]


@given(anything(), st.integers(-30, 30), st.integers(-20, 20))
def test_mending_cuts_off_at_the_frame(ring: Points, right: int, down: int) -> None:
    rings = mend(moved(ring, right, down), WIDTH, HEIGHT)
    assert all(((each >= 0) & (each <= (WIDTH, HEIGHT))).all() for each in rings)
    large = draw([moved(ring, 30, 20)], WIDTH + 60, HEIGHT + 40)[20 - down :, 30 - right :][:HEIGHT, :WIDTH]
    # Where edges are cut, corners are rounded to fifths of a pixel anew.
    assert np.mean(draw(rings, WIDTH, HEIGHT) != large) < 0.03 if rings else not large.any()


def test_nothing_is_left_of_a_polygon_without_corners() -> None:
    assert mend(points([1, 1], [2, 2]), WIDTH, HEIGHT) == []
    assert mend(moved(points(*SQUARE), 100, 0), WIDTH, HEIGHT) == []
