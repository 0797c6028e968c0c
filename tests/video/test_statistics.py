"""Figures of long streams."""

from __future__ import annotations

import sys
from time import sleep

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.video.statistics import Curve, Durations


@given(st.lists(st.floats(1e-5, 50), min_size=1, max_size=200))
def test_percentiles_are_right_to_half_a_per_cent(seconds: list[float]) -> None:
    durations = Durations()
    for each in seconds:
        durations.add(each)
    for share in (0.5, 0.95):
        exact = float(np.quantile(seconds, share, method="inverted_cdf"))
        assert durations.percentile(share) == pytest.approx(exact, rel=0.0051)
    figures = durations.as_dict()
    assert figures["mean"] == pytest.approx(1000 * np.mean(seconds), abs=1e-3)
    assert figures["max"] == pytest.approx(1000 * max(seconds), abs=1e-3)


def test_no_time_and_no_value_are_no_error() -> None:
    assert Durations().as_dict() == {"mean": 0, "p50": 0, "p95": 0, "max": 0}
    assert Curve().as_dict() == {"mean": None, "min": None, "max": None, "over_time": []}


def test_absurd_times_are_counted_too() -> None:
    durations = Durations()
    for seconds in (0.0, 1e9):
        durations.add(seconds)
    assert durations.as_dict()["max"] == 1e12


def test_a_block_is_timed() -> None:
    durations = Durations()
    with durations.timed():
        sleep(0.002)
    assert 2 <= durations.as_dict()["max"] < 60_000


def test_a_short_curve_is_kept_as_it_is() -> None:
    curve = Curve()
    for index in range(5):
        curve.add(index / 25, index / 10)
    assert curve.as_dict() == {
        "mean": 0.2,
        "min": 0.0,
        "max": 0.4,
        "over_time": [[0.0, 0.0], [0.04, 0.1], [0.08, 0.2], [0.12, 0.3], [0.16, 0.4]],
    }


@pytest.mark.parametrize("count", [200, 12345])
def test_a_long_curve_keeps_its_shape_in_200_points(count: int) -> None:
    curve = Curve()
    for index in range(count):
        curve.add(float(index), (index / count) ** 2)
    points = np.array(curve.as_dict()["over_time"])
    assert 90 <= len(points) < 200
    assert points[0, 0] < 0.01 * count
    assert points[-1, 0] > 0.97 * count
    np.testing.assert_allclose(points[:, 1], (points[:, 0] / count) ** 2, atol=1e-4)
    assert sys.getsizeof(curve._points) < 10_000
