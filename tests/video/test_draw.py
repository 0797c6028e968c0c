"""What is drawn: the formula of the docstring, pixel by pixel."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import NDArray

from skymatte.video.draw import Artist, Kind, mask, overlay, shares, sky_fraction, with_alpha
from skymatte.video.frame import Frame, Pixels, Transfer

fractions = arrays.arrays(np.float32, (5, 7), elements=st.floats(0, 1, width=32))
colours8 = arrays.arrays(np.uint8, (5, 7, 3))
colours16 = arrays.arrays(np.uint16, (5, 7, 3))


def frame(pixels: Pixels, transfer: Transfer = Transfer.SDR) -> Frame:
    return Frame(0, Fraction(0), pixels, transfer)


def by_the_formula(pixels: Pixels, matte: NDArray[np.float32], opacity: float, white: int) -> NDArray[np.int64]:
    """In Python's own integers."""
    full = {"uint8": 255, "uint16": 65535}[str(pixels.dtype)]
    drawn = np.empty(pixels.shape, np.int64)
    for row, column in np.ndindex(matte.shape):
        a = round(float(matte[row, column] * np.float32(full * opacity)))
        for channel, tint in enumerate((0, 0, white)):
            p = int(pixels[row, column, channel])
            drawn[row, column, channel] = (p * (full - a) + tint * a + (full - 1) // 2) // full
    return drawn


@given(colours8, fractions, st.floats(0, 1, width=32))
def test_overlays_of_8_bits_follow_the_formula(
    pixels: NDArray[np.uint8], matte: NDArray[np.float32], opacity: float
) -> None:
    np.testing.assert_array_equal(overlay(pixels, matte, opacity), by_the_formula(pixels, matte, opacity, 255))


@given(colours16, fractions, st.sampled_from([(Transfer.SDR, 65535), (Transfer.PQ, 38056), (Transfer.HLG, 49151)]))
def test_overlays_of_16_bits_follow_the_formula(
    pixels: NDArray[np.uint16], matte: NDArray[np.float32], tint: tuple[Transfer, int]
) -> None:
    transfer, white = tint
    np.testing.assert_array_equal(overlay(pixels, matte, 0.5, transfer), by_the_formula(pixels, matte, 0.5, white))


def test_sky_is_half_blue_and_ground_untouched_to_the_bit() -> None:
    pixels = np.full((2, 2, 3), (200, 100, 40), np.uint8)
    matte = np.array([[1, 0.5], [0, 0]], np.float32)
    before = pixels.copy()
    # a is 128 of 255 (127.5 to even) and 64.  200·127/255 = 99.6, 100·127/255 = 49.8, 40·127/255 + 128 = 147.9.
    assert overlay(pixels, matte, 0.5).tolist() == [
        [[100, 50, 148], [150, 75, 94]],
        [[200, 100, 40], [200, 100, 40]],
    ]
    np.testing.assert_array_equal(pixels, before)


def test_an_hdr_tint_is_as_bright_as_graphics_are() -> None:
    """203 cd/m²: 58 % of PQ, 75 % of HLG (ITU-R BT.2408)."""
    nothing, sky = np.zeros((1, 1, 3), np.uint16), np.ones((1, 1), np.float32)
    shares_of_signal = {
        transfer: overlay(nothing, sky, 1.0, transfer)[0, 0, 2] / 65535 for transfer in (Transfer.PQ, Transfer.HLG)
    }
    assert shares_of_signal[Transfer.PQ] == pytest.approx(0.58, abs=0.005)
    assert shares_of_signal[Transfer.HLG] == pytest.approx(0.75, abs=0.005)


@given(fractions, st.floats(0.01, 0.99))
def test_a_mask_is_what_reaches_the_threshold(matte: NDArray[np.float32], threshold: float) -> None:
    drawn = mask(matte, threshold)
    assert drawn.dtype == np.uint8
    np.testing.assert_array_equal(drawn == 255, matte >= np.float32(threshold))
    assert set(np.unique(drawn)) <= {0, 255}
    assert sky_fraction(matte, threshold) == pytest.approx((drawn == 255).mean())


@given(fractions)
def test_shares_are_rounded(matte: NDArray[np.float32]) -> None:
    for bits, full in ((8, 255), (16, 65535)):
        drawn = shares(matte, bits)
        assert drawn.dtype == f"uint{bits}"
        assert np.abs(drawn / full - matte).max() <= 0.501 / full


def test_alpha_is_straight_and_associated_where_light_is_linear() -> None:
    matte = np.array([[0, 0.5, 1]], np.float32)
    eight = np.full((1, 3, 3), 200, np.uint8)
    assert with_alpha(eight, matte).tolist() == [[[200, 200, 200, 0], [200, 200, 200, 128], [200, 200, 200, 255]]]
    deep = np.full((1, 3, 3), 50000, np.uint16)
    assert with_alpha(deep, matte)[0, :, 3].tolist() == [0, 32768, 65535]
    light = np.full((1, 3, 3), 8.0, np.float32)
    assert with_alpha(light, matte).tolist() == [[[0, 0, 0, 0], [4, 4, 4, 0.5], [8, 8, 8, 1]]]


@pytest.mark.parametrize(
    ("kind", "shape", "dtypes"),
    [
        (Kind.OVERLAY, (6, 8, 3), ("uint8", "uint16", "uint8")),
        (Kind.SIDE_BY_SIDE, (6, 16, 3), ("uint8", "uint16", "uint8")),
        (Kind.MASK, (6, 8), ("uint8", "uint8", "uint8")),
        (Kind.MATTE, (6, 8), ("uint8", "uint16", "uint16")),
        (Kind.ALPHA, (6, 8, 4), ("uint8", "uint16", "float32")),
    ],
)
def test_every_kind_has_the_shape_and_type_that_is_promised(
    kind: Kind, shape: tuple[int, ...], dtypes: tuple[str, ...]
) -> None:
    rng = np.random.default_rng(5)
    frames = (
        frame(rng.integers(0, 256, (6, 8, 3), np.uint8)),
        frame(rng.integers(0, 65536, (6, 8, 3), np.uint16)),
        frame(rng.random((6, 8, 3), np.float32), Transfer.LINEAR),
    )
    matte = rng.random((6, 8), np.float32)
    for each, dtype in zip(frames, dtypes, strict=True):
        drawn = Artist(kind, 0.5).draw(each, matte)
        assert (drawn.shape, str(drawn.dtype)) == (shape, dtype)


def test_side_by_side_is_the_picture_and_then_its_overlay() -> None:
    rng = np.random.default_rng(6)
    pixels, matte = rng.integers(0, 256, (6, 8, 3), np.uint8), rng.random((6, 8), np.float32)
    both = Artist(Kind.SIDE_BY_SIDE, 0.5).draw(frame(pixels), matte)
    np.testing.assert_array_equal(both[:, :8], pixels)
    np.testing.assert_array_equal(both[:, 8:], overlay(pixels, matte, 0.5))


def test_linear_light_keeps_the_exposure_of_its_first_frame() -> None:
    """An exposure of each frame's own would make the picture pump."""
    light = np.random.default_rng(7).uniform(0.05, 1, (16, 16, 3)).astype(np.float32)
    none = np.zeros((16, 16), np.float32)
    artist = Artist(Kind.OVERLAY, 0.5)
    first = artist.draw(frame(light, Transfer.LINEAR), none)
    darker = artist.draw(frame(light / np.float32(4), Transfer.LINEAR), none)
    again = artist.draw(frame(light, Transfer.LINEAR), none)
    np.testing.assert_array_equal(first, again)
    assert darker.mean() < 0.75 * first.mean()
