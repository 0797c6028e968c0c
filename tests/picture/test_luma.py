"""Luma: the studio range of BT.601, and a span that takes steps of luma back to colours."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.luma import SPAN, luma

COLOURS = st.lists(st.floats(-1, 4, width=32), min_size=3, max_size=3)


def of(*colour: float) -> float:
    encoded: NDArray[np.float32] = np.full((2, 3, 3), colour, np.float32)
    found = luma(encoded)
    assert found.shape == (2, 3)
    assert found.dtype == np.float32
    return float(found[1, 2]) * 255


@pytest.mark.parametrize(
    ("colour", "level"),
    [((0, 0, 0), 16), ((1, 1, 1), 235), ((1, 0, 0), 81.481), ((0, 1, 0), 144.553), ((0, 0, 1), 40.966)],
)
def test_levels_of_matlabs_rgb2ycbcr(colour: tuple[float, float, float], level: float) -> None:
    """Black, white, and the first row of its matrix: 65.481, 128.553, 24.966."""
    assert of(*colour) == pytest.approx(level, abs=1e-3)


@given(COLOURS, st.floats(-0.5, 0.5, width=32))
def test_the_same_step_in_all_colours_is_span_in_luma(colour: list[float], step: float) -> None:
    moved = of(*(value + step for value in colour))
    assert moved - of(*colour) == pytest.approx(255 * SPAN * step, abs=1e-3)
