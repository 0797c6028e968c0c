"""A mask keeps wires that cover less than half of the pixels they cross, and invents none."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.sky.thin_lines import sky_mask
from tests.sky.edges import blurred_answer, coverage

Array = NDArray[np.float32]


def wire(thickness: float, slope: float = 0.3) -> Array:
    return coverage(128, 160, lambda x, y: np.abs(y - 40.3 - slope * x) * np.hypot(1, slope) ** -1 > thickness / 2)


@pytest.mark.parametrize("thickness", [0.45, 0.8, 3.0])
def test_a_wire_is_no_sky_however_thin(thickness: float) -> None:
    matte = wire(thickness)
    mask = sky_mask(matte, 0.45, wrap=False)
    assert mask[matte == 1].all()
    assert (~mask).any(axis=0).all(), "the wire runs through every column"
    assert not mask[matte < 0.45].any()


def test_a_hair_is_not_worth_a_pixel() -> None:
    assert sky_mask(wire(0.1, 0.0), 0.45, wrap=False).all()


def test_an_edge_is_where_the_threshold_puts_it() -> None:
    """Soft or sharp, straight or wavy: what is no line is not touched."""
    for sigma in (0.5, 4.0):
        truth = coverage(128, 160, lambda x, y: y < 64 + 10 * np.sin(2 * np.pi * x / 80))
        matte = blurred_answer(truth, sigma, shift=0)
        np.testing.assert_array_equal(sky_mask(matte, 0.45, wrap=True), matte >= np.float32(0.45))


def test_between_leaves_the_threshold_decides() -> None:
    """Gaps 3 px wide with a lighter line of leaf between them: not a wire against the sky."""
    matte = np.zeros((128, 128), np.float32)
    matte[::8, :] = 0.9
    matte[1::8, :] = 0.6
    matte[2::8, :] = 0.9
    np.testing.assert_array_equal(sky_mask(matte, 0.45, wrap=False), matte >= np.float32(0.45))


@pytest.mark.parametrize("turn", [1, 80, 159])
def test_a_wire_runs_across_the_wrap(turn: int) -> None:
    matte = np.ones((128, 160), np.float32)
    matte[60] = 0.6
    matte[61:] = np.where(np.arange(160) % 40 < 2, 0.55, 1.0)
    whole = sky_mask(matte, 0.45, wrap=True)
    np.testing.assert_array_equal(sky_mask(np.roll(matte, turn, 1), 0.45, wrap=True), np.roll(whole, turn, 1))
    assert not whole[60].any()


@given(st.integers(1, 80), st.integers(1, 80), st.booleans(), st.integers(0, 99), st.floats(0.05, 0.95))
def test_the_mask_only_loses_to_the_threshold(height: int, width: int, wrap: bool, seed: int, level: float) -> None:
    matte = np.random.default_rng(seed).random((height, width), np.float32)
    before = matte.copy()
    mask = sky_mask(matte, level, wrap=wrap)
    assert mask.dtype == bool
    assert not mask[matte < np.float32(level)].any()
    higher = sky_mask(matte, min(level + 0.05, 0.99), wrap=wrap)
    assert (mask >= higher).all()
    np.testing.assert_array_equal(matte, before)
