"""What the overlay shows."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from skymatte.errors import LabelError
from skymatte.masks.overlay import CONTOUR, overlay, overlay_rows, side_by_side


def test_sky_is_tinted_by_its_fraction_and_the_rest_untouched() -> None:
    noise = np.random.default_rng(3)
    display = noise.integers(0, 256, (60, 90, 3), dtype=np.uint8)
    display[0, 0] = (100, 150, 200)
    display[0, 5] = (100, 150, 200)
    matte = np.zeros((60, 90), np.float32)
    matte[:30] = 1
    matte[0, 0] = 0.6
    before = display.copy()
    shown = overlay(display, matte)
    assert np.array_equal(display, before)
    assert np.array_equal(shown[30:], display[30:])
    # Luma 0.2126·100 + 0.7152·150 + 0.0722·200 = 142.98; 55 % of it and 45 % of (255, 0, 200).
    assert shown[0, 5].tolist() == [193, 79, 169]
    # 40 % of the picture and 60 % of that: 0.4·(100, 150, 200) + 0.6·(193.39, 78.64, 168.64).
    assert shown[0, 0].tolist() == [156, 107, 181]
    assert (shown[29] == CONTOUR).all()
    assert not (shown[:28] == CONTOUR).all(axis=-1).any()


@pytest.mark.parametrize(("width", "line"), [(300, 1), (3000, 2)])
def test_the_line_grows_with_the_picture(width: int, line: int) -> None:
    display = np.zeros((100, width, 3), np.uint8)
    matte = np.zeros((100, width), np.float32)
    matte[:60] = 1
    white = (overlay(display, matte) == CONTOUR).all(axis=-1)
    assert white.sum(axis=0).tolist() == [line] * width
    assert white[60 - line : 60].all()


def test_the_frame_has_no_line_and_narrow_gaps_have_none() -> None:
    display = np.full((40, 40, 3), 80, np.uint8)
    assert not (overlay(display, np.ones((40, 40), np.float32)) == CONTOUR).all(axis=-1).any()
    gap = np.zeros((40, 40), np.float32)
    gap[:, 10:14] = 1
    shown = overlay(display, gap)
    assert not (shown == CONTOUR).all(axis=-1).any()
    assert (shown[:, 10:14] != 80).any(axis=-1).all()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1)])
def test_tiny_pictures(shape: tuple[int, int]) -> None:
    assert overlay(np.zeros((*shape, 3), np.uint8), np.ones(shape, np.float32)).shape == (*shape, 3)


@pytest.mark.parametrize("height", [1, 7, 30])
def test_bands_of_rows_leave_no_trace(height: int) -> None:
    """Blobs with edges and gaps of all sizes; a line three pixels wide looks 24 rows far."""
    noise = np.random.default_rng(5)
    matte = np.asarray(cv2.GaussianBlur(noise.random((200, 4500), dtype=np.float32), (0, 0), 6) > 0.5, np.float32)
    display = noise.integers(0, 256, (200, 4500, 3), dtype=np.uint8)
    bands = [slice(top, min(top + height, 200)) for top in range(0, 200, height)]
    drawn = np.concatenate([overlay_rows(display[rows], matte, rows) for rows in bands[:: max(1, 7 // height)]])
    whole = overlay(display, matte)
    kept = np.concatenate([whole[rows] for rows in bands[:: max(1, 7 // height)]])
    assert (whole == CONTOUR).all(axis=-1).any()
    assert np.array_equal(drawn, kept)


@pytest.mark.parametrize(("shape", "together"), [((20, 40), (40, 40)), ((40, 20), (40, 40)), ((9, 9), (9, 18))])
def test_side_by_side_keeps_the_result_compact(shape: tuple[int, int], together: tuple[int, int]) -> None:
    picture = np.arange(np.prod(shape) * 3, dtype=np.uint32).reshape(*shape, 3).astype(np.uint8)
    height, width, draw = side_by_side(picture.__getitem__, (picture + 1).__getitem__, *shape)
    assert (height, width) == together
    both = np.concatenate([draw(slice(top, min(top + 7, height))) for top in range(0, height, 7)])
    assert both.shape == (*together, 3)
    assert np.array_equal(both[: shape[0], : shape[1]], picture)
    assert np.array_equal(both[-shape[0] :, -shape[1] :], picture + 1)


def test_sizes_must_agree() -> None:
    display = np.zeros((20, 40, 3), np.uint8)
    with pytest.raises(LabelError, match="same height and width"):
        overlay(display, np.zeros((40, 20), np.float32))
