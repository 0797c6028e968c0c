"""Far ridges: no sky, nearly its light, standing on the skyline."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.distance import far_ridge
from skymatte.datasets.views import View

SEEDS = st.integers(0, 2**32)


def plain(skyline: int = 60, height: int = 96, width: int = 128) -> View:
    """A sky of 2 over ground of 0.1."""
    sky = np.zeros((height, width), np.float32)
    sky[:skyline] = 1
    pixels = np.where(sky, 2.0, 0.1)[..., None].repeat(3, 2).astype(np.float32)
    return View(pixels, sky, np.ones_like(sky), None)


@given(SEEDS)
def test_a_ridge_stands_on_the_skyline_and_leaves_sky_above(seed: int) -> None:
    ridge = far_ridge(plain(), np.random.default_rng(seed))
    assert ridge is not None
    cover, colour = ridge
    assert cover.min() >= 0
    assert cover.max() <= 1
    assert cover[0].mean() < 0.5
    assert (np.diff(cover[:60], axis=0) >= -1e-6).all(), "what is covered is covered down to the skyline"
    assert np.isfinite(colour).all()


@given(SEEDS)
def test_its_light_is_that_of_the_sky_dimmed(seed: int) -> None:
    ridge = far_ridge(plain(), np.random.default_rng(seed))
    assert ridge is not None
    light = ridge[1][ridge[0] > 0.99]
    if light.size:
        assert np.median(light) == pytest.approx(2.0, rel=0.55)


@given(SEEDS, st.integers(-8, 8))
def test_it_follows_the_exposure(seed: int, stops: int) -> None:
    ridges = []
    for gain in (1.0, 2.0**stops):
        view = plain()
        view.pixels = view.pixels * np.float32(gain)
        ridges.append(far_ridge(view, np.random.default_rng(seed)))
    assert ridges[0] is not None
    assert ridges[1] is not None
    np.testing.assert_array_equal(ridges[0][0], ridges[1][0])
    np.testing.assert_allclose(ridges[0][1] * np.float32(2.0**stops), ridges[1][1], rtol=1e-4)


@pytest.mark.parametrize("skyline", [0, 96])
def test_without_a_skyline_there_is_none(skyline: int) -> None:
    assert far_ridge(plain(skyline), np.random.default_rng(0)) is None
