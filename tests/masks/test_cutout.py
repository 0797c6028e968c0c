"""The light of the sky alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from skymatte.errors import LabelError
from skymatte.masks.cutout import cutout
from tests.masks.strategies import SHAPES, mattes


def test_a_mixed_pixel_gives_up_its_share_of_ground() -> None:
    # Sky of (2, 4, 8) above ground of (0.5, 0.25, 0), mixed half and half in one row.
    sky, ground = np.array([2, 4, 8], np.float32), np.array([0.5, 0.25, 0], np.float32)
    matte = np.zeros((20, 6), np.float32)
    matte[:9] = 1
    matte[9] = 0.5
    pixels = matte[..., None] * sky + (1 - matte[..., None]) * ground
    rgb, alpha = cutout(pixels, matte)
    assert np.array_equal(alpha, matte)
    assert rgb == pytest.approx(matte[..., None] * np.broadcast_to(sky, pixels.shape))
    # Over new ground the edge is what it would have been there.
    other = np.array([9, 9, 9], np.float32)
    assert (rgb + (1 - alpha[..., None]) * other)[9] == pytest.approx(np.tile(0.5 * sky + 0.5 * other, (6, 1)))


def test_never_more_light_than_the_pixel_has() -> None:
    # The pure sky near by holds the sun: half of its mean would be more than the mixed pixels have.
    pixels = np.ones((20, 6, 3), np.float32)
    pixels[3] = 1e5
    matte = np.ones((20, 6), np.float32)
    matte[9:] = 0
    matte[9] = 0.5
    rgb, _ = cutout(pixels, matte)
    assert (rgb[9] == 1).all()


def test_without_pure_sky_near_by_the_pixel_itself_is_taken() -> None:
    pixels = np.full((40, 40, 3), 3, np.float32)
    matte = np.zeros((40, 40), np.float32)
    matte[35, 20] = 0.25
    matte[:5] = 1
    rgb, _ = cutout(pixels, matte)
    assert rgb[35, 20].tolist() == [0.75] * 3


def test_blocks_of_rows_leave_no_trace() -> None:
    # 40000 columns make blocks of 32 rows; the same columns alone are one block.
    noise = np.random.default_rng(1)
    pixels = np.tile(noise.random((70, 40, 3), dtype=np.float32), (1, 1000, 1))
    matte = np.tile(noise.choice(np.array([0, 0.3, 1], np.float32), (70, 40)), (1, 1000))
    wide, _ = cutout(pixels, matte)
    narrow, _ = cutout(np.ascontiguousarray(pixels[:, :120]), np.ascontiguousarray(matte[:, :120]))
    assert wide[:, 40:80] == pytest.approx(narrow[:, 40:80], rel=1e-4)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[Any, Any]:
    shape = draw(SHAPES)
    values = st.floats(0, 60000, width=16)
    return draw(npst.arrays(np.float16, (*shape, 3), elements=values)).astype(np.float32), draw(mattes(shape))


@given(pictures())
def test_bounds(drawn: Any) -> None:
    pixels, matte = drawn
    rgb, alpha = cutout(pixels, matte)
    assert (rgb >= 0).all()
    assert (rgb <= pixels).all()
    assert (rgb[alpha == 0] == 0).all()
    assert np.array_equal(rgb[alpha == 1], pixels[alpha == 1])


def test_sizes_must_agree() -> None:
    with pytest.raises(LabelError, match="same height and width"):
        cutout(np.zeros((2, 3, 3), np.float32), np.zeros((3, 2), np.float32))
