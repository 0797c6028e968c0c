"""Sequences of pictures."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import pytest

from skymatte.errors import StreamError
from skymatte.picture.exr_write import write_channels
from skymatte.video.frame import Transfer
from skymatte.video.source import open_source
from tests.picture.exr_files import write_oiio
from tests.video.numbered_clips import number, numbered


def write_pngs(folder: Path, names: list[str]) -> None:
    folder.mkdir(exist_ok=True)
    for index, name in enumerate(names):
        assert cv2.imwrite(str(folder / name), cv2.cvtColor(numbered(index), cv2.COLOR_RGB2BGR))


@pytest.mark.parametrize("given", ["", "shot.%d.png", "shot.*.png"])
def test_pictures_come_in_the_order_of_their_numbers(tmp_path: Path, given: str) -> None:
    folder = tmp_path / "a"
    write_pngs(folder, [f"shot.{index}.png" for index in range(12)])
    (folder / ".hidden.png").write_bytes(b"")
    (folder / "notes.txt").write_text("no picture")
    with open_source(str(folder / given) if given else str(folder), fps=Fraction(10)) as source:
        frames = list(source)
        info = source.info
        assert source.damaged == []
    assert (info.width, info.height, info.frames, info.transfer) == (64, 48, 12, Transfer.SDR)
    assert info.rate == 10
    for index, frame in enumerate(frames):
        assert frame.pixels.dtype == np.uint8
        assert np.array_equal(frame.pixels, numbered(index))
        assert (frame.index, frame.time) == (index, Fraction(index, 10))


def test_a_padded_pattern_takes_only_names_of_that_length(tmp_path: Path) -> None:
    write_pngs(tmp_path, ["a.0001.png", "a.0002.png", "a.0010.png", "a.3.png", "b.0004.png", "a.10000.png"])
    with open_source(str(tmp_path / "a.%04d.png")) as source:
        assert [number(frame.pixels) for frame in source] == [0, 1, 2, 5]


def test_one_picture_is_a_short_video(tmp_path: Path) -> None:
    write_pngs(tmp_path, ["a.png"])
    with open_source(str(tmp_path / "a.png")) as source:
        (frame,) = list(source)
        assert source.info.frames == 1
    assert np.array_equal(frame.pixels, numbered(0))


@pytest.mark.parametrize(("suffix", "dtype"), [(".png", "uint16"), (".tif", "float"), (".exr", "half")])
def test_deep_pictures_are_linear_light(tmp_path: Path, suffix: str, dtype: str) -> None:
    light = (np.random.default_rng(3).random((48, 64, 3)) * 40).astype(np.float16).astype(np.float32)
    for index in range(2):
        path = tmp_path / f"a{index}{suffix}"
        if suffix == ".exr":
            write_channels(path, {name: light[..., k].astype(np.float16) for k, name in enumerate("RGB")})
        else:
            write_oiio(path, cast("Any", (light * 1600).astype(np.uint16) if dtype == "uint16" else light), dtype)
    with open_source(str(tmp_path)) as source:
        frames = list(source)
        assert source.info.transfer is Transfer.LINEAR
    for frame in frames:
        assert (frame.pixels.shape, frame.transfer) == ((48, 64, 3), Transfer.LINEAR)
        assert frame.pixels.dtype == np.float32
        if suffix != ".png":
            assert np.array_equal(frame.pixels, light)


def test_every_8_bit_code_comes_back(tmp_path: Path) -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    write_oiio(tmp_path / "a.png", codes, "uint8")
    with open_source(str(tmp_path / "a.png")) as source:
        assert np.array_equal(next(iter(source)).pixels, codes)


def test_broken_and_other_pictures_are_told_and_left_out(tmp_path: Path) -> None:
    write_pngs(tmp_path, [f"{index}.png" for index in range(6)])
    (tmp_path / "1.png").write_bytes((tmp_path / "1.png").read_bytes()[:200])
    write_oiio(tmp_path / "3.png", numbered(3, (32, 48)), "uint8")
    write_oiio(tmp_path / "4.png", numbered(4).astype(np.uint16), "uint16")
    with open_source(str(tmp_path)) as source:
        frames = list(source)
        told = source.damaged
    assert [(frame.index, number(frame.pixels)) for frame in frames] == [(0, 0), (2, 2), (5, 5)]
    assert [frame.time for frame in frames] == [Fraction(index, 25) for index in (0, 2, 5)]
    assert [note.time for note in told] == [Fraction(index, 25) for index in (1, 3, 4)]
    assert "1.png" in told[0].what
    assert told[1].what == "3.png is 32×48 uint8, the others 64×48 uint8"
    assert told[2].what == "4.png is 64×48 float32, the others 64×48 uint8"


def test_a_broken_beginning(tmp_path: Path) -> None:
    write_pngs(tmp_path, ["0.png", "1.png"])
    (tmp_path / "0.png").write_bytes(b"nothing")
    with open_source(str(tmp_path)) as source:
        assert [(frame.index, number(frame.pixels)) for frame in source] == [(1, 1)]
        assert [note.time for note in source.damaged] == [0]


@pytest.mark.parametrize("given", ["", "a.%04d.png", "*.png", "missing.png", "b/c.%d.png"])
def test_where_no_pictures_are(tmp_path: Path, given: str) -> None:
    with pytest.raises(StreamError, match="there are no pictures"):
        open_source(str(tmp_path / given))


def test_where_no_picture_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"nothing")
    with pytest.raises(StreamError, match="none of its 1 pictures can be read"):
        open_source(str(tmp_path))


def test_a_folder_of_two_formats_is_a_question(tmp_path: Path) -> None:
    write_pngs(tmp_path, ["a.png", "a.jpg"])
    with pytest.raises(StreamError, match=r"holds \.jpg, \.png; say which"):
        open_source(str(tmp_path))
