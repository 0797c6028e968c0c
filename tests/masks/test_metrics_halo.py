"""Halos are the old sky's light that stays, as a share of what there is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skymatte.masks.metrics_halo import halo


def step(height: int = 40, width: int = 30) -> np.ndarray:
    return np.repeat((np.arange(height)[:, None] < height // 2).astype(np.float32), width, axis=1)


def test_the_exact_matte_has_none() -> None:
    result = halo(step(), step())
    assert (result.sky_left, result.ground_taken) == (0, 0)


def test_one_row_of_sky_that_stays_is_an_eighth_of_the_band() -> None:
    """The band reaches 8 rows into the sky; in one of them three quarters are left behind."""
    matte = step()
    matte[19] = 0.25
    result = halo(matte, step())
    assert result.sky_left == pytest.approx(0.75 / 8)
    assert result.ground_taken == 0


def test_a_wire_that_goes_is_ground_taken() -> None:
    truth = np.ones((40, 30), np.float32)
    truth[20] = 0.4
    result = halo(np.ones_like(truth), truth)
    assert result.ground_taken == 1
    assert result.sky_left == 0


def test_what_is_ignored_and_what_is_far_from_the_edge_counts_nowhere() -> None:
    matte, valid = step(), np.ones((40, 30), bool)
    matte[:8] = 0
    matte[19, :15] = 0
    valid[:, :15] = False
    assert halo(matte, step(), valid).sky_left == 0


def test_without_an_edge_there_is_nothing_to_judge() -> None:
    sky = np.ones((9, 9), np.float32)
    assert math.isnan(halo(sky, sky).sky_left)
