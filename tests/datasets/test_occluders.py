"""Things drawn over a view: coverage mixes linearly, in pixels and label alike."""

from __future__ import annotations

from collections.abc import Callable

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

Draw = Callable[[View, np.random.Generator], None]

SEEDS = st.integers(0, 2**32)
SKY_COLOUR = np.array([1.0, 2.0, 3.0], np.float32)


def clear_sky(height: int = 64, width: int = 96) -> View:
    sky = np.ones((height, width), np.float32)
    return view_of(np.broadcast_to(SKY_COLOUR, (height, width, 3)).copy(), sky)


def drawn(draw: Draw, seed: int) -> View:
    view = clear_sky()
    draw(view, np.random.default_rng(seed))
    return view


def colour_of(view: View) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """What was drawn before a clear sky, if it was mixed in by its coverage, and where that can be told."""
    cover = 1 - view.sky
    colour = (view.pixels - SKY_COLOUR * view.sky[..., None]) / np.maximum(cover, 1e-6)[..., None]
    return np.asarray(colour, np.float32), cover > 0.1


def only(kind: object) -> Draw:
    """Draw thin things of one kind."""

    def draw(view: View, rng: np.random.Generator) -> None:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(occluders, "_KINDS", (kind,) * len(occluders._KINDS))
            occluders._draw_thin(view, rng)

    return draw


EVERYTHING = [*map(only, occluders._KINDS), occluders._draw_sheets]


@given(SEEDS)
def test_light_is_mixed_by_coverage(seed: int) -> None:
    """Over a canvas of known coverage: old·(1 − cover) + colour·cover, and sky·(1 − cover)."""
    rng = np.random.default_rng(seed)
    cover = rng.integers(0, 2, (64, 96)).astype(np.uint8)
    cover[:, 48:] = 0
    cover[:, ::2] = 0
    canvas = np.repeat(np.repeat(255 * cover, 4, 0), 4, 1)
    canvas[::2] = 0
    source, colour = textured(seed=2, height=64, width=96), rng.uniform(0, 9, 3).astype(np.float32)
    view = view_of(source.pixels, source.sky)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cv2, "GaussianBlur", lambda image, *_: image)
        occluders._composite(view, occluders._coverage(canvas, view), colour, rng)
    half = (cover * np.float32(0.5))[..., None]
    np.testing.assert_allclose(view.pixels, source.pixels * (1 - half) + colour * half, rtol=5e-3)
    np.testing.assert_allclose(view.sky, source.sky * (1 - half[..., 0]), atol=3e-3)


@pytest.mark.parametrize("kind", occluders._KINDS)
@given(SEEDS)
def test_a_thin_thing_has_one_colour_in_each_row(kind: object, seed: int) -> None:
    """So each row of a clear sky is sky·SKY_COLOUR + (1 − sky)·colour, and else as it was."""
    view = drawn(only(kind), seed)
    colour, covered = colour_of(view)
    for row in np.flatnonzero(covered.any(axis=1)):
        seen = colour[row, covered[row]]
        np.testing.assert_allclose(seen, np.broadcast_to(seen[0], seen.shape), rtol=1e-3, atol=1e-4)
    open_sky = view.pixels[view.sky == 1]
    np.testing.assert_allclose(open_sky, np.broadcast_to(SKY_COLOUR, open_sky.shape), rtol=1e-6)


@given(SEEDS)
def test_sheets_have_no_black_fringe(seed: int) -> None:
    """The colour reaches as far as the coverage."""
    colour, covered = colour_of(drawn(occluders._draw_sheets, seed))
    assert (colour[covered] > 1e-3).all(-1).mean() > 0.98


@pytest.mark.parametrize("draw", EVERYTHING)
@given(SEEDS)
def test_coverage_is_a_fraction(draw: Draw, seed: int) -> None:
    view = drawn(draw, seed)
    assert view.sky.min() >= -1e-6
    assert view.sky.max() <= 1


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
    np.testing.assert_array_equal(view.weight, (1 - view.sky > 0.5).astype(np.float32))


@pytest.mark.parametrize("thickness", [0.5, 1.0, 2.5, 6.0])
def test_a_stroke_covers_its_thickness(thickness: float) -> None:
    """A wire across a view covers, in every column, as many pixels as it is thick (within a quarter of a pixel)."""
    canvas: NDArray[np.uint8] = np.zeros((4 * 40, 4 * 60), np.uint8)
    occluders._stroke(canvas, np.array([[-5.0, 20.3], [65.0, 20.3]]), thickness)
    cover = cv2.resize(canvas, (60, 40), interpolation=cv2.INTER_AREA) / 255.0
    np.testing.assert_allclose(cover.sum(axis=0), thickness, atol=0.26)


def test_thin_things_are_mostly_darker_than_the_sky() -> None:
    darker = []
    for seed in range(80):
        view = drawn(occluders._draw_thin, seed)
        inside = view.sky < 0.2
        if inside.any():
            darker.append(view.pixels[inside].mean() < SKY_COLOUR.mean())
    assert len(darker) > 30
    assert np.mean(darker) > 0.8


def test_shares_are_a_distribution_over_the_kinds() -> None:
    assert len(occluders._SHARES) == len(occluders._KINDS)
    assert sum(occluders._SHARES) == pytest.approx(1)


@pytest.mark.parametrize("draw", EVERYTHING)
def test_everything_leaves_a_mark_and_leaves_sky(draw: Draw) -> None:
    shares = np.array([float(1 - drawn(draw, seed).sky.mean()) for seed in range(30)])
    assert np.mean(shares > 0) > 0.6
    assert 0.001 < shares.mean() < 0.5


def test_sheets_are_whole_shapes_of_several_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(occluders, "_SHEETS", 1.0)
    colours, shares = [], []
    for seed in range(30):
        view = clear_sky()
        draw_occluder(view, np.random.default_rng(seed))
        inside = view.sky < 0.01
        shares.append(float(1 - view.sky.mean()))
        if inside.any():
            ratio = view.pixels[inside] / view.pixels[inside].sum(axis=1, keepdims=True)
            colours.append(float(ratio.std(axis=0).max()))
    assert 0.02 < np.mean(shares) < 0.5
    assert np.max(colours) > 0.05
