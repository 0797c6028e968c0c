"""Things drawn over a view: coverage mixes linearly, in pixels and label alike."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets import occluders
from skymatte.datasets.occluders import draw_occluder
from skymatte.datasets.views import View
from tests.datasets.material import textured, view_of

SEEDS = st.integers(0, 2**32)
SKY_COLOUR = np.array([1.0, 2.0, 3.0], np.float32)


def clear_sky(height: int = 64, width: int = 96) -> View:
    sky = np.ones((height, width), np.float32)
    return view_of(np.broadcast_to(SKY_COLOUR, (height, width, 3)).copy(), sky)


@pytest.mark.parametrize("kind", occluders._KINDS)
@given(SEEDS)
def test_coverage_mixes_linearly(kind: object, seed: int) -> None:
    """Before a clear sky each row is sky·SKY_COLOUR + (1 − sky)·colour, with one colour for the whole row."""
    view = clear_sky()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(occluders, "_KINDS", (kind,) * len(occluders._KINDS))
        draw_occluder(view, np.random.default_rng(seed))
    cover = 1 - view.sky
    assert cover.min() >= 0
    assert cover.max() <= 1 + 1e-6
    colour = (view.pixels - SKY_COLOUR * view.sky[..., None]) / np.maximum(cover, 1e-6)[..., None]
    clear = cover > 0.1
    for row in np.flatnonzero(clear.any(axis=1)):
        seen = colour[row, clear[row]]
        np.testing.assert_allclose(seen, np.broadcast_to(seen[0], seen.shape), rtol=1e-3, atol=1e-4)
        assert (seen >= -1e-5).all()
    open_sky = view.pixels[cover == 0]
    np.testing.assert_allclose(open_sky, np.broadcast_to(SKY_COLOUR, open_sky.shape), rtol=1e-6)


@given(SEEDS)
def test_ground_stays_ground_and_light_stays_light(seed: int) -> None:
    source = textured(seed=3)
    view = view_of(source.pixels, source.sky)
    draw_occluder(view, np.random.default_rng(seed))
    assert view.pixels.dtype == view.sky.dtype == view.weight.dtype == np.float32
    assert (view.sky <= source.sky).all()
    assert np.isfinite(view.pixels).all()
    assert (view.pixels >= 0).all()


@given(SEEDS)
def test_only_what_is_drawn_becomes_known(seed: int) -> None:
    """Where the label said nothing it says nothing still, but under the thing itself."""
    view = clear_sky()
    view.weight[:] = 0
    draw_occluder(view, np.random.default_rng(seed))
    covered = view.sky < 0.5
    np.testing.assert_array_equal(view.weight, covered.astype(np.float32))


@pytest.mark.parametrize("thickness", [0.5, 1.0, 2.5, 6.0])
def test_a_stroke_covers_its_thickness(thickness: float) -> None:
    """A wire across a view covers, in every column, as many pixels as it is thick (within a quarter of a pixel)."""
    canvas: NDArray[np.uint8] = np.zeros((4 * 40, 4 * 60), np.uint8)
    occluders._stroke(canvas, np.array([[-5.0, 20.3], [65.0, 20.3]]), thickness)
    cover = cv2.resize(canvas, (60, 40), interpolation=cv2.INTER_AREA) / 255.0
    np.testing.assert_allclose(cover.sum(axis=0), thickness, atol=0.26)


def test_things_are_mostly_darker_than_the_sky() -> None:
    darker = []
    for seed in range(80):
        view = clear_sky()
        draw_occluder(view, np.random.default_rng(seed))
        inside = view.sky < 0.2
        if inside.any():
            darker.append(view.pixels[inside].mean() < SKY_COLOUR.mean())
    assert len(darker) > 30
    assert np.mean(darker) > 0.8


def test_every_kind_is_drawn() -> None:
    """Shares are a distribution over the kinds."""
    assert len(occluders._SHARES) == len(occluders._KINDS)
    assert sum(occluders._SHARES) == pytest.approx(1)


@pytest.mark.parametrize("kind", occluders._KINDS)
def test_each_kind_leaves_a_mark_and_leaves_sky(kind: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occluders, "_KINDS", (kind,) * len(occluders._KINDS))
    shares = []
    for seed in range(30):
        view = clear_sky()
        draw_occluder(view, np.random.default_rng(seed))
        shares.append(float(1 - view.sky.mean()))
    assert np.mean(np.array(shares) > 0) > 0.6
    assert 0.001 < np.mean(shares) < 0.4
