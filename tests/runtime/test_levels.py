"""Sizes from coarse to fine, and the heading that a panorama has of itself."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.runtime.levels import level_sizes, own_heading, resized, turned_half

SIDES = st.integers(1, 9000)


@given(height=SIDES, width=SIDES, enlarged=st.floats(1, 2))
def test_levels_double_from_a_glance_to_the_picture_itself(height: int, width: int, enlarged: float) -> None:
    sizes = level_sizes(height, width, 512, enlarged)
    assert sizes[-1] == (round(height * enlarged), round(width * enlarged))
    for small, large in pairwise(sizes):
        assert [-(-side // 2) for side in large] == list(small)
    assert max(sizes[0]) <= 768 or min(sizes[0]) == 1
    assert len(sizes) == 1 or max(sizes[0]) > 384


def test_a_16k_panorama_is_seen_in_six_sizes() -> None:
    assert level_sizes(8192, 16384, 512, 1.0) == [(256 * 2**k, 512 * 2**k) for k in range(6)]


def panorama(seed: int, height: int = 48, width: int = 96) -> np.ndarray:
    light = np.random.default_rng(seed).lognormal(0, 2, (height, width, 3)).astype(np.float32)
    light[:, 20:40] *= 8
    return light


@given(seed=st.integers(0, 100), turn=st.integers(0, 200), stops=st.integers(-8, 8))
def test_the_heading_turns_with_the_panorama_and_not_with_its_exposure(seed: int, turn: int, stops: int) -> None:
    light = panorama(seed)
    turned = np.roll(light, turn, axis=1) * np.float32(2.0**stops)
    assert own_heading(turned) == (own_heading(light) + turn) % light.shape[1]


def test_black_panoramas_have_a_heading_too() -> None:
    assert 0 <= own_heading(np.zeros((4, 8, 3), np.float32)) < 8


@pytest.mark.parametrize("shape", [(6, 8), (512, 40), (513, 41), (1, 2)])
@pytest.mark.parametrize("turn", [0, 3])
def test_turning_and_halving_by_bands_is_turning_and_halving(shape: tuple[int, int], turn: int) -> None:
    light = panorama(1, *shape)
    half = -(-shape[0] // 2), -(-shape[1] // 2)
    np.testing.assert_allclose(turned_half(light, turn), resized(np.roll(light, -turn, axis=1), half), rtol=2e-5)
