"""Sizes from headers are those that reading gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenImageIO
import pytest

from skymatte.errors import PictureError
from skymatte.picture.exr_write import write_channels
from skymatte.picture.model import Window
from skymatte.picture.read import read
from skymatte.picture.size import read_size
from tests.scenery import pixels, write_exr, write_other


@pytest.mark.parametrize("suffix", [".hdr", ".tif", ".png", ".jpg", ".webp", ".exr"])
def test_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    write_exr(path, pixels(20, 30)) if suffix == ".exr" else write_other(path, pixels(20, 30))
    assert read_size(path) == (30, 20)


def test_a_data_window_counts(tmp_path: Path) -> None:
    path, plane = tmp_path / "a.exr", np.ones((4, 6), np.float16)
    channels = {"R": plane, "G": plane, "B": plane}
    write_channels(path, channels, data_window=Window(5, 7, 10, 10), display_window=Window(0, 0, 99, 49))
    picture = read(path)
    assert read_size(path) == (picture.width, picture.height) == (6, 4)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_turned_by_exif(tmp_path: Path, orientation: int) -> None:
    path = tmp_path / "a.jpg"
    spec = OpenImageIO.ImageSpec(30, 20, 3, "uint8")
    spec.attribute("Orientation", orientation)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    output.open(str(path), spec)
    output.write_image(np.zeros((20, 30, 3), np.uint8))
    output.close()
    picture = read(path)
    assert read_size(path) == (picture.width, picture.height)


def test_camera_raw(shared_data: Path) -> None:
    pytest.importorskip("rawpy", reason="the extra [raw] is not installed")
    path = shared_data / "raw" / "sample1.dng"
    picture = read(path)
    assert read_size(path) == (picture.width, picture.height)


@pytest.mark.parametrize("name", ["a.exr", "a.hdr", "a.jpg", "a.txt"])
def test_what_is_no_picture_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(PictureError, match=name):
        read_size(tmp_path / name)
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(PictureError, match=name):
        read_size(tmp_path / name)
