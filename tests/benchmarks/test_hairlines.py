"""Hairlines are what is thinner than a pixel; what is kept and what is too much is counted against exact coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.hairlines import hairline_values, hairlines


def wire(share: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    """Sky with a horizontal wire that covers ``share`` of one row."""
    truth = np.ones((21, 40), np.float32)
    truth[10] = 1 - share
    return truth


def test_a_wire_thinner_than_a_pixel_is_one_and_a_wall_and_a_thick_wire_are_none() -> None:
    assert hairlines(wire(0.5))[10].all()
    assert np.count_nonzero(hairlines(wire(0.5))) == 40
    assert not hairlines(wire(1.0)).any()
    wall = wire(0.5)
    wall[11:] = 0
    assert not hairlines(wall).any()


@given(st.floats(0.1, 0.7), st.floats(0, 1))
def test_kept_and_excess_of_a_wire_that_is_found_in_part(exact: float, found: float) -> None:
    values = hairline_values(wire(found), wire(exact))
    assert values["hairline_kept"] == pytest.approx(min(found / exact, 1), abs=1e-4)
    assert values["hairline_excess"] == pytest.approx(max(found / exact - 1, 0), abs=1e-4)


def test_nothing_to_judge_is_nan() -> None:
    sky = np.ones((9, 9), np.float32)
    assert all(math.isnan(value) for value in hairline_values(sky, sky).values())
