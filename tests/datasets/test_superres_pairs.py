"""Pairs of super-resolution: small luma, what bicubic misses, and the guide that a label gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.superres_pairs import block_means, display_pair, light_pair, log_luma
from skymatte.picture.bicubic import bicubic
from skymatte.picture.luma import luma
from tests.datasets.superres_tree import texture


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_bicubic_and_residual_make_the_picture(scale: int) -> None:
    """Rows and columns beyond a multiple of the scale are left out, as in the field's protocol."""
    encoded = np.asarray(texture(35, 41, 1) / 255, np.float32)
    pair = display_pair("p", encoded, scale)
    height, width = 35 // scale * scale, 41 // scale * scale
    whole = luma(encoded[:height, :width])
    assert pair.low.shape == (height // scale, width // scale)
    np.testing.assert_allclose(bicubic(pair.low, height, width) + pair.residual, whole, atol=1e-6)
    np.testing.assert_allclose(pair.low, bicubic(whole, *pair.low.shape), atol=1e-6)
    assert (pair.medium, pair.guide) == ("display", None)


def test_light_is_made_small_by_means_of_light() -> None:
    """One bright pixel in a dark block of two: its light is a quarter, not what bicubic of its logarithm gives."""
    light = np.full((4, 4, 3), 0.01, np.float32)
    light[0, 0] = 1000
    pair = light_pair("p", light, 2)
    quarter = np.full((1, 1, 3), (1000 + 3 * 0.01) / 4, np.float32)
    assert pair.low[0, 0] == pytest.approx(float(log_luma(quarter)[0, 0]), abs=1e-6)
    np.testing.assert_allclose(bicubic(pair.low, 4, 4) + pair.residual, log_luma(light), atol=1e-6)
    assert pair.medium == "light"


def test_middle_grey_stands_where_srgb_has_it() -> None:
    """Within 2 % of the range: 0.18 is 0.461 in sRGB."""
    grey = log_luma(np.full((1, 1, 3), 0.18, np.float32))
    shown = luma(np.full((1, 1, 3), 0.4613, np.float32))
    assert float(grey[0, 0]) == pytest.approx(float(shown[0, 0]), abs=0.02)


@given(st.integers(1, 4), st.integers(1, 5), st.integers(1, 5), st.integers(0, 1000))
def test_block_means_keep_the_mean(scale: int, rows: int, columns: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((scale * rows, scale * columns, 2), np.float32)
    means = block_means(values, scale)
    assert means.shape == (rows, columns, 2)
    np.testing.assert_allclose(means.mean((0, 1)), values.mean((0, 1)), rtol=1e-5)


def test_a_guide_is_the_share_of_each_block() -> None:
    """Sky over land, a column of which nothing is known: three of four, one of four, half unknown, all unknown."""
    label = np.zeros((4, 4, 2), np.float32)
    label[0, :, 0] = 1
    label[1:, :, 1] = 1
    label[1, 0] = 1, 0
    label[:, 3] = 0
    label[2:, 2:] = 0
    pair = display_pair("p", np.zeros((4, 4, 3), np.float32), 2, label)
    assert pair.guide is not None
    assert pair.guide.dtype == np.uint8
    np.testing.assert_array_equal(pair.guide[0], np.rint(255 * np.array([[0.75, 0.25], [0, 0]])))
    np.testing.assert_array_equal(pair.guide[1], np.rint(255 * np.array([[0.25, 0.25], [1, 0]])))
