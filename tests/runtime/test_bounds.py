"""A closer look stays near what was seen from farther away."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from skymatte.runtime.bounds import bounds

ANSWERS = arrays(np.float32, st.tuples(st.integers(1, 12), st.integers(1, 12)), elements=st.floats(0, 1, width=32))


@given(ANSWERS, st.booleans())
def test_what_was_said_may_be_said_again(coarser: np.ndarray, wrap: bool) -> None:
    least, most = bounds(coarser, wrap=wrap)
    assert (least <= coarser + 1e-6).all()
    assert (most >= coarser - 1e-6).all()
    assert least.min() >= 0
    assert most.max() <= 1


def test_sky_cannot_appear_where_none_was_near() -> None:
    """Within two pixels of sky it can; farther into ground that was 10 % sky it stays at that."""
    coarser = np.full((9, 30), 0.1, np.float32)
    coarser[:, 20:] = 0.99
    _, most = bounds(coarser, wrap=False)
    assert (most[:, 18:] == 1).all()
    assert most[:, :18] == pytest.approx(0.1)


def test_wires_that_were_hardly_seen_may_be_found() -> None:
    """Where 90 % of a pixel was sky, a closer look may say that there is none; in a sky that was sure it may not."""
    coarser = np.full((9, 9), 0.999, np.float32)
    coarser[4, 4] = 0.9
    least, _ = bounds(coarser, wrap=False)
    assert least[4, 4] < 0.2
    assert least[0, 0] > 0.9


def test_panoramas_have_neighbours_across_the_wrap() -> None:
    coarser = np.zeros((5, 20), np.float32)
    coarser[:, 0] = 1
    _, most = bounds(coarser, wrap=True)
    assert (most[:, [-1, -2, 1, 2]] == 1).all()
    assert (most[:, 3:-2] == 0).all()
    assert (bounds(coarser, wrap=False)[1][:, -2:] == 0).all()
