"""Enlarging mattes: bilinear in the middle, wrapped at the sides of panoramas."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.runtime.enlarge import enlarge, neighbours

SIDES = st.integers(1, 40)


@given(SIDES, SIDES, SIDES, SIDES, st.booleans())
def test_stays_within_the_range_and_keeps_constants(h: int, w: int, height: int, width: int, wrap: bool) -> None:
    matte = np.random.default_rng(h * 41 + w).random((h, w), np.float32)
    large = enlarge(matte, height, width, wrap=wrap)
    assert large.shape == (height, width)
    assert large.dtype == np.float32
    assert matte.min() - 1e-6 <= large.min() <= large.max() <= matte.max() + 1e-6
    np.testing.assert_allclose(enlarge(np.full((h, w), 0.3, np.float32), height, width, wrap=wrap), 0.3, rtol=1e-5)


@pytest.mark.parametrize(("width", "turn"), [(64, 16), (96, 24), (80, 20)])
def test_turning_a_panorama_turns_its_matte(width: int, turn: int) -> None:
    """Whole and broken factors: a turn by whole coarse pixels is a turn by whole fine ones."""
    matte = np.random.default_rng(0).random((8, 16), np.float32)
    small_turn = turn * 16 // width
    assert small_turn * width == turn * 16
    turned = enlarge(np.roll(matte, small_turn, axis=1), 2 * width // 4, width, wrap=True)
    np.testing.assert_allclose(
        turned, np.roll(enlarge(matte, 2 * width // 4, width, wrap=True), turn, axis=1), atol=1e-6
    )


@pytest.mark.parametrize("width", [48, 50])
def test_away_from_the_wrap_it_is_plain_bilinear(width: int) -> None:
    matte = np.random.default_rng(1).random((6, 12), np.float32)
    plain = cv2.resize(matte, (width, 20), interpolation=cv2.INTER_LINEAR)
    np.testing.assert_allclose(enlarge(matte, 20, width, wrap=True)[:, 5:-5], plain[:, 5:-5], atol=1e-5)


def test_neighbours_by_hand() -> None:
    """Two coarse pixels to four: centres at −0.25, 0.25, 0.75, 1.25 coarse pixels."""
    first, second, share = neighbours(4, 2, wrap=False)
    np.testing.assert_array_equal(first, [0, 0, 0, 1])
    np.testing.assert_array_equal(second, [0, 1, 1, 1])
    np.testing.assert_allclose(share, [0.75, 0.25, 0.75, 0.25])
    first, second, _ = neighbours(4, 2, wrap=True)
    np.testing.assert_array_equal(first, [1, 0, 0, 1])
    np.testing.assert_array_equal(second, [0, 1, 1, 0])
