"""How sure: |2p − 1|, and what is said of it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.sky.confidence import confidence_of, summarise_confidence


@given(st.floats(0, 1, width=32))
def test_half_is_nothing_and_both_ends_are_sure(probability: float) -> None:
    values = confidence_of(np.array([[probability, 1 - probability], [0.5, 0]], np.float32))
    assert values[0, 0] == pytest.approx(abs(2 * probability - 1), abs=1e-6)
    assert values[0, 1] == pytest.approx(values[0, 0], abs=1e-6)
    assert values[1].tolist() == [0, 1]


@pytest.mark.parametrize("factor", [1, 3])
def test_the_edge_is_two_working_pixels_on_either_side(factor: int) -> None:
    """Sky above row 500 of 1000; four rows around the edge have 0.25, four further rows 0.4, the others 1."""
    mask = np.zeros((1000, 2000), bool)
    mask[:500] = True
    sure = np.ones((1000, 2000), np.float32)
    sure[496:504] = 0.4
    sure[498:502] = 0.25
    mask, sure = (np.repeat(np.repeat(each, factor, 0), factor, 1) for each in (mask, sure))
    summary = summarise_confidence(sure, mask)
    assert summary["edge"] == pytest.approx(0.25)
    assert summary["open_fraction"] == pytest.approx(0.008)
    assert summary["mean"] == pytest.approx(1 - 0.004 * 0.6 - 0.004 * 0.75, abs=1e-4)


def test_what_lies_outside_counts_nowhere() -> None:
    mask, sure = np.zeros((10, 10), bool), np.ones((10, 10), np.float32)
    sure[:, :5] = 0
    outside = np.zeros((10, 10), bool)
    outside[:, :5] = True
    assert summarise_confidence(sure, mask, outside) == {"mean": 1.0, "edge": None, "open_fraction": 0.0}
