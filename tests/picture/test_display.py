"""The display version: right levels by hand, hues kept, no dependence on exposure or on how rows are blocked."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.display import tone_map


def scene(height: int = 30, width: int = 40) -> NDArray[np.float32]:
    return np.random.default_rng(8).lognormal(-1, 2, (height, width, 3)).astype(np.float32)


# Reinhard et al. 2002, equation 4, with L_white = 16: L(1 + L/256)/(1 + L), then the sRGB curve in 8 bits.
@pytest.mark.parametrize(
    ("light", "level"),
    [(0.0, 0), (0.18, 109), (1.0, 188), (16.0, 255), (1000.0, 255)],
)
def test_greys_get_the_level_that_the_formula_says(light: float, level: int) -> None:
    """0.18 → 0.15265 → 0.4277 → 109; 1 → 0.50195 → 0.7366 → 188; L_white → 1 → 255."""
    shown = tone_map(np.full((2, 2, 3), light, np.float32), scale=1.0)
    assert shown.dtype == np.uint8
    assert shown.shape == (2, 2, 3)
    assert abs(int(shown[0, 0, 0]) - level) <= 1
    assert (shown == shown[0, 0, 0]).all()


@given(st.integers(-8, 8))
def test_the_exposure_of_the_file_does_not_matter(stops: int) -> None:
    pixels = scene()
    np.testing.assert_array_equal(tone_map(np.float32(2.0**stops) * pixels), tone_map(pixels))


def test_more_light_is_never_shown_darker() -> None:
    ramp = np.repeat(np.geomspace(1e-4, 1e4, 500, dtype=np.float32)[None, :, None], 3, axis=2)
    assert (np.diff(tone_map(ramp, scale=1.0)[0, :, 1].astype(int)) >= 0).all()


def test_hues_stay() -> None:
    """Channels keep their ratio in linear light, as long as none of them is clipped."""
    pixels = np.broadcast_to(np.array([0.1, 0.2, 0.4], np.float32), (1, 1, 3)).copy()
    shown = tone_map(pixels, scale=1.0)[0, 0] / 255.0
    linear = ((shown + 0.055) / 1.055) ** 2.4
    np.testing.assert_allclose(linear / linear[2], [0.25, 0.5, 1.0], atol=0.01)


def test_the_picture_is_left_alone() -> None:
    pixels = scene()
    before = pixels.copy()
    tone_map(pixels)
    np.testing.assert_array_equal(pixels, before)


def test_rows_are_shown_alike_in_every_block() -> None:
    """Wider than a block of rows holds: each row is the same, so each must look the same."""
    row = np.linspace(0, 3, 3 * 300_000, dtype=np.float32).reshape(1, -1, 3)
    shown = tone_map(np.repeat(row, 7, axis=0), scale=1.0)
    assert (shown == shown[0]).all()
