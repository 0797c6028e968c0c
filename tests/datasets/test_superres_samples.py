"""The stream of super-resolution samples: patches of pairs, a pure function of seed and index."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.superres_pairs import Pair
from skymatte.datasets.superres_samples import SuperresSamples, turned
from skymatte.errors import DatasetError


def pair(value: float, medium: Any = "display", side: int = 12, *, guide: bool = False) -> Pair:
    """Every pixel says where it is: low counts from ``value``, the residual is that of its small pixel."""
    low = np.asarray(value + np.arange(side * side).reshape(side, side) / 1000, np.float32)
    told = np.full((2, side, side), 255, np.uint8) if guide else None
    return Pair(str(value), medium, low, low.repeat(2, 0).repeat(2, 1), told)


def samples(pairs: list[Pair], **changes: Any) -> SuperresSamples:
    plan = {"scale": 2, "patch": 4, "light": 0.0, "guided": False, "batch": 6, "batches": 5, "seed": 1} | changes
    return SuperresSamples(pairs, **plan)


def test_low_and_residual_show_the_same_place() -> None:
    made = samples([pair(1), pair(2, side=20)])
    assert len(made) == 5
    for index in range(5):
        low, residual = made[index]
        assert (low.shape, residual.shape) == ((6, 1, 4, 4), (6, 1, 8, 8))
        assert low.dtype is residual.dtype is torch.float32
        assert torch.equal(low.repeat_interleave(2, 2).repeat_interleave(2, 3), residual)


def test_a_batch_depends_on_seed_and_index_alone() -> None:
    one, again, other = samples([pair(1)]), samples([pair(1)]), samples([pair(1)], seed=2)
    assert torch.equal(one[3][0], again[3][0])
    assert not torch.equal(one[3][0], one[2][0])
    assert not torch.equal(one[3][0], other[3][0])


def test_shares_make_up_the_batch() -> None:
    whole = samples([pair(1)])[2]
    for rank in range(3):
        for all_, part in zip(whole, samples([pair(1)], share=(rank, 3))[2], strict=True):
            assert torch.equal(all_[rank::3], part)


def test_larger_pictures_are_drawn_more_often_and_light_as_asked() -> None:
    """Two of 12 px and one of 24 px, in shares of 1, 1 and 4; light a quarter of all."""
    pairs = [pair(1), pair(10), pair(20, side=24), pair(100, "light")]
    made = samples(pairs, batch=2000, light=0.25)
    kind = made[0][0].amin((1, 2, 3))
    assert float((kind >= 100).float().mean()) == pytest.approx(0.25, abs=0.03)
    assert float(((kind >= 20) & (kind < 100)).float().mean()) == pytest.approx(0.75 * 4 / 6, abs=0.04)


@pytest.mark.parametrize("medium", ["display", "light"])
def test_one_medium_alone_is_all_there_is(medium: str) -> None:
    assert samples([pair(1, medium)], light=0.25)[0][0].shape == (6, 1, 4, 4)


def test_half_of_the_guides_are_shown() -> None:
    guide = samples([pair(1, guide=True)], guided=True, batch=2000)[0][2]
    assert guide.shape == (2000, 2, 4, 4)
    assert set(np.unique(guide.numpy())) == {0.0, 1.0}
    assert float(guide.mean()) == pytest.approx(0.5, abs=0.04)
    assert float(samples([pair(1)], guided=True)[0][2].abs().max()) == 0


@given(st.integers(0, 7), st.integers(0, 7))
def test_the_eight_symmetries_are_a_squares(one: int, other: int) -> None:
    """All different; low and residual turn together, whatever the scale."""
    low = np.arange(9, dtype=np.float32).reshape(1, 3, 3)
    large = low.repeat(2, 1).repeat(2, 2)
    np.testing.assert_array_equal(turned(large, one), turned(low, one).repeat(2, 1).repeat(2, 2))
    assert np.array_equal(turned(low, one), turned(low, other)) == (one == other)


def test_pictures_smaller_than_a_patch_are_left_out() -> None:
    assert float(samples([pair(1, side=3), pair(5)])[0][0].min()) >= 5
    with pytest.raises(DatasetError, match="no training picture has 26 px on both sides"):
        samples([pair(1)], patch=13)


def test_patches_without_detail_are_thinned() -> None:
    """A tenth of them stays; the other patches are taken in their place."""
    rng = np.random.default_rng(9)
    detailed = Pair("detailed", "display", rng.random((8, 8), np.float32), np.full((16, 16), 0.02, np.float32), None)
    flat = Pair("flat", "display", rng.random((8, 8), np.float32), np.full((16, 16), 0.004, np.float32), None)

    def share(**plan: Any) -> float:
        made = samples([detailed, flat], patch=4, batch=50, batches=8, **plan)
        return float(np.mean([(made[index][1].mean((1, 2, 3)) < 0.01).float().mean() for index in range(8)]))

    assert share() == pytest.approx(0.5, abs=0.08)
    assert share(flat=0.1) == pytest.approx(0.1 / 1.1, abs=0.04)
