"""Bicubic resampling: MATLAB's values, a plain reference, and what holds for any picture."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from benchmarks.superres_pictures import prepared, set_pictures
from skymatte.picture.bicubic import bicubic
from skymatte.picture.fidelity import psnr

Array = NDArray[np.float32]

SIDES = st.integers(1, 9)
PICTURES = arrays(
    np.float32, st.tuples(SIDES, SIDES), elements=st.floats(-8, 8, width=32, allow_subnormal=False), fill=st.nothing()
)


def plain(row: NDArray[np.float64], target: int) -> NDArray[np.float64]:
    """Pixel by pixel: every source pixel, mirrored as often as it takes, under Keys' kernel, widened to shrink."""
    factor = target / len(row)
    narrow = min(1.0, factor)
    mirror = np.concatenate([row, row[::-1]])
    out = np.empty(target)
    for i in range(target):
        centre = (i + 0.5) / factor - 0.5
        reach = math.ceil(2 / narrow) + 1
        places = np.arange(math.floor(centre) - reach, math.floor(centre) + reach + 1)
        weights = np.array([keys(narrow * (centre - place)) for place in places])
        out[i] = weights @ mirror[places % len(mirror)] / weights.sum()
    return out


def keys(x: float) -> float:
    x = abs(x)
    if x < 1:
        return (3 * x**3 - 5 * x**2 + 2) / 2
    return (-(x**3) + 5 * x**2 - 8 * x + 4) / 2 if x < 2 else 0.0


def test_what_matlab_answers_when_a_row_is_doubled() -> None:
    """``imresize([0 0 1 1 0], [1, 10])``, as printed in stackoverflow.com/questions/17380407.

    Without the last value: that is the border's, which MATLAB of that time repeated; today's mirrors.
    """
    found = bicubic(np.array([[0, 0, 1, 1, 0]], np.float32), 1, 10)
    printed = [0, -0.0234, -0.0703, 0.2031, 0.7969, 1.0938, 1.0938, 0.7969, 0.2031]
    np.testing.assert_allclose(found[0, :-1], printed, atol=5e-5)


def test_the_antialiasing_kernel_by_hand() -> None:
    """Halving: Keys' kernel at ±1/4, ±3/4, ±5/4, ±7/4, which is 111, 29, −9 and −3 of 256."""
    row = np.zeros((1, 16), np.float32)
    row[0, 8] = 256
    np.testing.assert_allclose(bicubic(row, 1, 8)[0], [0, 0, -3, 29, 111, -9, 0, 0], atol=1e-4)


@pytest.mark.parametrize(("scale", "published"), [(2, 33.66), (3, 30.39), (4, 28.42)])
def test_the_protocol_of_the_field(shared_data: Path, scale: int, published: float) -> None:
    """PSNR of bicubic on Set5, in all tables since SRCNN (Dong et al. 2014)."""
    found = []
    for picture in set_pictures(shared_data, "Set5"):
        pair = prepared(picture, scale)
        up = np.clip(np.rint(bicubic(pair.small, *pair.truth.shape) * 255), 0, 255)
        found.append(psnr(up, np.rint(pair.truth * 255), border=scale, peak=255))
    assert np.mean(found) == pytest.approx(published, abs=0.05)


@given(PICTURES, st.integers(1, 20), st.integers(1, 20))
def test_a_plain_reference_finds_the_same(picture: Array, height: int, width: int) -> None:
    exact = picture.astype(np.float64)
    if width != picture.shape[1]:
        exact = np.array([plain(row, width) for row in exact])
    if height != picture.shape[0]:
        exact = np.array([plain(column, height) for column in exact.T]).T
    np.testing.assert_allclose(bicubic(picture, height, width), exact, atol=2e-4)


@given(st.floats(0, 65504, width=32), SIDES, SIDES, st.integers(1, 20), st.integers(1, 20))
def test_a_constant_stays(value: float, rows: int, columns: int, height: int, width: int) -> None:
    found = bicubic(np.full((rows, columns, 3), value, np.float32), height, width)
    assert found.shape == (height, width, 3)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, value, rtol=1e-5)


@given(PICTURES, st.integers(2, 4), st.booleans())
def test_whole_factors_keep_the_mean(picture: Array, scale: int, shrink: bool) -> None:
    """Keys' kernels, a step apart, add up to 1 everywhere, and the mirror folds them back inside."""
    if shrink:
        picture = np.repeat(np.tile(picture, (scale, 1)), scale, 1) + np.arange(scale * picture.shape[1])
        picture = picture.astype(np.float32)
    rows, columns = picture.shape
    to = (rows // scale, columns // scale) if shrink else (rows * scale, columns * scale)
    assert bicubic(picture, *to).mean(dtype=np.float64) == pytest.approx(picture.mean(dtype=np.float64), abs=1e-4)


@given(PICTURES, st.integers(1, 20), st.integers(1, 20))
def test_a_mirrored_or_turned_picture_gives_the_mirrored_or_turned_answer(
    picture: Array, height: int, width: int
) -> None:
    found = bicubic(picture, height, width)
    np.testing.assert_allclose(bicubic(picture[::-1, ::-1], height, width), found[::-1, ::-1], atol=2e-5)
    np.testing.assert_allclose(bicubic(picture.T, width, height), found.T, atol=2e-5)


@given(PICTURES, st.floats(-4, 4, width=32), st.integers(1, 20), st.integers(1, 20))
def test_it_is_linear(picture: Array, factor: float, height: int, width: int) -> None:
    other = np.roll(picture, 1) ** 2
    together = bicubic(picture * np.float32(factor) + other, height, width)
    apart = bicubic(picture, height, width) * factor + bicubic(other, height, width)
    np.testing.assert_allclose(together, apart, atol=1e-3)


@given(PICTURES)
def test_its_own_size_is_the_picture_itself(picture: Array) -> None:
    np.testing.assert_array_equal(bicubic(picture, *picture.shape), picture)


@pytest.mark.parametrize(("shape", "height", "width"), [((0, 4), 2, 2), ((4, 4), 0, 2), ((4, 4, 3), 2, -1)])
def test_no_picture_without_pixels(shape: tuple[int, ...], height: int, width: int) -> None:
    with pytest.raises(ValueError, match="at least one pixel"):
        bicubic(np.zeros(shape, np.float32), height, width)
