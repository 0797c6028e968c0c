"""RAW files of real cameras."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
import rawpy

from skymatte.errors import MissingExtra, PictureError
from skymatte.picture.read import read


@pytest.fixture
def canon(shared_data: Path) -> Path:
    path = shared_data / "raw" / "rawtran_IMG_5952.CR2"
    if not path.exists():
        pytest.skip(f"no {path.name} in the shared data")
    return path


def test_raw_is_linear_balanced_and_not_brightened(canon: Path) -> None:
    """Against the sensor's own numbers: block means of the developed green follow those of the green photosites."""
    picture = read(canon)
    assert (picture.format, picture.bits, picture.linear) == ("raw", 16, True)
    with rawpy.imread(str(canon)) as raw:
        sensor = raw.raw_image_visible.astype(np.float64)
        black, white = raw.black_level_per_channel[1], raw.white_level
        green = np.where(raw.raw_colors_visible == 1, sensor - black, np.nan) / (white - black)
        assert raw.sizes.flip == 0
    height, width = min(green.shape[0], picture.height) // 64 * 64, min(green.shape[1], picture.width) // 64 * 64
    blocks = np.nanmean(green[:height, :width].reshape(height // 64, 64, width // 64, 64), axis=(1, 3))
    light = picture.pixels[:height, :width].mean(axis=-1).reshape(height // 64, 64, width // 64, 64).mean(axis=(1, 3))
    correlation = np.corrcoef(blocks.ravel(), light.ravel())[0, 1]
    assert correlation > 0.98
    lit = blocks > np.median(blocks)
    slope, level = (light / blocks)[lit], blocks[lit]
    assert 0.4 < np.median(slope) < 2.5, "no automatic brightening"
    middle = np.median(level)
    assert 0.6 < np.median(slope[level < middle]) / np.median(slope[level >= middle]) < 1.7, "no display curve"


def test_camera_orientation_is_applied(shared_data: Path) -> None:
    path = shared_data / "raw" / "exiv2_IMG_1361.dng"
    if not path.exists():
        pytest.skip(f"no {path.name} in the shared data")
    with rawpy.imread(str(path)) as raw:
        sideways = raw.sizes.flip in (5, 6)
        stored = raw.sizes.iwidth > raw.sizes.iheight
    picture = read(path)
    assert sideways
    assert (picture.width > picture.height) != stored


@pytest.mark.parametrize("share", [0.0, 0.01, 0.3, 0.9])
def test_truncated_raw(canon: Path, tmp_path: Path, share: float, capfd: pytest.CaptureFixture[str]) -> None:
    data = canon.read_bytes()
    path = tmp_path / "cut.cr2"
    path.write_bytes(data[: int(len(data) * share)] or b"RAW")
    with pytest.raises(PictureError, match=r"cut\.cr2"):
        read(path)
    assert capfd.readouterr() == ("", "")


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a.nef").write_bytes(b"x" * 100)
    monkeypatch.setitem(sys.modules, "rawpy", None)
    with pytest.raises(MissingExtra, match=r"skymatte\[raw\]"):
        read(tmp_path / "a.nef")
