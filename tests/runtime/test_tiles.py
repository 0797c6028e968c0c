"""Windows cover everything, and blending gives back what all tiles agree on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.runtime.tiles import Votes, ring_starts, starts

lengths = st.integers(1, 200)
patches = st.tuples(st.integers(1, 60), st.integers(1, 60)).map(lambda pair: (max(pair), min(pair)))


@given(lengths, patches)
def test_windows_cover_the_first_and_the_last_pixel(length: int, sizes: tuple[int, int]) -> None:
    patch, stride = sizes
    offsets = starts(length, patch, stride)
    covered = np.zeros(max(length, patch), bool)
    for offset in offsets:
        covered[offset : offset + patch] = True
    assert covered.all()
    assert len(covered) == max(length, patch)
    assert offsets == sorted(set(offsets))


def test_the_last_window_ends_with_the_picture() -> None:
    assert starts(1000, 224, 100) == [0, 100, 200, 300, 400, 500, 600, 700, 776]
    assert starts(424, 224, 100) == [0, 100, 200]
    assert starts(100, 224, 100) == [0]


@given(lengths, patches)
def test_windows_on_a_ring_cover_it(length: int, sizes: tuple[int, int]) -> None:
    patch, stride = sizes
    covered = {(offset + step) % length for offset in ring_starts(length, patch, stride) for step in range(patch)}
    assert covered == set(range(length))


@pytest.mark.parametrize("sizes", [(10, 4, 5), (0, 4, 2), (10, 0, 1), (10, 4, 0)])
def test_windows_that_leave_gaps_are_refused(sizes: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError, match="must"):
        starts(*sizes)
    with pytest.raises(ValueError, match="must"):
        ring_starts(*sizes)


@given(st.integers(1, 40), st.integers(1, 40), st.booleans())
def test_agreeing_tiles_give_back_the_picture(height: int, width: int, ring: bool) -> None:
    picture = np.random.default_rng(height * 100 + width).random((height, width), np.float32)
    patch, stride = 12, 7
    votes = Votes(height, width, ring=ring)
    for top in starts(height, patch, stride):
        for left in ring_starts(width, patch, stride) if ring else starts(width, patch, stride):
            rows = np.arange(top, min(top + patch, height))
            columns = np.arange(left, left + patch) % width if ring else np.arange(left, min(left + patch, width))
            votes.add(top, left, picture[np.ix_(rows, columns)])
    np.testing.assert_allclose(votes.mean(), picture, atol=1e-6)


def test_disagreeing_tiles_are_averaged() -> None:
    votes = Votes(1, 3)
    votes.add(0, 0, np.array([[1, 1]], np.float32))
    votes.add(0, 1, np.array([[0, 0.5]], np.float32))
    np.testing.assert_allclose(votes.mean(), [[1, 0.5, 0.5]])


def test_pixels_without_a_vote_are_no_sky() -> None:
    votes = Votes(2, 2)
    votes.add(0, 0, np.ones((1, 2), np.float32))
    np.testing.assert_array_equal(votes.mean(), [[1, 1], [0, 0]])
