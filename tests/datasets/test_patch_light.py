"""What a camera does to a patch: each step against its formula, on light from black to far above a sun."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets.patch_light import add_noise, apply_gamma, balance_white, clip_sun, expose, sound
from skymatte.picture.exposure import MIDDLE_GREY

Array = NDArray[np.float32]
Step = Callable[[Array, np.random.Generator], Array]

SEEDS = st.integers(0, 2**32)
LIGHT = np.array([0.0, 1e-6, 0.01, MIDDLE_GREY, 1.0, 300.0, 65504.0, 1e8], np.float32)
GREY = 3
"""The step of middle grey."""

STEPS: dict[str, Step] = {
    "expose": lambda pixels, rng: expose(pixels, rng, stops=8),
    "balance_white": lambda pixels, rng: balance_white(pixels, rng, stops=2),
    "clip_sun": lambda pixels, rng: clip_sun(pixels, rng, stops=(0, 20)),
    "add_noise": lambda pixels, rng: add_noise(pixels, rng, shot=1, read=1),
    "apply_gamma": lambda pixels, rng: apply_gamma(pixels, rng, limit=2),
}


def ladder() -> Array:
    """8×6×3: each row has the light of one step of LIGHT."""
    return np.broadcast_to(LIGHT[:, None, None], (len(LIGHT), 6, 3)).copy()


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


@pytest.mark.parametrize("name", STEPS)
@given(SEEDS)
def test_every_step_keeps_light_finite_and_what_it_is_given(name: str, seed: int) -> None:
    pixels = np.full((4, 4, 3), 1e12, np.float32)
    pixels[:2] = 0
    before = pixels.copy()
    after = STEPS[name](pixels, rng_of(seed))
    assert after.dtype == np.float32
    assert after.shape == pixels.shape
    assert np.isfinite(after).all()
    assert (after >= 0).all()
    np.testing.assert_array_equal(pixels, before)


@given(SEEDS, st.floats(0.1, 8))
def test_exposure_is_one_factor(seed: int, stops: float) -> None:
    after = expose(ladder(), rng_of(seed), stops=stops)
    factors = after[1:] / ladder()[1:]
    np.testing.assert_allclose(factors, factors.flat[0], rtol=1e-6)
    assert abs(np.log2(factors.flat[0])) <= stops + 1e-5
    assert (after[0] == 0).all()


@given(SEEDS, st.floats(0.05, 2))
def test_white_balance_is_one_factor_a_channel_and_keeps_the_exposure(seed: int, stops: float) -> None:
    after = balance_white(ladder(), rng_of(seed), stops=stops)
    factors = after[1:] / ladder()[1:]
    np.testing.assert_allclose(factors, np.broadcast_to(factors[0, 0], factors.shape), rtol=1e-6)
    assert np.log2(factors[0, 0]).sum() == pytest.approx(0, abs=1e-5)
    assert np.abs(np.log2(factors[0, 0])).max() <= 4 / 3 * stops + 1e-5


@given(SEEDS)
def test_a_saturated_sensor_keeps_all_light_below_its_white(seed: int) -> None:
    after = clip_sun(ladder(), rng_of(seed), stops=(2.0, 8.0))
    white = after.max()
    assert 2 - 1e-5 <= np.log2(white / MIDDLE_GREY) <= 8 + 1e-5
    np.testing.assert_array_equal(after, np.minimum(ladder(), white))


def test_one_white_level_can_be_asked_for() -> None:
    assert clip_sun(ladder(), rng_of(0), stops=(3, 3)).max() == pytest.approx(8 * MIDDLE_GREY)


def test_noise_has_the_variance_of_the_linear_camera() -> None:
    """Straight in light: variances at 2, 4 and 8 lie on one line, whose slope is the shot noise and not above it."""
    levels = np.array([2.0, 4.0, 8.0])
    slopes = []
    for seed in range(12):
        pixels = np.broadcast_to(levels[:, None, None].astype(np.float32), (3, 20000, 3)).copy()
        noise = add_noise(pixels, rng_of(seed), shot=0.01, read=0.01) - pixels
        dim, middle, light = noise.var(axis=(1, 2))
        assert (light - middle) / (middle - dim) == pytest.approx(2, rel=0.1)
        np.testing.assert_allclose(noise.mean(axis=(1, 2)), 0, atol=5e-3)
        slopes.append((light - dim) / 6)
    assert 0.8e-4 <= min(slopes) < 1e-3 < max(slopes) <= 1.05e-2


def test_in_the_dark_read_noise_remains() -> None:
    """A normal distribution cut at black has the mean square σ²/2."""
    sigmas = [
        float(
            np.sqrt(2 * np.square(add_noise(np.zeros((60, 60, 3), np.float32), rng_of(seed), shot=1, read=0.1)).mean())
        )
        for seed in range(60)
    ]
    assert 0.95e-3 <= min(sigmas) < 3e-3
    assert 0.03 < max(sigmas) <= 0.105


@given(SEEDS, st.floats(1.01, 2))
def test_gamma_turns_about_middle_grey(seed: int, limit: float) -> None:
    """In doubly logarithmic scales a straight line through middle grey, with a slope between 1/limit and limit."""
    after = apply_gamma(ladder(), rng_of(seed), limit=limit)
    assert (after[0] == 0).all()
    np.testing.assert_allclose(after[GREY], MIDDLE_GREY, rtol=1e-5)
    away = (LIGHT > 0) & (np.arange(len(LIGHT)) != GREY)
    slopes = np.log(after[away].astype(np.float64) / MIDDLE_GREY) / np.log(ladder()[away] / MIDDLE_GREY)
    np.testing.assert_allclose(slopes, slopes.flat[0], rtol=1e-4)
    assert 1 / limit - 1e-4 <= slopes.flat[0] <= limit + 1e-4


def test_sound_light_is_passed_on_as_it_is() -> None:
    pixels = ladder()
    assert sound(pixels) is pixels


def test_broken_light_is_mended_in_a_copy() -> None:
    pixels = np.ones((2, 4, 3), np.float32)
    pixels[0, :, 0] = (np.nan, -1, np.inf, 65504)
    pixels[1, 0, 1] = 3e38
    pixels.flags.writeable = False
    mended = sound(pixels)
    np.testing.assert_array_equal(mended[0, :, 0], [0, 0, 65504, 65504])
    assert mended[1, 0, 1] == np.float32(1e12)
    rest = np.isfinite(pixels) & (pixels >= 0) & (pixels < 1e12)
    np.testing.assert_array_equal(mended[rest], pixels[rest])
