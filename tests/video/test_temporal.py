"""The temporal filter: less flicker, no trails, cuts, any size."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from skymatte.masks.metrics import dtssd, flicker, mad, motion, mse
from skymatte.video.frame import Frame
from skymatte.video.temporal import TemporalFilter

Matte = NDArray[np.float32]
HEIGHT, WIDTH = 180, 240


def frame(index: int, pixels: NDArray[np.uint8]) -> Frame:
    return Frame(index, Fraction(index, 25), pixels)


def moving(index: int, speed: float = 2.0) -> tuple[NDArray[np.uint8], Matte]:
    """A textured ridge that passes before a sky with a gradient: the frame and its exact matte."""
    rng = np.random.default_rng(7)
    texture = cv2.GaussianBlur(rng.random((HEIGHT, 600)).astype(np.float32), (0, 0), 2)
    texture = np.asarray((texture - texture.min()) / np.ptp(texture), np.float32)
    skyline = 90 + 25 * np.sin(np.arange(600) / 17) + 8 * np.sin(np.arange(600) / 5)
    matte = np.clip(skyline - np.arange(HEIGHT)[:, None], 0, 1).astype(np.float32)
    shift = np.array([[1, 0, -speed * index], [0, 1, 0]])
    texture, matte = (
        np.asarray(cv2.warpAffine(each, shift, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR), np.float32)
        for each in (texture, matte)
    )
    sky = np.linspace(230, 190, HEIGHT, dtype=np.float32)[:, None]
    light = sky * matte + (20 + 110 * texture) * (1 - matte)
    noise = np.random.default_rng(100 + index).normal(0, 1.5, light.shape)
    return np.repeat(np.clip(light + noise, 0, 255).astype(np.uint8)[..., None], 3, 2), matte


def unsteady(matte: Matte, index: int) -> Matte:
    """What a network might say: wrong in blotches that differ from frame to frame."""
    rng = np.random.default_rng(index)
    blotches = cv2.resize(rng.normal(0, 0.35, (12, 16)).astype(np.float32), (WIDTH, HEIGHT))
    return np.asarray(np.clip(matte + blotches * (cv2.blur(matte, (25, 25)) % 1 > 0), 0, 1), np.float32)


@pytest.mark.parametrize("speed", [0.0, 0.7, 3.0])
def test_flicker_and_dtssd_are_halved_and_no_edge_is_dragged(speed: float) -> None:
    frames = [moving(index, speed) for index in range(16)]
    raw = [unsteady(matte, index) for index, (_, matte) in enumerate(frames)]
    steadying = TemporalFilter()
    steady = [steadying.step(frame(index, frames[index][0]), raw[index]) for index in range(16)]
    truths = [matte for _, matte in frames]
    assert dtssd(steady[4:], truths[4:]) < 0.5 * dtssd(raw[4:], truths[4:])
    errors = [np.mean([mse(*pair) for pair in zip(mattes[4:], truths[4:], strict=True)]) for mattes in (steady, raw)]
    assert errors[0] < 0.9 * errors[1]
    between = motion(frames[9][0][..., 0].copy(), frames[10][0][..., 0].copy())
    assert flicker(steady[9], steady[10], between) < 0.5 * flicker(raw[9], raw[10], between)


@pytest.mark.parametrize("speed", [0.0, 0.7, 3.0, 9.0])
def test_an_exact_matte_stays_exact(speed: float) -> None:
    steadying = TemporalFilter()
    for index in range(8):
        pixels, matte = moving(index, speed)
        steady = steadying.step(frame(index, pixels), matte)
        assert mad(steady, matte) < 0.004


def test_something_that_flies_past_leaves_no_trail() -> None:
    steadying = TemporalFilter()
    for index in range(12):
        pixels, matte = moving(0)
        bird = (20 + 16 * index, 30)
        matte = matte.copy()
        cv2.circle(pixels, bird, 8, (15, 15, 15), -1)
        cv2.circle(matte, bird, 8, 0, -1)
        steady = steadying.step(frame(index, pixels), matte)
        assert np.abs(steady - matte)[:50].mean() < 0.003
        assert steady[30, bird[0]] < 0.1


def test_a_cut_starts_anew() -> None:
    steadying = TemporalFilter()
    pixels, matte = moving(0)
    for index in range(4):
        steadying.step(frame(index, pixels), matte)
    other = np.ascontiguousarray(255 - pixels[::-1, ::-1])
    upside_down = np.ascontiguousarray(matte[::-1, ::-1])
    assert np.array_equal(steadying.step(frame(4, other), upside_down), upside_down)
    steady = steadying.step(frame(5, other), 1 - upside_down)
    edge = np.flatnonzero(((upside_down > 0.02) & (upside_down < 0.98)).any(axis=1))
    rows = slice(edge[0], edge[-1] + 1)
    np.testing.assert_allclose(steady[rows], 0.5, atol=0.02)  # the mean of two: the past counts as much as it is long


def test_rows_without_an_edge_are_left_as_they_were_found() -> None:
    """What costs time is the height of the skyline, not of the frame; what is steadied does not end at its last row."""
    steadying = TemporalFilter()
    pixels, matte = moving(0)
    height = len(matte)
    mattes = [np.float32(0.005) + matte * np.float32(0.98) + np.float32(0.01) * (index % 2) for index in range(4)]
    edge = np.flatnonzero(((np.stack(mattes[2:]) >= 0.02) & (np.stack(mattes[2:]) <= 0.98)).any(axis=(0, 2)))
    top, bottom = edge[0] - height // 16, edge[-1] + 1 + height // 16
    assert 0 < top < bottom < height
    for index, found in enumerate(mattes):
        steady = steadying.step(frame(index, pixels), found)
    np.testing.assert_array_equal(steady[:top], found[:top])
    np.testing.assert_array_equal(steady[bottom:], found[bottom:])
    assert (steady != found)[[top, bottom - 1]].any(axis=1).all()


def test_a_new_size_starts_anew() -> None:
    steadying = TemporalFilter()
    for size in ((40, 60), (60, 40), (1, 1), (700, 9)):
        matte = np.full(size, 0.25, np.float32)
        pixels = np.full((*size, 3), 80, np.uint8)
        assert np.array_equal(steadying.step(frame(0, pixels), matte), matte)
        np.testing.assert_allclose(steadying.step(frame(1, pixels), 1 - matte), 0.5, atol=1e-6)


@settings(max_examples=10)
@given(st.integers(1, 50), st.integers(1, 50), st.data())
def test_what_comes_out_is_a_matte_of_the_frame_and_what_went_in_is_as_it_was(
    height: int, width: int, data: st.DataObject
) -> None:
    steadying = TemporalFilter()
    for index in range(3):
        pixels = data.draw(arrays(np.uint8, (height, width, 3)))
        matte = data.draw(arrays(np.float32, (height, width), elements=st.floats(0, 1, width=32)))
        kept = matte.copy()
        steady = steadying.step(frame(index, pixels), matte)
        assert steady.shape == matte.shape
        assert steady.dtype == np.float32
        assert steady.min() >= -1e-6
        assert steady.max() <= 1 + 1e-6
        assert np.array_equal(matte, kept)
