"""Views: label, ignore and pixels take one road; a view is a function of its random generator alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets import views
from skymatte.datasets.sources import Source
from skymatte.datasets.views import View, random_view
from skymatte.picture.model import Projection
from skymatte.picture.projection import equirectangular_directions
from tests.datasets.material import BRIGHT, DARK, coloured_by_label, skyline, textured

SIZES = pytest.mark.parametrize(("width", "panorama"), [(48, True), (96, True), (48, False), (96, False)])
SEEDS = st.integers(0, 2**32)
HEIGHT = 48


def draw(source: Source, seed: int, width: int = HEIGHT, height: int = HEIGHT) -> View:
    return random_view(source, np.random.default_rng(seed), width, height)


def capture_circle(view: View) -> np.ndarray[tuple[int, int], np.dtype[np.bool_]]:
    """Pixels that a fisheye's lens leaves black."""
    return np.asarray((view.pixels == 0).all(-1))


@SIZES
@given(SEEDS)
def test_the_label_follows_the_pixels_exactly(width: int, panorama: bool, seed: int) -> None:
    """Every pixel of the picture is a straight function of its label, and stays it through any view."""
    source = coloured_by_label(skyline(64, 128, seed % 5), panorama=panorama)
    view = draw(source, seed, width)
    assert view.pixels.shape == (HEIGHT, width, 3)
    assert view.sky.shape == view.weight.shape == (HEIGHT, width)
    assert view.pixels.dtype == view.sky.dtype == view.weight.dtype == np.float32
    lens = ~capture_circle(view)
    expected = DARK + (BRIGHT - DARK) * view.sky[..., None]
    np.testing.assert_allclose(view.pixels[lens], expected[lens], atol=1e-4)
    assert (view.sky[~lens] == 0).all()
    assert view.sky.min() >= 0
    assert view.sky.max() <= 1 + 1e-6


@SIZES
@given(SEEDS)
def test_weight_is_zero_on_ignored_pixels_only(width: int, panorama: bool, seed: int) -> None:
    """The ignored part of this picture is its sky, so both must end up in the same place."""
    sky = skyline(64, 128, 1)
    view = draw(coloured_by_label(sky, ignore=sky, panorama=panorama), seed, width)
    np.testing.assert_array_equal(view.weight, (view.sky < 0.5).astype(np.float32))


@SIZES
@given(SEEDS)
def test_without_ignored_pixels_every_weight_is_one(width: int, panorama: bool, seed: int) -> None:
    assert (draw(coloured_by_label(skyline(64, 128), panorama=panorama), seed, width).weight == 1).all()


@SIZES
@given(SEEDS)
def test_the_same_generator_gives_the_same_view(width: int, panorama: bool, seed: int) -> None:
    source = textured(panorama=panorama)
    one, other = draw(source, seed, width), draw(source, seed, width)
    np.testing.assert_array_equal(one.pixels, other.pixels)
    np.testing.assert_array_equal(one.sky, other.sky)


@pytest.mark.parametrize("panorama", [True, False])
def test_other_generators_give_other_views(panorama: bool) -> None:
    source = textured(panorama=panorama)
    assert len({draw(source, seed).pixels.tobytes() for seed in range(20)}) == 20


@given(SEEDS)
def test_directions_say_what_is_seen(seed: int) -> None:
    """A panorama that holds its own directions shows in each view, mirrored or not, the directions given with it."""
    directions = equirectangular_directions(256, 128)
    flat = np.zeros((128, 256), np.float32)
    view = draw(Source("directions", directions + 2, flat, flat, Projection.EQUIRECTANGULAR, "open"), seed)
    assert view.directions is not None
    lens = ~capture_circle(view)
    # Views that shrink are blurred first, which pulls directions together a little.
    np.testing.assert_allclose(view.pixels[lens], view.directions[lens] + 2, atol=0.04)


def test_views_of_plain_pictures_have_no_directions() -> None:
    assert draw(textured(panorama=False), 1).directions is None


@pytest.mark.parametrize("panorama", [True, False])
def test_half_of_the_views_are_mirrored(panorama: bool) -> None:
    """Against the same view before its last step: either the same or its mirror image, labels and weights too."""
    source = textured(panorama=panorama)
    unmirrored = views._panorama_view if panorama else views._crop
    mirrored = 0
    for seed in range(60):
        plain = unmirrored(source, np.random.default_rng(seed), HEIGHT, HEIGHT)
        view = draw(source, seed)
        flipped = not np.array_equal(view.pixels, plain.pixels)
        step = -1 if flipped else 1
        np.testing.assert_array_equal(view.pixels, plain.pixels[:, ::step])
        np.testing.assert_array_equal(view.sky, plain.sky[:, ::step])
        np.testing.assert_array_equal(view.weight, plain.weight[:, ::step])
        mirrored += flipped
    assert 18 <= mirrored <= 42


def test_the_black_around_a_fisheye_is_known_to_be_no_sky(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a picture that is all sky and all ignored, only what lies outside the circle is non-sky and known."""
    monkeypatch.setattr(views, "_perspective", views._fisheye)
    monkeypatch.setattr(views, "_window", views._fisheye)
    everywhere = np.ones((64, 128), np.float32)
    source = coloured_by_label(everywhere, ignore=everywhere)
    with_circle = [view for view in (draw(source, seed) for seed in range(40)) if capture_circle(view).any()]
    assert 18 <= len(with_circle) <= 38
    for view in with_circle:
        outside = capture_circle(view)
        assert outside.mean() == pytest.approx(1 - math.pi / 4, abs=0.02)
        assert outside[0, 0]
        assert outside[-1, -1]
        assert (view.sky[outside] == 0).all()
        assert (view.weight[outside] == 1).all()
        assert (view.sky[~outside] == 1).all()
        assert (view.weight[~outside] == 0).all()


def test_a_wide_view_is_the_whole_sphere() -> None:
    """Its directions, weighted by solid angle, cancel out."""
    rows = np.cos((0.5 - (np.arange(HEIGHT) + 0.5) / HEIGHT) * np.pi)[:, None, None]
    for seed in range(10):
        directions = draw(textured(), seed, 2 * HEIGHT).directions
        assert directions is not None
        assert np.abs((directions * rows).sum((0, 1)) / rows.sum() / (2 * HEIGHT)).max() < 1e-3


def test_kinds_of_views_vary_in_scale() -> None:
    """The angle between neighbouring pixels spans several stops over a few hundred views."""
    steps = []
    for seed in range(200):
        directions = draw(textured(), seed).directions
        assert directions is not None
        middle = directions[HEIGHT // 2, HEIGHT // 2 - 1 : HEIGHT // 2 + 1]
        steps.append(float(np.linalg.norm(middle[1] - middle[0])))
    assert np.quantile(steps, 0.95) / np.quantile(steps, 0.05) > 3


@given(SEEDS, st.integers(33, 200), st.integers(33, 200))
def test_any_shape_of_plain_picture_can_be_cropped(seed: int, height: int, width: int) -> None:
    view = draw(coloured_by_label(skyline(height, width), panorama=False), seed)
    expected = DARK + (BRIGHT - DARK) * view.sky[..., None]
    np.testing.assert_allclose(view.pixels, expected, atol=1e-4)
