"""Light is kept: every source pixel is the mean of its block, and nothing gets negative or too bright."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from skymatte.picture.encoding import HALF_MAX
from skymatte.superres.energy import block_means, keep_light

LIGHT = st.one_of(st.just(0.0), st.sampled_from([0.001, 1.0, HALF_MAX]), st.floats(2.0**-20, HALF_MAX, width=32))
TOLERANCE = 3e-6
"""Relative: sums of up to sixteen floats of 24 bits."""


@given(
    scale=st.integers(2, 4),
    source=arrays.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6), st.just(3)), elements=LIGHT),
    seed=st.integers(0, 99),
    spread=st.floats(0, 6),
)
def test_means_are_the_source(scale: int, source: np.ndarray, seed: int, spread: float) -> None:
    noise = np.exp(np.random.default_rng(seed).normal(0, spread, [scale * n for n in source.shape[:2]] + [3]))
    guess = (source.repeat(scale, 0).repeat(scale, 1) * noise).astype(np.float32)
    for most in (np.inf, HALF_MAX):
        larger = keep_light(guess.copy(), source, scale, floor=1e-3, most=most)
        assert larger.min() >= 0
        assert larger.max() <= most
        np.testing.assert_allclose(block_means(larger, scale), source, rtol=TOLERANCE, atol=0)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_sun_beside_darkness(scale: int) -> None:
    source = np.full((5, 7, 3), 0.001, np.float32)
    source[2, 3] = HALF_MAX
    smooth = np.exp(np.log(source).repeat(scale, 0).repeat(scale, 1) * 0.7).astype(np.float32)
    larger = keep_light(smooth, source, scale, floor=1e-3, most=HALF_MAX)
    np.testing.assert_allclose(block_means(larger, scale), source, rtol=TOLERANCE, atol=0)
    assert (larger[2 * scale : 3 * scale, 3 * scale : 4 * scale] == HALF_MAX).all()  # no room for contrast at the top


def test_blocks_that_cannot_be_scaled_become_even() -> None:
    source = np.array([[[1.0], [2.0], [0.0]]], np.float32)
    larger = np.array([[[0], [0], [np.inf], [1], [3], [1]]] * 2, np.float32)
    kept = keep_light(larger, source, 2, floor=1e-3)
    assert kept[..., 0].tolist() == [[1, 1, 2, 2, 0, 0]] * 2


def test_what_keeps_its_light_already_stays() -> None:
    source = np.array([[[1.0], [2.0]]], np.float32)
    larger = np.array([[[0.5], [1.5], [2.25], [1.75]]] * 2, np.float32)
    np.testing.assert_allclose(keep_light(larger.copy(), source, 2, floor=1e-3), larger, rtol=1e-6)
