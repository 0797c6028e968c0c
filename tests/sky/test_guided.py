"""A coarse matte follows the edges of the picture at full resolution."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.runtime.enlarge import enlarge
from skymatte.runtime.tiled import undecided
from skymatte.sky.guided import coefficients, guided_enlarge

Array = NDArray[np.float32]
FACTOR = 8


def skyline(height: int = 256, width: int = 512) -> tuple[Array, Array]:
    """Bright blue sky above a dark, jagged ground with towers 5 px wide, and its exact matte; it wraps."""
    x = np.arange(width)
    edge = height / 2 + 20 * np.sin(2 * np.pi * x / width * 3) + np.where(x % 64 < 5, -24, 0)
    matte = (np.arange(height)[:, None] + 0.5 < edge).astype(np.float32)
    noise = np.random.default_rng(0).lognormal(0, 0.05, (height, width, 3)).astype(np.float32)
    light = np.where(matte[..., None] > 0, np.array([0.6, 0.9, 1.4]), np.array([0.05, 0.05, 0.03])) * noise
    return light.astype(np.float32), matte


def coarse_of(image: Array) -> Array:
    size = (image.shape[1] // FACTOR, image.shape[0] // FACTOR)
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.float32)


@pytest.mark.parametrize("wrap", [False, True])
def test_edges_are_sharper_than_enlarging_can_draw(wrap: bool) -> None:
    pixels, truth = skyline()
    small = coarse_of(truth)
    guided = guided_enlarge(coarse_of(pixels), small, pixels, 1.0, wrap=wrap)
    plain = enlarge(small, *truth.shape, wrap=wrap)
    assert np.abs(guided - truth).mean() < 0.35 * np.abs(plain - truth).mean()
    assert ((guided >= 0.5) != (truth >= 0.5)).mean() < 0.002
    assert 0 <= guided.min() <= guided.max() <= 1


def test_only_the_band_is_touched() -> None:
    pixels, truth = skyline()
    small = coarse_of(truth)
    guided = guided_enlarge(coarse_of(pixels), small, pixels, 1.0, wrap=False)
    far = ~cv2.resize(
        undecided(small, wrap=False).astype(np.uint8), truth.shape[::-1], interpolation=cv2.INTER_NEAREST
    ).astype(bool)
    assert far.mean() > 0.4
    np.testing.assert_array_equal(guided[far], enlarge(small, *truth.shape, wrap=False)[far])


def test_turning_a_panorama_turns_its_matte() -> None:
    pixels, truth = skyline()
    first = guided_enlarge(coarse_of(pixels), coarse_of(truth), pixels, 1.0, wrap=True)
    turned = [np.ascontiguousarray(np.roll(image, 200, axis=1)) for image in (pixels, truth)]
    second = guided_enlarge(coarse_of(turned[0]), coarse_of(turned[1]), turned[0], 1.0, wrap=True)
    np.testing.assert_allclose(second, np.roll(first, 200, axis=1), atol=1e-3)


def test_exposure_is_applied_to_the_large_picture_alone() -> None:
    pixels, truth = skyline()
    small = coarse_of(pixels)
    first = guided_enlarge(small, coarse_of(truth), pixels, 1.0, wrap=False)
    second = guided_enlarge(small, coarse_of(truth), pixels * np.float32(1 / 64), 64.0, wrap=False)
    np.testing.assert_allclose(first, second, atol=1e-4)


def test_an_all_sky_picture_stays_all_sky() -> None:
    pixels, _ = skyline()
    np.testing.assert_array_equal(
        guided_enlarge(coarse_of(pixels), np.ones((32, 64), np.float32), pixels, 1.0, wrap=True), 1
    )


def test_coefficients_recover_an_affine_matte() -> None:
    """Where the matte is an affine function of colour, the model is that function."""
    guide = np.random.default_rng(3).random((24, 32, 3), np.float32)
    matte = guide @ np.array([0.2, 0.3, 0.1], np.float32) + np.float32(0.05)
    model = coefficients(guide, matte.astype(np.float32), np.ones((24, 32), bool), epsilon=1e-7, wrap=False)
    np.testing.assert_allclose(model, np.broadcast_to(np.array([0.2, 0.3, 0.1, 0.05]), model.shape), atol=1e-3)
