"""The exposure of a picture follows the picture's brightness, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.exposure import MIDDLE_GREY, exposure_scale, luminance


def scene(seed: int = 3, height: int = 40, width: int = 60) -> NDArray[np.float32]:
    """Log-normal light over about ten stops."""
    return np.random.default_rng(seed).lognormal(-1, 1.5, (height, width, 3)).astype(np.float32)


# ITU-R BT.709-6, item 3.2.
@pytest.mark.parametrize(("colour", "light"), [((1, 0, 0), 0.2126), ((0, 1, 0), 0.7152), ((0, 0, 1), 0.0722)])
def test_luminance_weighs_as_bt709_says(colour: tuple[float, ...], light: float) -> None:
    pixels = np.full((2, 3, 3), colour, np.float32)
    assert luminance(pixels).shape == (2, 3)
    assert luminance(pixels).dtype == np.float32
    np.testing.assert_allclose(luminance(pixels), light, rtol=1e-6)


@pytest.mark.parametrize("level", [1e-4, 0.18, 1.0, 5000.0])
def test_an_even_grey_becomes_middle_grey(level: float) -> None:
    pixels = np.full((5, 7, 3), level, np.float32)
    assert level * exposure_scale(pixels) == pytest.approx(MIDDLE_GREY, rel=1e-5)


def test_two_greys_meet_at_their_geometric_mean() -> None:
    pixels = np.full((10, 10, 3), 0.02, np.float32)
    pixels[:, 5:] = 2.0
    assert exposure_scale(pixels) == pytest.approx(0.18 / 0.2, rel=1e-4)


@given(st.integers(-8, 8), st.integers(0, 20))
def test_a_stop_more_light_is_a_stop_less_exposure(stops: int, seed: int) -> None:
    pixels = scene(seed)
    factor = np.float32(2.0**stops)
    assert exposure_scale(factor * pixels) == pytest.approx(exposure_scale(pixels) / float(factor), rel=1e-9)


@given(st.floats(2**-8, 2**8, width=32))
def test_any_factor_is_taken_back(factor: float) -> None:
    pixels = scene()
    scaled = np.float32(factor) * pixels
    np.testing.assert_allclose(
        scaled * np.float32(exposure_scale(scaled)), pixels * np.float32(exposure_scale(pixels)), rtol=1e-5
    )


@pytest.mark.parametrize("peak", [100.0, 65504.0])
def test_a_sun_does_not_move_it(peak: float) -> None:
    """Two percent of the picture, as bright as half floats go."""
    pixels = scene()
    order = np.argsort(luminance(pixels), axis=None)[-48:]
    blinding = pixels.copy()
    blinding.reshape(-1, 3)[order] = peak
    assert exposure_scale(blinding) == pytest.approx(exposure_scale(pixels), rel=1e-6)


def test_a_black_surround_does_not_move_it() -> None:
    pixels = scene(height=64, width=64)
    framed = np.zeros((128, 128, 3), np.float32)
    framed[32:96, 32:96] = pixels
    assert exposure_scale(framed) == pytest.approx(exposure_scale(pixels), rel=1e-6)


def test_a_picture_without_light_stays_as_it_is() -> None:
    assert exposure_scale(np.zeros((4, 4, 3), np.float32)) == 1.0


def test_a_single_pixel_has_an_exposure() -> None:
    assert exposure_scale(np.full((1, 1, 3), 0.36, np.float32)) == pytest.approx(0.5, rel=1e-5)


def test_a_large_picture_needs_only_a_sample() -> None:
    small = scene(height=64, width=64)
    large = np.tile(small, (24, 24, 1))
    assert exposure_scale(large) == pytest.approx(exposure_scale(small), rel=0.05)
