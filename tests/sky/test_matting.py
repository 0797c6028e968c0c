"""Edges are drawn to the pixel grid, in linear light, whatever the sky holds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.masks.metrics import edge_band, mad
from skymatte.masks.metrics_halo import halo
from skymatte.scenes.panorama import render
from skymatte.sky.matting import EDGES, refine_edges
from tests.sky.edges import GROUND, SKY, blurred_answer, composed, coverage, textured

Array = NDArray[np.float32]
HEIGHT, WIDTH = 160, 224


def refined(pixels: Array, answer: Array, edge: str = "fast", scale: float = 1.0, *, wrap: bool = False) -> Array:
    return refine_edges(pixels, scale, answer.copy(), edge=edge, wrap=wrap)


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("slope", [0.0, 0.17, -0.9])
def test_a_straight_edge_is_met_to_a_tenth_of_a_pixel(edge: str, slope: float) -> None:
    """The sum of a column is where the edge runs: no shift by half a pixel, though the answer is a whole one off."""
    truth = coverage(HEIGHT, WIDTH, lambda x, y: y < 80.37 + slope * (x - WIDTH / 2))
    matte = refined(composed(truth), blurred_answer(truth), edge)
    columns = slice(70, 154)  # a steep edge leaves the frame
    shift = (matte - truth)[:, columns].sum(axis=0)
    assert abs(shift.mean()) < 0.1
    assert mad(matte, truth, where=edge_band(truth)) < 0.02
    lost = halo(matte, truth)
    assert lost.sky_left < 0.02
    assert lost.ground_taken < 0.02


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("thickness", [0.3, 0.6, 1.5])
@pytest.mark.parametrize("slope", [0.0, 0.4])
def test_a_wire_keeps_its_fraction(edge: str, thickness: float, slope: float) -> None:
    """A wire beside a roof, of which the network saw no more than a faint dip."""

    def inside(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
        wire = np.abs(y - 60.2 - slope * (x - WIDTH / 2)) * np.hypot(1, slope) ** -1 < thickness / 2
        return np.asarray((y < 110) & ~wire)

    truth = coverage(HEIGHT, WIDTH, inside)
    answer = blurred_answer(truth, 2.5)
    matte = refined(composed(truth, ground_spread=0.05), answer, edge)
    near = (slice(0, 104), slice(40, 184))
    drawn, exact = (1 - matte[near]).sum(), (1 - truth[near]).sum()
    assert drawn == pytest.approx(exact, rel=0.2)
    assert np.abs(matte - truth)[near].sum() < 0.32 * exact


def test_a_wire_that_the_network_missed_is_found_by_its_colour() -> None:
    truth = coverage(HEIGHT, WIDTH, lambda x, y: (y < 110) & ~(np.abs(y - 80 - 0.2 * x / 4) < 0.4))
    roof_only = coverage(HEIGHT, WIDTH, lambda x, y: np.broadcast_to(y < 110, np.broadcast_shapes(x.shape, y.shape)))
    matte = refined(composed(truth), blurred_answer(roof_only))
    wire = (truth < 1) & (np.arange(HEIGHT)[:, None] < 100)
    assert np.abs(matte - truth)[wire].mean() < 0.05


def clouds(height: int, width: int) -> Array:
    """Sky from blue to white in soft billows: light H×W×3."""
    import cv2

    rng = np.random.default_rng(4)
    white = cv2.GaussianBlur(rng.random((height, width), np.float32), (0, 0), 7)
    white = np.clip((white - white.mean()) / white.std() / 4 + 0.4, 0, 1)[..., None]
    return np.asarray((1 - white) * SKY + white * np.array([1.9, 2.0, 2.1], np.float32), np.float32)


def test_clouds_are_not_eaten() -> None:
    truth = coverage(HEIGHT, WIDTH, lambda x, y: y < 90 + 12 * np.sin(x / 20))
    share = truth[..., None]
    pixels = share * clouds(HEIGHT, WIDTH) + (1 - share) * textured(HEIGHT, WIDTH, GROUND, 0.3, 2)
    matte = refined(pixels.astype(np.float32), blurred_answer(truth))
    assert (matte[truth == 1] < 0.8).mean() < 0.005
    assert mad(matte, truth, where=edge_band(truth)) < 0.04


@pytest.mark.parametrize("light", [65504.0, 1e6])
def test_a_sun_beside_an_edge_changes_nothing_of_it(light: float) -> None:
    truth = coverage(HEIGHT, WIDTH, lambda x, y: y < 90 + 12 * np.sin(x / 20))
    pixels = composed(truth)
    without = refined(pixels, blurred_answer(truth))
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    distance = np.hypot(x - 110, y - 66)
    glow = (distance < 5) * light + 2 * np.exp(-distance / 12)
    blazing = pixels + (glow * truth)[..., None].astype(np.float32)
    matte = refined(blazing, blurred_answer(truth))
    assert mad(matte, truth, where=edge_band(truth)) < mad(without, truth, where=edge_band(truth)) + 0.01
    assert matte[distance < 5].min() > 0.99


def test_a_sun_of_a_few_pixels_stays_sky() -> None:
    """The demo scene's, beside clouds and over a tree: the pixels of its rim are of no colour that the sky has."""
    pixels, truth = render(2048, 1024, 0)
    part = (slice(100, 560), slice(156, 620))
    light = np.minimum(pixels[part], np.float32(65504))
    matte = refined(light, blurred_answer(truth[part]))
    sun = light.min(axis=-1) > 1000
    assert sun.sum() > 10
    assert matte[sun].min() > 0.99


def test_stars_and_moon_stay_sky() -> None:
    truth = coverage(HEIGHT, WIDTH, lambda x, y: y < 90 + 12 * np.sin(x / 20))
    rng = np.random.default_rng(8)
    night = np.asarray(np.float32(0.02) * rng.lognormal(0, 0.25, (HEIGHT, WIDTH, 3)), np.float32)
    stars = rng.random((HEIGHT, WIDTH)) < 0.004
    night[stars] *= 60
    moon = np.hypot(*(np.mgrid[:HEIGHT, :WIDTH] - np.array([50, 100])[:, None, None])) < 6
    night[moon] = 30
    share = truth[..., None]
    pixels = share * night + (1 - share) * np.float32(0.002)
    matte = refined(pixels.astype(np.float32), blurred_answer(truth))
    assert matte[(stars | moon) & (truth == 1)].min() > 0.9


def test_a_hazy_edge_keeps_the_networks_answer() -> None:
    """Sky and ground of one colour: nothing can be told from it, and nothing is made up."""
    truth = coverage(HEIGHT, WIDTH, lambda x, y: y < 80 + 0.1 * x)
    pixels = textured(HEIGHT, WIDTH, SKY, 0.05, 3)
    answer = blurred_answer(truth)
    assert np.abs(refined(pixels, answer) - answer).max() < 0.1


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("stops", [-12, 9])
def test_exposure_changes_no_bit(edge: str, stops: int) -> None:
    truth = coverage(96, 96, lambda x, y: y < 40 + 0.3 * x)
    pixels, answer = composed(truth), blurred_answer(truth)
    factor = 2.0**stops
    np.testing.assert_array_equal(
        refined(pixels, answer, edge, 0.7), refined(pixels * np.float32(factor), answer, edge, 0.7 / factor)
    )


@pytest.mark.parametrize("turn", [1, 100, 300])
def test_turning_a_panorama_turns_its_matte(turn: int) -> None:
    width = 512
    truth = coverage(192, width, lambda x, y: y < 90 + 20 * np.sin(2 * np.pi * x / width * 5))
    pixels = composed(truth)
    answer = np.roll(blurred_answer(np.roll(truth, 40, 1)), -40, 1)
    first = refined(pixels, answer, wrap=True)
    second = refined(np.roll(pixels, turn, 1), np.roll(answer, turn, 1), wrap=True)
    np.testing.assert_allclose(second, np.roll(first, turn, 1), atol=0.05)
    assert ((second >= 0.45) == (np.roll(first, turn, 1) >= 0.45)).mean() > 0.9995
    assert mad(first, truth, where=edge_band(truth)) < 0.02


@pytest.mark.parametrize("turn", [1, 100, 300])
def test_counted_from_its_own_heading_a_turned_panorama_gets_the_same_matte_to_the_bit(turn: int) -> None:
    truth = coverage(192, 512, lambda x, y: y < 90 + 20 * np.sin(2 * np.pi * x / 512 * 5))
    pixels, answer = composed(truth), blurred_answer(truth)
    first = refine_edges(pixels, 1.0, answer.copy(), wrap=True, turn=7)
    second = refine_edges(np.roll(pixels, turn, 1), 1.0, np.roll(answer, turn, 1), wrap=True, turn=(7 + turn) % 512)
    np.testing.assert_array_equal(second, np.roll(first, turn, 1))


def test_away_from_edges_nothing_changes_and_nothing_is_copied() -> None:
    truth = coverage(HEIGHT, WIDTH, lambda x, y: np.broadcast_to(y < 20, np.broadcast_shapes(x.shape, y.shape)))
    answer = blurred_answer(truth)
    before = answer.copy()
    matte = refine_edges(composed(truth), 1.0, answer, wrap=False)
    assert matte is answer
    np.testing.assert_array_equal(matte[64:], before[64:])


@settings(max_examples=25)
@given(st.integers(1, 70), st.integers(1, 70), st.booleans(), st.sampled_from(EDGES), st.integers(0, 99))
def test_any_size_any_light(height: int, width: int, wrap: bool, edge: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    pixels = np.asarray(10 ** rng.uniform(-7, 4.8, (height, width, 3)), np.float32)
    pixels[rng.random((height, width)) < 0.2] = 0
    matte = refined(pixels, rng.random((height, width), np.float32), edge, wrap=wrap)
    assert matte.shape == (height, width)
    assert matte.dtype == np.float32
    assert matte.min() >= 0
    assert matte.max() <= 1


def test_an_unknown_edge_is_refused() -> None:
    with pytest.raises(ValueError, match="choose one of fast, fine"):
        refine_edges(np.ones((4, 4, 3), np.float32), 1.0, np.ones((4, 4), np.float32), edge="soft", wrap=False)
