"""Coarse to fine over whole pictures: sizes, seams, turns and the zenith."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.runtime.look import Look
from skymatte.runtime.pyramid import coarse_to_fine
from skymatte.runtime.zenith import blend_zenith, upward

Array = NDArray[np.float32]


def smooth(encoded: Array, prior: Array | None) -> Array:
    """A network that sees nine columns and what it is told; beyond its input it sees black."""
    padded = np.pad(encoded[..., 0], ((0, 0), (0, 0), (4, 4)))
    seen = np.mean([padded[:, :, i : i + encoded.shape[2]] for i in range(9)], axis=0)
    said = 1 / (1 + np.exp(-20 * (seen - float(encode("log", np.full(1, 0.4, np.float32))[0]))))
    return np.asarray(said if prior is None else (2 * said + prior) / 3, np.float32)


def shown(*, wrap: bool) -> Look:
    return Look(smooth, "log", 32, 1.0, wrap)


def landscape(height: int, width: int, seed: int = 0, relief: float = 0.05) -> Array:
    """A bright sky over dark hills that meet at the wrap, with noise."""
    rng = np.random.default_rng(seed)
    angle = np.arange(width) / width * 2 * np.pi
    edge = height * (0.45 + sum(relief * rng.normal() * np.sin(k * angle + rng.uniform(0, 6)) for k in range(1, 6)))
    light = np.where(np.arange(height)[:, None] < edge, 2.0, 0.04)
    return np.asarray((light * rng.lognormal(0, 0.1, (height, width)))[..., None].repeat(3, 2), np.float32)


@pytest.mark.parametrize("size", [(700, 1400), (30, 60), (1, 1), (5, 900), (400, 300), (1025, 2050)])
@pytest.mark.parametrize("wrap", [False, True])
def test_every_pixel_gets_its_answer(size: tuple[int, int], wrap: bool) -> None:
    pixels = landscape(*size)
    found = coarse_to_fine(pixels, shown(wrap=wrap), least=size[1])
    assert found.matte.shape == size
    assert found.matte.dtype == np.float32
    assert found.matte.min() >= 0
    assert found.matte.max() <= 1
    if min(size) > 100:
        assert np.mean((found.matte > 0.5) == (pixels[..., 0] > 0.5)) > 0.99


@settings(max_examples=8, deadline=None)
@given(turn=st.integers(1, 1299), seed=st.integers(0, 5))
def test_turning_a_panorama_turns_its_matte(turn: int, seed: int) -> None:
    """By any number of columns, to rounding: it is looked at from its own heading, and no seam is anywhere."""
    pixels = landscape(650, 1300, seed)
    found = coarse_to_fine(pixels, shown(wrap=True), least=1300)
    turned = coarse_to_fine(np.roll(pixels, turn, axis=1), shown(wrap=True), least=1300)
    assert found.tiles > 0
    np.testing.assert_allclose(turned.matte, np.roll(found.matte, turn, axis=1), atol=1e-6)


def test_work_grows_with_the_skyline_and_not_with_the_area() -> None:
    """A nearly level skyline crosses two rows of tiles at most, however many rows there are."""
    small, large = (coarse_to_fine(landscape(h, 2 * h, relief=0.005), shown(wrap=True), least=1) for h in (1024, 2048))
    assert (small.of, large.of - small.of) == (5 * 12, 11 * 22)
    assert small.tiles <= 2 * 12
    assert large.tiles - small.tiles <= 2 * 22


def test_small_pictures_are_enlarged_and_brought_back() -> None:
    pixels = landscape(100, 200)
    found = coarse_to_fine(pixels, shown(wrap=False), least=2048)
    assert found.sizes == ((200, 400),)
    assert found.matte.shape == (100, 200)


def elevations(height: int) -> Array:
    """Sine of the elevation of each pixel of a panorama, H×2H."""
    return np.sin(np.pi * (0.5 - (np.arange(height) + 0.5) / height))[:, None].repeat(2 * height, 1).astype(np.float32)


def test_the_upward_view_shows_the_zenith_in_its_middle_and_the_horizon_on_its_rim() -> None:
    seen = upward(elevations(128))
    y, x = np.mgrid[:128, :128] + 0.5 - 64
    radius = np.hypot(x, y) / 64
    inside = radius < 0.97
    np.testing.assert_allclose(seen[inside], np.cos(radius * np.pi / 2)[inside], atol=0.02)
    assert (seen[radius > 1.02] == 0).all()


def test_what_the_upward_view_says_counts_near_the_zenith_only() -> None:
    panorama = elevations(128)
    there_and_back = blend_zenith(np.zeros_like(panorama), upward(panorama))
    elevation = np.degrees(np.arcsin(panorama))
    high, low = elevation > 66, elevation < 39
    np.testing.assert_allclose(there_and_back[high], panorama[high], atol=0.01)
    assert (there_and_back[low] == 0).all()


def test_progress_is_told_of_every_row_of_tiles_and_can_stop() -> None:
    told: list[tuple[int, int]] = []
    coarse_to_fine(landscape(1100, 2200), shown(wrap=True), least=1, progress=lambda done, of: told.append((done, of)))
    assert told == [(row + 1, 9) for row in range(9)]

    def stop(_: int, __: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        coarse_to_fine(landscape(1100, 2200), shown(wrap=True), least=1, progress=stop)
