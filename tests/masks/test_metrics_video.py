"""dtSSD and flicker: values by hand, a picture that really moves, and what is refused."""

from __future__ import annotations

import math
from collections.abc import Iterator

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.masks.metrics import Motion, dtssd, flicker, motion

Matte = NDArray[np.float32]


def row(*values: float) -> Matte:
    return np.array([values], np.float32)


def test_dtssd_by_hand() -> None:
    # Changes: matte (+0.5, 0), exact (+1, 0): √((0.5² + 0)/2); then (0, +1) and (0, 0): √(1/2).
    mattes = [row(0, 0), row(0.5, 0), row(0.5, 1)]
    truths = [row(0, 0.25), row(1, 0.25), row(1, 0.25)]
    assert dtssd(mattes, truths) == pytest.approx((math.sqrt(0.125) + math.sqrt(0.5)) / 2)


def test_dtssd_asks_for_the_right_change_not_for_the_right_matte() -> None:
    truths = [np.full((4, 5), share, np.float32) for share in (0.0, 0.25, 0.5)]
    assert dtssd([truth + np.float32(0.25) for truth in truths], truths) == 0
    assert dtssd([truths[0]] * 3, truths) == pytest.approx(0.25)


def test_dtssd_takes_mattes_as_they_come() -> None:
    def endless(value: float) -> Iterator[Matte]:
        for _ in range(10_000):
            yield row(value)

    assert dtssd(endless(0.5), endless(1)) == 0
    assert math.isnan(dtssd([row(0)], [row(1)]))


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_dtssd_is_a_mean_square_of_a_difference(seed: int, share: float) -> None:
    rng = np.random.default_rng(seed)
    truths, noise = rng.random((2, 3, 4, 6), np.float32)
    apart = dtssd(list(noise), list(truths))
    assert apart == pytest.approx(dtssd(list(truths), list(noise)), rel=1e-5)
    nearer = truths + np.float32(share) * (noise - truths)
    assert dtssd(list(nearer), list(truths)) == pytest.approx(share * apart, abs=1e-6)


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(LabelError, match="as many mattes"):
        dtssd([row(0), row(1)], [row(0)])
    with pytest.raises(LabelError, match="2×1 against an exact one of 3×1"):
        dtssd([row(0, 0), row(0, 0)], [row(0, 0), row(0, 0, 0)])
    still = Motion(np.zeros((1, 2, 2), np.float32), np.ones((1, 2), np.bool_))
    with pytest.raises(LabelError, match="3×1"):
        flicker(row(0, 0), row(0, 0, 0), still)
    with pytest.raises(LabelError, match="48 pixels or more"):
        motion(np.zeros((8, 40), np.uint8), np.zeros((8, 40), np.uint8))


def test_flicker_by_hand() -> None:
    moved_right = np.array([[[0, 0], [0, 0], [1, 0]]], np.float32)
    trusted = np.array([[False, True, True]])
    assert flicker(row(0.25, 0.5, 1), row(1, 0.5, 0.5), Motion(moved_right, trusted)) == pytest.approx(0.125)
    assert math.isnan(flicker(row(0), row(1), Motion(np.zeros((1, 1, 2), np.float32), np.zeros((1, 1), np.bool_))))


def texture(height: int, width: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(3).random((height, width)).astype(np.float32)
    smooth = cv2.GaussianBlur(noise, (0, 0), 2)
    return np.asarray(cv2.normalize(smooth, smooth, 0, 255, cv2.NORM_MINMAX), np.uint8)


def test_motion_is_found_where_it_is_and_not_trusted_where_it_leads_out_of_the_frame() -> None:
    world = texture(120, 200)
    before, now = world[:, 20:180], world[:, 16:176]  # everything moves 4 px to the right
    found = motion(np.ascontiguousarray(before), np.ascontiguousarray(now))
    columns = found.coordinates[10:-10, 20:-20, 0] - np.arange(20, 140)
    assert np.median(np.abs(columns + 4)) < 0.1
    assert found.trusted[10:-10, 20:-20].mean() > 0.95
    assert not found.trusted[:, :3].any()


def test_a_matte_that_moves_with_the_picture_does_not_flicker_and_one_that_stays_does() -> None:
    world = texture(120, 200)
    sky = np.asarray(cv2.GaussianBlur((world > 128).astype(np.float32), (0, 0), 1.5), np.float32)
    before, now = (np.ascontiguousarray(world[:, k : k + 160]) for k in (20, 16))
    found = motion(before, now)
    with_it = flicker(sky[:, 20:180], sky[:, 16:176], found)
    stays = flicker(sky[:, 20:180], sky[:, 20:180], found)
    assert with_it < 0.01
    assert stays > 10 * with_it


def test_noise_is_not_trusted() -> None:
    rng = np.random.default_rng(1)
    one, other = (rng.integers(0, 256, (96, 96), np.uint8) for _ in range(2))
    assert motion(one, other).trusted.mean() < 0.5
