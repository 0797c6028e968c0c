"""Another picture's sky goes behind the ground, and nothing else changes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets.exchange import exchange_sky, sky_sources
from skymatte.datasets.sources import Source
from skymatte.datasets.views import View, random_view
from skymatte.picture.model import Projection
from skymatte.picture.projection import equirectangular_directions
from tests.datasets.material import skyline, textured, view_of

Array = NDArray[np.float32]
SEEDS = st.integers(0, 2**32)
PINK = np.array([4.0, 1.0, 2.0], np.float32)


def donor(pixels: Array, stratum: str = "puresky") -> Source:
    sky = np.ones(pixels.shape[:2], np.float32)
    return Source("donor", pixels, sky, np.zeros_like(sky), Projection.EQUIRECTANGULAR, stratum)


def pink() -> Source:
    return donor(np.broadcast_to(PINK, (32, 64, 3)).copy())


def soft_view(seed: int = 0) -> View:
    """A textured view whose skyline is soft, so that some pixels are half covered."""
    source = textured(seed=seed, panorama=False)
    sky = np.asarray(cv2.GaussianBlur(skyline(64, 64, seed), (0, 0), 1.0), np.float32)
    return view_of(source.pixels[:, :64], sky)


@given(SEEDS)
def test_ground_pixels_stay_as_they_are(seed: int) -> None:
    view = soft_view(seed % 7)
    before = view.pixels.copy()
    exchange_sky(view, pink(), np.random.default_rng(seed))
    near_sky = cv2.dilate((view.sky > 0).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    assert (~near_sky).any()
    np.testing.assert_array_equal(view.pixels[~near_sky], before[~near_sky])


@given(SEEDS)
def test_the_label_stays(seed: int) -> None:
    view = soft_view()
    sky, weight = view.sky.copy(), view.weight.copy()
    exchange_sky(view, pink(), np.random.default_rng(seed))
    np.testing.assert_array_equal(view.sky, sky)
    np.testing.assert_array_equal(view.weight, weight)


def test_half_covered_pixels_mix_in_linear_light() -> None:
    """With an even donor, old·(1 − cover) + new·cover; cover is the label or, half the time, the label grown."""
    used = set()
    for seed in range(20):
        view = soft_view()
        before = view.pixels.copy()
        exchange_sky(view, pink(), np.random.default_rng(seed))
        new = view.pixels[0, 0]
        np.testing.assert_allclose(new / new[1], PINK / PINK[1], rtol=1e-4)
        grown = cv2.GaussianBlur(cv2.dilate(view.sky, np.ones((3, 3), np.uint8)), (3, 3), 0.6)
        covers = {"label": view.sky, "grown": grown}
        fits = {
            name
            for name, cover in covers.items()
            if np.allclose(view.pixels, before * (1 - cover[..., None]) + new * cover[..., None], rtol=1e-3, atol=1e-5)
        }
        assert len(fits) == 1
        used |= fits
    assert used == {"label", "grown"}


def test_the_new_sky_is_about_as_bright_as_the_old() -> None:
    """Within a few stops, whatever the donor's exposure: one stop of standard deviation."""
    view = soft_view()
    sky = view.sky > 0.99
    old = float(np.median(view.pixels[sky]))
    stops = []
    for seed in range(60):
        view = soft_view()
        exchange_sky(view, donor(1000 * pink().pixels), np.random.default_rng(seed))
        stops.append(np.log2(np.median(view.pixels[sky]) / old))
    assert abs(np.median(stops)) < 1
    assert 0.6 < np.std(stops) < 1.4


@pytest.mark.parametrize("seed", range(5))
def test_only_sky_of_the_donor_is_used(seed: int) -> None:
    """A panorama's lowest nine degrees above the horizon, and all below, are never shown: they are black here."""
    pixels = np.ones((64, 128, 3), np.float32)
    pixels[equirectangular_directions(128, 64)[..., 1] < np.sin(np.radians(5.0))] = 0
    view = random_view(textured(stratum="puresky"), np.random.default_rng(seed), 48, 48)
    exchange_sky(view, donor(pixels, "open"), np.random.default_rng(seed))
    assert view.pixels[view.sky > 0.99].min() > 0


def test_a_view_without_sky_is_left_alone() -> None:
    view = view_of(textured(stratum="negative").pixels, np.zeros((64, 128), np.float32))
    before = view.pixels.copy()
    exchange_sky(view, pink(), np.random.default_rng(0))
    np.testing.assert_array_equal(view.pixels, before)


def test_a_black_donor_is_not_taken() -> None:
    view = soft_view()
    before = view.pixels.copy()
    exchange_sky(view, donor(np.zeros((32, 64, 3), np.float32)), np.random.default_rng(0))
    np.testing.assert_array_equal(view.pixels, before)


def test_donors_are_pure_skies_and_panoramas_with_a_low_horizon() -> None:
    low, high = textured(), textured()
    low.sky[:], high.sky[:] = 0, 0
    low.sky[:32], high.sky[:16] = 1, 1
    pure, plain = textured(stratum="puresky"), textured(panorama=False, width=96)
    assert sky_sources([low, high, pure, plain]) == [low, pure]
