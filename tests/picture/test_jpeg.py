"""JPEG written strip by strip decodes to what it would be if it had been written at once."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import OpenImageIO
import pytest
from numpy.typing import NDArray

from skymatte.errors import OutputError
from skymatte.picture import jpeg
from skymatte.picture.jpeg import JPEG_SIDE, write_jpeg, write_jpeg_rows

_WHOLE = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)


def scene(height: int, width: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(height * 1009 + width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return np.asarray(cv2.blur(noise, (5, 5)), np.uint8)


def at_once(pixels: NDArray[np.uint8], quality: int) -> bytes:
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, *_WHOLE]
    return bytes(cv2.imencode(".jpg", np.ascontiguousarray(pixels[..., ::-1]), options)[1])


def decoded(content: bytes) -> NDArray[np.uint8]:
    found = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    assert found is not None
    return np.asarray(found, np.uint8)


@pytest.mark.parametrize("quality", [30, 90])
@pytest.mark.parametrize("size", [(1, 1), (8, 8), (17, 9), (100, 201)])
def test_what_is_one_strip_has_the_bytes_of_the_library(tmp_path: Path, size: tuple[int, int], quality: int) -> None:
    pixels = scene(*size)
    write_jpeg(tmp_path / "a.jpg", pixels, quality)
    assert (tmp_path / "a.jpg").read_bytes() == at_once(pixels, quality)


@pytest.mark.parametrize("height", [64, 160, 171])
def test_strips_are_joined_without_a_trace(tmp_path: Path, height: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Strips of 16 rows: up to eleven of them, so that the numbers of the markers start again."""
    monkeypatch.setattr(jpeg, "_LONGEST_INTERVAL", 2 * 13 + 5)
    pixels = scene(height, 100)  # 13 units across, the last of them cut
    drawn: list[slice] = []

    def draw(rows: slice) -> NDArray[np.uint8]:
        drawn.append(rows)
        return pixels[rows]

    write_jpeg_rows(tmp_path / "a.jpg", height, 100, draw)
    assert sorted(drawn, key=lambda rows: rows.start) == [
        slice(top, min(top + 16, height)) for top in range(0, height, 16)
    ]
    whole = decoded(at_once(pixels, 90))
    assert np.array_equal(decoded((tmp_path / "a.jpg").read_bytes()), whole)
    other = OpenImageIO.ImageBuf(str(tmp_path / "a.jpg")).get_pixels(OpenImageIO.UINT8)  # another reader finds the same
    assert other is not None
    assert np.array_equal(other, whole[..., ::-1])


def test_a_real_size_is_cut_into_strips_that_the_format_allows(tmp_path: Path) -> None:
    pixels = np.tile(scene(64, 40), (2, JPEG_SIDE // 40 + 1, 1))[:, :JPEG_SIDE]
    write_jpeg(tmp_path / "a.jpg", pixels)
    assert np.array_equal(decoded((tmp_path / "a.jpg").read_bytes()), decoded(at_once(pixels, 90)))


def test_a_drawing_that_fails_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg, "_LONGEST_INTERVAL", 1)

    def draw(rows: slice) -> NDArray[np.uint8]:
        if rows.start == 24:
            raise ZeroDivisionError
        return scene(8, 8)

    with pytest.raises(ZeroDivisionError):
        write_jpeg_rows(tmp_path / "a.jpg", 80, 8, draw)
    assert list(tmp_path.iterdir()) == []


def test_what_jpeg_cannot_hold_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="65501 px; JPEG ends at 65500"):
        write_jpeg(tmp_path / "a.jpg", np.zeros((1, JPEG_SIDE + 1, 3), np.uint8))
    with pytest.raises(TypeError, match="uint8 H×W×3"):
        write_jpeg(tmp_path / "a.jpg", np.zeros((4, 4), np.uint8))
    assert list(tmp_path.iterdir()) == []
