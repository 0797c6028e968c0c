"""Matte errors against values by hand and against plain loops over the published formulas."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.masks.metrics import (
    connectivity_error,
    edge_band,
    gradient_error,
    mad,
    matte_errors,
    mse,
    sad,
)
from tests.masks.strategies import mattes_and_label

Matte = NDArray[np.float32]


def test_differences_by_hand() -> None:
    truth = np.array([[0, 0.5, 1, 1]], np.float32)
    matte = np.array([[0.25, 0.5, 0.5, 0]], np.float32)
    valid = np.array([[True, True, True, False]])
    assert mad(matte, truth) == pytest.approx(1.75 / 4)
    assert mad(matte, truth, valid) == pytest.approx(0.75 / 3)
    assert mse(matte, truth, valid) == pytest.approx((0.0625 + 0.25) / 3)
    assert sad(matte, truth, valid) == pytest.approx(0.00075)
    assert sad(matte, truth, valid, where=np.array([[True, False, False, True]])) == pytest.approx(0.00025)
    assert math.isnan(mad(matte, truth, np.zeros((1, 4), np.bool_)))


def gradient_by_loops(matte: Matte) -> NDArray[np.float64]:
    """|∇α| by derivative-of-Gaussian filters of σ 1.4 and radius 4, two-dimensional and of unit energy."""
    sigma, radius = 1.4, 4
    steps = range(-radius, radius + 1)
    kernel = np.array(
        [[-x * math.exp(-(x * x + y * y) / (2 * sigma**2)) for x in steps] for y in steps], dtype=np.float64
    )
    kernel /= math.sqrt(float((kernel**2).sum()))
    padded = np.pad(matte.astype(np.float64), radius, mode="edge")
    result = np.zeros(matte.shape)
    for y, x in itertools.product(*map(range, matte.shape)):
        window = padded[y : y + 2 * radius + 1, x : x + 2 * radius + 1]
        result[y, x] = math.hypot(float((window * kernel).sum()), float((window * kernel.T).sum()))
    return result


def connectivity_by_flood(matte: Matte, truth: Matte, valid: NDArray[np.bool_]) -> NDArray[np.float64]:
    """|φ(matte) − φ(truth)| with regions grown pixel by pixel."""
    height, width = matte.shape
    level = np.full(matte.shape, np.nan)
    for step in range(1, 11):
        threshold = np.float32(step / 10)
        open_ = {
            (y, x)
            for y, x in itertools.product(range(height), range(width))
            if not valid[y, x] or min(matte[y, x], truth[y, x]) >= threshold
        }
        best: set[tuple[int, int]] = set()
        left = set(open_)
        while left:
            region, border = set(), [min(left)]
            left.discard(border[0])
            while border:
                y, x = border.pop()
                region.add((y, x))
                for near in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
                    if near in left:
                        left.discard(near)
                        border.append(near)
            best = max(best, region, key=len)
        for y, x in itertools.product(range(height), range(width)):
            if np.isnan(level[y, x]) and (y, x) not in best:
                level[y, x] = (step - 1) / 10
    level = np.where(np.isnan(level), 1.0, level)

    def phi(alpha: Matte) -> NDArray[np.float64]:
        above = alpha - level.astype(np.float32)
        return np.asarray(1 - above * (above >= np.float32(0.15)), np.float64)

    return np.abs(phi(matte) - phi(truth))


def smooth_pair(seed: int) -> tuple[Matte, Matte]:
    noise = np.random.default_rng(seed)
    truth = np.clip(np.linspace(1.5, -0.5, 14)[:, None] + noise.normal(0, 0.3, (14, 17)), 0, 1).astype(np.float32)
    return np.clip(truth + noise.normal(0, 0.2, truth.shape), 0, 1).astype(np.float32), truth


@pytest.mark.parametrize("seed", range(3))
def test_gradient_agrees_with_plain_loops(seed: int) -> None:
    matte, truth = smooth_pair(seed)
    expected = ((gradient_by_loops(matte) - gradient_by_loops(truth)) ** 2).sum() / 1000
    assert gradient_error(matte, truth) == pytest.approx(expected, rel=1e-4)


def test_gradient_leaves_out_what_touches_ignore() -> None:
    matte, truth = smooth_pair(5)
    valid = np.ones(matte.shape, np.bool_)
    valid[7, 3] = False
    loss = (gradient_by_loops(matte) - gradient_by_loops(truth)) ** 2
    loss[3:12, :8] = 0  # within 4 rows and columns of (7, 3)
    assert gradient_error(matte, truth, valid) == pytest.approx(loss.sum() / 1000, rel=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_connectivity_agrees_with_flood_fill(seed: int) -> None:
    matte, truth = smooth_pair(seed)
    valid = np.random.default_rng(seed).random(matte.shape) > 0.1
    # Equal largest regions may be told apart differently; with this many pixels there are none at these seeds.
    expected = connectivity_by_flood(matte, truth, valid)[valid].sum() / 1000
    assert connectivity_error(matte, truth, valid) == pytest.approx(expected, rel=1e-4)


def test_connectivity_of_an_island() -> None:
    # Sky of nine columns and, apart from it, one wrong pixel: l = 0 there, so φ falls from 1 to 0.
    truth = np.zeros((5, 12), np.float32)
    truth[:, :9] = 1
    matte = truth.copy()
    matte[2, 11] = 1
    assert connectivity_error(matte, truth) == pytest.approx(0.001)


def test_the_edge_band_reaches_eight_pixels_and_holds_mixed_pixels() -> None:
    truth = np.zeros((60, 10), np.float32)
    truth[:30] = 1
    truth[50, 5] = 0.25
    band = edge_band(truth)
    expected = np.zeros((60, 10), np.bool_)
    expected[22:38] = True
    expected[50, 5] = True
    assert np.array_equal(band, expected)
    valid = np.ones((60, 10), np.bool_)
    valid[30:] = False
    assert not edge_band(truth, valid).any()


def test_all_five_agree_with_the_single_functions() -> None:
    matte, truth = smooth_pair(1)
    valid = np.random.default_rng(1).random(matte.shape) > 0.02
    everywhere, edge = matte_errors(matte, truth, valid)
    band = edge_band(truth, valid)
    for errors, where in ((everywhere, None), (edge, band)):
        assert errors.mad == pytest.approx(mad(matte, truth, valid, where))
        assert errors.mse == pytest.approx(mse(matte, truth, valid, where))
        assert errors.sad == pytest.approx(sad(matte, truth, valid, where))
        assert errors.gradient == pytest.approx(gradient_error(matte, truth, valid, where))
        assert errors.connectivity == pytest.approx(connectivity_error(matte, truth, valid, where))


@settings(deadline=None)
@given(mattes_and_label())
def test_properties(drawn: Any) -> None:
    matte, truth, label = drawn
    valid = label != 128
    reference = matte_errors(matte, truth, valid)
    everywhere, edge = matte_errors(truth, truth, valid)
    zero = [0.0] * 5 if valid.any() else [math.nan] * 5
    assert values(everywhere) == pytest.approx(zero, nan_ok=True)
    assert all(math.isnan(value) or value == pytest.approx(0) for value in values(edge))
    changed = np.where(valid, matte, np.float32(np.nan))
    for one, other in zip(reference, matte_errors(changed, truth, valid), strict=True):
        assert values(one) == pytest.approx(values(other), nan_ok=True)
    swapped = matte_errors(truth, matte, valid)[0]
    assert values(swapped) == pytest.approx(values(reference[0]), nan_ok=True)


def values(errors: Any) -> list[float]:
    return [errors.mad, errors.mse, errors.sad, errors.gradient, errors.connectivity]


def test_other_sizes_are_refused() -> None:
    with pytest.raises(LabelError, match="one size"):
        mad(np.zeros((2, 3), np.float32), np.zeros((3, 2), np.float32))
