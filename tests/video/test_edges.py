"""Edges of a frame: on the pixel grid at any size, from colours in linear light, left alone where those say nothing."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.masks.metrics import edge_band, mad
from skymatte.video.edges import BRIGHTEST, draw_edges
from tests.sky.edges import blurred_answer, composed, coverage

Array = NDArray[np.float32]
HEIGHT, WIDTH = 160, 224


def drawn(light: Array, answer: Array) -> Array:
    """The matte of a frame whose answer may be smaller than it."""
    height, width = answer.shape
    small = np.asarray(cv2.resize(light, (width, height), interpolation=cv2.INTER_AREA), np.float32)
    full = planes(light)
    return draw_edges(planes(small), answer, lambda rows, columns: full[:, rows, columns], light.shape[:2])


def planes(light: Array) -> Array:
    return np.minimum(light.transpose(2, 0, 1), BRIGHTEST)


@pytest.mark.parametrize("factor", [1, 2, 3])
@pytest.mark.parametrize("slope", [0.0, 0.17, -0.9])
def test_a_straight_edge_is_met_to_a_fifth_of_a_pixel(factor: int, slope: float) -> None:
    """The sum of a column is where the edge runs, at working size and at frames two and three times as large."""
    height, width = HEIGHT * factor, WIDTH * factor
    truth = coverage(height, width, lambda x, y: y < factor * 80.37 + slope * (x - width / 2))
    answer = blurred_answer(np.asarray(cv2.resize(truth, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA), np.float32))
    matte = drawn(composed(truth), answer)
    columns = slice(70 * factor, 154 * factor)  # a steep edge leaves the frame
    assert abs((matte - truth)[:, columns].sum(axis=0).mean()) < 0.2 * factor
    assert mad(matte, truth, where=edge_band(truth)) < 0.03
    enlarged = np.asarray(cv2.resize(answer, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)
    assert mad(matte, truth) < 0.4 * mad(enlarged, truth)


@settings(max_examples=20, deadline=None)
@given(st.integers(16, 200), st.integers(16, 200), st.floats(0.2, 3.0), st.integers(0, 99))
def test_any_size_gives_fractions(height: int, width: int, factor: float, seed: int) -> None:
    """Whatever the sizes and however strange the light: a number in [0, 1] for each pixel."""
    rng = np.random.default_rng(seed)
    shape = max(1, round(height * factor)), max(1, round(width * factor))
    light = rng.lognormal(0, 4, (*shape, 3)).astype(np.float32)
    answer = rng.random((height, width), np.float32)
    kept = answer.copy()
    matte = drawn(light, answer)
    assert matte.shape == shape
    assert matte.dtype == np.float32
    assert 0 <= matte.min() <= matte.max() <= 1
    np.testing.assert_array_equal(answer, kept)


def test_a_sure_answer_stays_as_it_is() -> None:
    """Where nothing is open colours have no say: a white wall stays a wall, a dark cloud sky."""
    light = np.random.default_rng(1).lognormal(0, 1, (64, 96, 3)).astype(np.float32)
    for value in (0.0, 1.0):
        answer = np.full((64, 96), value, np.float32)
        np.testing.assert_array_equal(drawn(light, answer), answer)


def test_where_sky_and_ground_look_alike_the_answer_stays() -> None:
    truth = coverage(HEIGHT, WIDTH, lambda x, y: (y < 80) & (x >= 0))
    answer = blurred_answer(truth)
    fog = np.random.default_rng(2).normal(0.5, 0.02, (HEIGHT, WIDTH, 3)).astype(np.float32)
    assert np.abs(drawn(fog, answer) - answer).max() < 0.15


def test_a_sun_at_the_edge_does_not_move_it() -> None:
    truth = coverage(HEIGHT, WIDTH, lambda x, y: (y < 80.5) & (x >= 0))
    light, answer = composed(truth), blurred_answer(truth)
    without = drawn(light, answer)
    light[40:72, 60:90] = 65504
    matte = drawn(light, answer)
    away = np.ones(truth.shape, bool)
    away[:80, 40:110] = False
    assert mad(matte, truth, where=edge_band(truth) & away) < mad(without, truth, where=edge_band(truth)) + 0.02
    assert matte[40:70, 60:90].min() > 0.98


def test_only_parts_with_an_edge_are_asked_for() -> None:
    """The cost follows the edge: of a large frame no more is decoded to linear light than lies around it."""
    truth = coverage(HEIGHT, WIDTH, lambda x, y: (y < 100) & (x >= 0))
    light, seen = planes(composed(truth)), np.zeros(truth.shape, bool)

    def window(rows: slice, columns: slice) -> Array:
        seen[rows, columns] = True
        return light[:, rows, columns]

    draw_edges(light, blurred_answer(truth), window, truth.shape)
    assert seen[90:110].all()
    assert not seen[:64].any()
