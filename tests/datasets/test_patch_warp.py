"""The one resampling of a patch: where each pixel comes from, what lies beyond the border, how the label follows."""

from __future__ import annotations

import cmath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets.patch_warp import (
    draw_perspective,
    draw_shift_scale_rotate,
    perspective,
    shift_scale_rotate,
    warp_view,
)
from skymatte.datasets.views import View
from tests.datasets.material import BRIGHT, DARK, skyline, textured, view_of

Array = NDArray[np.float32]
Matrix = NDArray[np.float64]

SEEDS = st.integers(0, 2**32)
HEIGHT, WIDTH = 40, 56


def any_warp(seed: int) -> Matrix:
    rng = np.random.default_rng(seed)
    warp = draw_shift_scale_rotate(rng, WIDTH, HEIGHT, shift=0.2, scale=0.2, rotate=25)
    return warp @ draw_perspective(rng, WIDTH, HEIGHT, scale=0.1)


def origins(warp: Matrix) -> tuple[Matrix, Matrix]:
    """Where each pixel of a warped patch comes from: x and y."""
    y, x = np.mgrid[:HEIGHT, :WIDTH].astype(np.float64)
    points = np.stack((x, y, np.ones_like(x)), -1) @ warp.T
    return points[..., 0] / points[..., 2], points[..., 1] / points[..., 2]


def mirrored(index: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    index = np.abs(index) % (2 * length - 2)
    return np.minimum(index, 2 * length - 2 - index)


def reference(image: NDArray[np.floating], warp: Matrix) -> Matrix:
    """Bilinear in float64 straight from its definition, mirrored about the outermost pixels' centres."""
    x, y = origins(warp)
    left, top = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
    out = np.zeros((*x.shape, *image.shape[2:]))
    for down in (0, 1):
        for right in (0, 1):
            share = np.abs(1 - down - (y - top)) * np.abs(1 - right - (x - left))
            taken = image[mirrored(top + down, HEIGHT), mirrored(left + right, WIDTH)].astype(np.float64)
            out += taken * (share[..., None] if taken.ndim == 3 else share)
    return out


def labelled(sky: Array, weight: Array | None = None) -> View:
    """A patch whose every pixel is DARK + (BRIGHT − DARK)·sky."""
    pixels = DARK + (BRIGHT - DARK) * sky[..., None]
    return View(pixels, sky.copy(), np.ones_like(sky) if weight is None else weight.copy(), None)


@given(SEEDS)
def test_pixels_and_label_are_what_the_definition_says(seed: int) -> None:
    source = textured(HEIGHT, WIDTH, seed=seed % 7)
    weight = (np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.7).astype(np.float32)
    view, warp = View(source.pixels, source.sky, weight, None), any_warp(seed)
    warp_view(view, warp)
    np.testing.assert_allclose(view.pixels, reference(source.pixels, warp), atol=2e-3)
    known = reference(weight, warp)
    np.testing.assert_allclose(view.weight, known, atol=2e-4)
    clear = known > 0.01
    expected = reference(source.sky * weight, warp)[clear] / known[clear]
    np.testing.assert_allclose(view.sky[clear], expected, atol=2e-2)
    assert view.pixels.dtype == view.sky.dtype == view.weight.dtype == np.float32


@given(st.floats(-0.3, 0.3), st.floats(-0.3, 0.3), st.floats(0.5, 1.5), st.floats(-180, 180))
def test_shift_scale_rotate_in_the_plane_of_complex_numbers(
    right: float, down: float, scale: float, degrees: float
) -> None:
    """A point z of the patch lands at c + s·e^(−iθ)·(z − c) + t: y runs down, so counter-clockwise is −θ."""
    warp = shift_scale_rotate(WIDTH, HEIGHT, shift=(right, down), scale=scale, degrees=degrees)
    centre, shift = complex(WIDTH - 1, HEIGHT - 1) / 2, complex(right * WIDTH, down * HEIGHT)
    for z in (0j, centre, complex(WIDTH - 1, 0), complex(7.5, 31.25)):
        landed = centre + scale * cmath.exp(-1j * np.radians(degrees)) * (z - centre) + shift
        x, y, depth = warp @ (landed.real, landed.imag, 1)
        assert complex(x / depth, y / depth) == pytest.approx(z, abs=1e-9)


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_quarter_turns_are_those_of_numpy(quarters: int) -> None:
    """Which turns counter-clockwise, too."""
    pixels = np.random.default_rng(0).random((HEIGHT, HEIGHT, 3)).astype(np.float32)
    view = view_of(pixels, pixels[..., 0])
    warp_view(view, shift_scale_rotate(HEIGHT, HEIGHT, shift=(0, 0), scale=1, degrees=90 * quarters))
    np.testing.assert_allclose(view.pixels, np.rot90(pixels, quarters), atol=1e-5)
    np.testing.assert_allclose(view.sky, np.rot90(pixels[..., 0], quarters), atol=1e-5)


def test_beyond_the_border_the_patch_is_mirrored_and_its_last_pixels_stand_once() -> None:
    """As ``np.pad`` does it with mode ``reflect``."""
    source = textured(HEIGHT, WIDTH)
    view = view_of(source.pixels, source.sky)
    warp_view(view, shift_scale_rotate(WIDTH, HEIGHT, shift=(10 / WIDTH, -8 / HEIGHT), scale=1, degrees=0))
    for seen, whole in ((view.pixels, source.pixels), (view.sky, source.sky)):
        padded = np.pad(whole, ((0, 8), (10, 0), (0, 0))[: whole.ndim], mode="reflect")
        np.testing.assert_allclose(seen, padded[8:, :WIDTH], rtol=1e-5, atol=1e-6)


@given(SEEDS)
def test_perspective_spreads_its_quadrilateral_over_the_patch(seed: int) -> None:
    """The outer corners of the patch show those of the quadrilateral."""
    inwards = np.random.default_rng(seed).uniform(0, 0.3, (4, 2))
    warp = perspective(WIDTH, HEIGHT, inwards)
    for (x, y), (along, below) in zip(((0, 0), (1, 0), (1, 1), (0, 1)), inwards, strict=True):
        across, down, depth = warp @ (x * WIDTH - 0.5, y * HEIGHT - 0.5, 1)
        seen = (abs(x - along) * WIDTH - 0.5, abs(y - below) * HEIGHT - 0.5)
        assert (across / depth, down / depth) == pytest.approx(seen, abs=1e-4)


@given(SEEDS, st.floats(0.01, 0.3))
def test_perspective_looks_inside_the_patch_only(seed: int, scale: float) -> None:
    """And never past the horizon, where depth would change its sign."""
    warp = draw_perspective(np.random.default_rng(seed), WIDTH, HEIGHT, scale=scale)
    x, y = origins(warp)
    assert x.min() >= -0.5
    assert x.max() <= WIDTH - 0.5
    assert y.min() >= -0.5
    assert y.max() <= HEIGHT - 0.5
    depth = np.array([warp[2] @ (x, y, 1) for x in (-0.5, WIDTH - 0.5) for y in (-0.5, HEIGHT - 0.5)])
    assert (depth > 0).all()


def test_draws_keep_to_their_limits_and_use_them() -> None:
    """Shift, scale and angle as they can be read off the warp, over 500 draws."""
    rng = np.random.default_rng(3)
    centre = np.array([WIDTH - 1, HEIGHT - 1]) / 2
    drawn = []
    for _ in range(500):
        onto = np.linalg.inv(draw_shift_scale_rotate(rng, WIDTH, HEIGHT, shift=0.2, scale=0.1, rotate=25))
        right, down = (onto[:2, :2] @ centre + onto[:2, 2] - centre) / (WIDTH, HEIGHT)
        degrees = np.degrees(np.arctan2(-onto[1, 0], onto[0, 0]))
        drawn.append((right, down, np.hypot(onto[0, 0], onto[1, 0]) - 1, degrees))
    limits = np.array([0.2, 0.2, 0.1, 25])
    low, high = np.min(drawn, axis=0), np.max(drawn, axis=0)
    assert (low >= -limits - 1e-9).all()
    assert (high <= limits + 1e-9).all()
    assert (low < -0.95 * limits).all()
    assert (high > 0.95 * limits).all()
    np.testing.assert_allclose(np.mean(drawn, axis=0) / limits, 0, atol=0.12)


@given(SEEDS)
def test_the_label_follows_the_pixels(seed: int) -> None:
    """Every pixel is a straight function of its label, and stays it through any warp."""
    view = labelled(skyline(HEIGHT, WIDTH, seed % 5))
    warp_view(view, any_warp(seed))
    np.testing.assert_allclose(view.pixels, DARK + (BRIGHT - DARK) * view.sky[..., None], atol=1e-4)
    assert (view.weight == 1).all()
    assert view.sky.min() >= 0
    assert view.sky.max() <= 1


@given(SEEDS)
def test_what_the_label_does_not_know_never_leaks(seed: int) -> None:
    """Whatever stands in the label where its weight is 0, what comes out is the same."""
    rng = np.random.default_rng(seed)
    sky, weight = skyline(HEIGHT, WIDTH, 1), (rng.random((HEIGHT, WIDTH)) < 0.6).astype(np.float32)
    one, other = labelled(sky, weight), labelled(sky, weight)
    other.sky = np.where(weight > 0, sky, 1 - sky).astype(np.float32)
    for view in (one, other):
        warp_view(view, any_warp(seed))
    np.testing.assert_array_equal(one.sky, other.sky)
    np.testing.assert_array_equal(one.weight, other.weight)


def test_a_known_sky_beside_the_unknown_stays_sky() -> None:
    """Not half of it: the mean runs over the known part alone."""
    weight = np.ones((HEIGHT, WIDTH), np.float32)
    weight[:, 20:30] = 0
    view = labelled(weight, weight)
    warp_view(view, shift_scale_rotate(WIDTH, HEIGHT, shift=(0.4 / WIDTH, 0), scale=1, degrees=0))
    np.testing.assert_allclose(view.sky[view.weight > 0], 1, atol=1e-6)
    np.testing.assert_allclose(view.weight[0, [19, 20, 29, 30, 31]], [1, 0.4, 0, 0.6, 1], atol=1e-5)


@given(SEEDS)
def test_light_is_averaged_never_clipped_nor_overshot(seed: int) -> None:
    source = textured(HEIGHT, WIDTH)
    pixels = source.pixels.copy()
    pixels[10:14, 20:24] = 1e9
    view = view_of(pixels, source.sky)
    warp_view(view, shift_scale_rotate(WIDTH, HEIGHT, shift=(0, 0), scale=1.2, degrees=seed % 360))
    assert view.pixels.max() == pytest.approx(1e9, rel=1e-3)
    assert view.pixels.min() >= pixels.min() * (1 - 1e-5)
