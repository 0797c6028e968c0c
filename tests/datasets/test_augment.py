"""Photometric augmentation: light stays light, labels stay where they are, only what plays a camera clips."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets import augment as module
from skymatte.datasets.augment import augment, dust, haze
from skymatte.datasets.views import View
from skymatte.picture.encoding import srgb_from_linear
from skymatte.picture.exposure import exposure_scale
from tests.datasets.material import textured, view_of

Array = NDArray[np.float32]
SEEDS = st.integers(0, 2**32)
SUN = (slice(5, 8), slice(20, 23))


def sunny_view() -> View:
    """A textured view with a sun 10000 times as bright as its sky."""
    source = textured(seed=2)
    view = view_of(source.pixels, source.sky)
    view.pixels[SUN] = 3e4
    return view


def unchanged(pixels: Array, *_: object) -> Array:
    return pixels


@given(SEEDS)
def test_light_stays_finite_and_is_never_negative(seed: int) -> None:
    view = sunny_view()
    sky, weight = view.sky.copy(), view.weight.copy()
    pixels = augment(view, np.random.default_rng(seed))
    assert pixels.dtype == np.float32
    assert pixels.shape == view.pixels.shape
    assert np.isfinite(pixels).all()
    assert (pixels >= 0).all()
    np.testing.assert_array_equal(view.sky, sky)
    np.testing.assert_array_equal(view.weight, weight)


@pytest.mark.parametrize("light", [0.0, 1e-30, 65504.0])
def test_extreme_pictures_pass_too(light: float) -> None:
    for seed in range(30):
        view = view_of(np.full((32, 32, 3), light, np.float32), np.ones((32, 32), np.float32))
        assert np.isfinite(augment(view, np.random.default_rng(seed))).all()


def test_the_same_generator_gives_the_same_picture() -> None:
    one, other = (augment(sunny_view(), np.random.default_rng(5)) for _ in range(2))
    np.testing.assert_array_equal(one, other)


def test_exposures_scatter_around_middle_grey() -> None:
    """By 0.6 stops, the last step."""
    stops = [np.log2(exposure_scale(augment(sunny_view(), np.random.default_rng(seed)))) for seed in range(80)]
    assert abs(np.mean(stops)) < 0.25
    assert 0.4 < np.std(stops) < 0.9


def test_the_sun_keeps_its_range_where_no_step_clips(monkeypatch: pytest.MonkeyPatch) -> None:
    for step in ("_clip_highlights", "_camera"):
        monkeypatch.setattr(module, step, unchanged)
    for seed in range(40):
        pixels = augment(sunny_view(), np.random.default_rng(seed))
        assert pixels[SUN].max() > 50


def test_other_pictures_lose_their_range_now_and_then() -> None:
    peaks = [float(augment(sunny_view(), np.random.default_rng(seed)).max()) for seed in range(60)]
    clipped = np.mean(np.array(peaks) < 20)
    assert 0.25 < clipped < 0.75


@pytest.mark.parametrize("camera", [0.0, 1.0])
def test_the_share_of_cameras_is_as_asked(camera: float) -> None:
    """What an 8-bit camera took has no more than 256 levels of red, whatever its file did to them."""
    levels = [np.unique(augment(sunny_view(), np.random.default_rng(seed), camera)[..., 0]).size for seed in range(12)]
    assert np.mean(np.array(levels) <= 256) == camera


@given(SEEDS)
def test_haze_veils_the_ground_only(seed: int) -> None:
    view = sunny_view()
    before = view.pixels.copy()
    haze(view, np.random.default_rng(seed))
    sky = view.sky == 1
    np.testing.assert_allclose(view.pixels[sky], before[sky], rtol=1e-6)
    ground = ~sky
    assert np.abs(view.pixels[ground] - before[ground]).max() > 0
    # Koschmieder: between what was there and the airlight, channel by channel.
    near = view.pixels[ground]
    air = np.maximum(before[sky].max(0), before[ground].max(0))
    assert (near <= air + 1e-4).all()
    assert (near >= np.minimum(before[ground], before[sky].min(0)) - 1e-5).all()


def test_haze_is_thickest_at_the_skyline() -> None:
    sky = np.zeros((60, 60), np.float32)
    sky[:20] = 1
    pixels = np.where(sky[..., None] > 0, 1.0, 0.0).repeat(3, -1).astype(np.float32)
    view = view_of(pixels, sky)
    haze(view, np.random.default_rng(1))
    column = view.pixels[23:, 30, 0]
    assert (np.diff(column) <= 1e-6).all()
    assert column[0] > column[-1]


@given(SEEDS)
def test_haze_never_hides_a_ground_far_darker_than_its_sky(seed: int) -> None:
    """A quarter of the sky's light at most: two stops remain."""
    sky = np.zeros((60, 60), np.float32)
    sky[:20] = 1
    pixels = np.where(sky[..., None] > 0, 1e4, 0.1).repeat(3, -1).astype(np.float32)
    view = view_of(pixels, sky)
    haze(view, np.random.default_rng(seed))
    assert view.pixels[20:].max() <= 0.25 * 1e4 + 0.1


@given(SEEDS)
def test_a_sun_in_view_lights_neither_haze_nor_dust(seed: int) -> None:
    view = sunny_view()
    sun = view.pixels > 1e4
    brightest = float(view.pixels[~sun].max())
    haze(view, np.random.default_rng(seed))
    veiled = dust(view.pixels, np.random.default_rng(seed))
    assert veiled[~sun].max() <= 1.5 * brightest


@pytest.mark.parametrize("value", [0.0, 1.0])
def test_haze_needs_both_sky_and_ground(value: float) -> None:
    view = sunny_view()
    view.sky[:] = value
    before = view.pixels.copy()
    haze(view, np.random.default_rng(0))
    np.testing.assert_array_equal(view.pixels, before)


@given(SEEDS)
def test_shade_scales_the_ground_by_one_factor(seed: int) -> None:
    view = sunny_view()
    before = view.pixels.copy()
    module._shade(view, np.random.default_rng(seed))
    ground = view.sky == 0
    np.testing.assert_array_equal(view.pixels[~ground], before[~ground])
    gain = view.pixels[ground] / before[ground]
    assert gain.max() == pytest.approx(gain.min(), rel=1e-5)
    assert 2**-3 * 0.999 <= gain.min() <= 2**2.5 * 1.001


def test_a_camera_gives_what_eight_bits_can_say() -> None:
    """Clipped at 1; without JPEG's help every value is one of 256 levels of the sRGB curve, and so it is with it."""
    for seed in range(20):
        pixels = module._camera(sunny_view().pixels, sunny_view().sky, np.random.default_rng(seed))
        levels = srgb_from_linear(pixels) * 255
        assert pixels.max() <= 1 + 1e-6
        np.testing.assert_allclose(levels, np.rint(levels), atol=1e-3)


def test_a_saturated_sensor_loses_the_peak_only() -> None:
    pixels = sunny_view().pixels
    for seed in range(20):
        clipped = module._clip_highlights(pixels, np.random.default_rng(seed))
        assert clipped.max() < pixels.max()
        below = pixels < clipped.max()
        np.testing.assert_array_equal(clipped[below], pixels[below])
        assert below.mean() >= 0.55


def test_noise_is_stronger_in_the_light_and_fair() -> None:
    pixels = np.full((80, 80, 3), 0.5, np.float32)
    pixels[40:] = 8.0
    deviations = []
    for seed in range(20):
        noisy = module._noise(pixels, np.random.default_rng(seed))
        assert noisy[40:].mean() == pytest.approx(8.0, rel=0.03)
        deviations.append((noisy[:40].std(), noisy[40:].std()))
    dark, light = np.array(deviations).mean(0)
    assert light > 1.5 * dark > 0


def test_grey_pictures_stay_grey_without_colour_to_grade() -> None:
    """White balance tints, so the channels differ, but by one factor each over the whole picture."""
    pixels = np.full((8, 8, 3), 0.18, np.float32)
    graded = module._grade(pixels, np.random.default_rng(3))
    np.testing.assert_allclose(graded, np.broadcast_to(graded[0, 0], graded.shape), rtol=1e-6)


def test_some_cameras_are_exposed_for_the_ground() -> None:
    """Then most of the sky is white, whatever its light is beside that of the ground."""
    white = []
    for seed in range(60):
        view = sunny_view()
        sky = view.sky > 0.5
        pixels = module._camera(
            view.pixels * np.where(sky, 0.02, 1.0)[..., None].astype(np.float32), view.sky, np.random.default_rng(seed)
        )
        white.append(np.mean(pixels[sky].min(-1) > 0.9) > 0.45)
    assert 0.15 < np.mean(white) < 0.6
