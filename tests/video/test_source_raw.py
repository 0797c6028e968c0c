"""Raw frames on standard input."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.errors import StreamError
from skymatte.video.frame import Transfer
from skymatte.video.source import open_source
from skymatte.video.source_raw import PIXEL_FORMATS, RawSource
from tests.video.numbered_clips import SIZE, numbered

FRAMES = [numbered(index).astype(int) + np.array([0, 5, 10]) for index in range(3)]
CODES = [frame.astype(np.uint8) for frame in FRAMES]


def coded(name: str) -> bytes:
    """The frames, by the definitions in FFmpeg's ``pixfmt.h``."""
    parts: dict[str, Callable[[NDArray[np.uint8]], NDArray[Any]]] = {
        "rgb24": lambda rgb: rgb,
        "bgr24": lambda rgb: rgb[..., ::-1],
        "rgba": lambda rgb: np.dstack([rgb, np.full(rgb.shape[:2], 7, np.uint8)]),
        "gray": lambda rgb: rgb[..., 0],
        "rgb48le": lambda rgb: rgb.astype("<u2") * 257,
        "gray16le": lambda rgb: rgb[..., 0].astype("<u2") * 257,
        "rgbf32le": lambda rgb: rgb.astype("<f4") / 16,
    }
    return b"".join(parts[name](rgb).tobytes() for rgb in CODES)


@pytest.mark.parametrize("name", list(PIXEL_FORMATS))
def test_pixel_formats(name: str) -> None:
    source = RawSource(SIZE, name, Fraction(10), stream=io.BytesIO(coded(name)))
    frames = list(source)
    assert len(frames) == 3
    assert source.damaged == []
    for index, (frame, rgb) in enumerate(zip(frames, CODES, strict=True)):
        assert (frame.index, frame.time) == (index, Fraction(index, 10))
        expected = np.dstack([rgb[..., 0]] * 3) if name.startswith("gray") else rgb
        factor = {"u1": 1, "<u2": 257, "<f4": 1 / 16}[PIXEL_FORMATS[name][0]]
        assert np.array_equal(frame.pixels, expected * np.float32(factor))
        assert frame.transfer is (Transfer.LINEAR if "f32" in name else Transfer.SDR)


def test_standard_input_of_a_process_that_gets_it_in_pieces() -> None:
    code = (
        "from skymatte.video.source import open_source\n"
        "with open_source('-', size=(64, 48), pixel_format='bgr24') as source:\n"
        "    print([int(frame.pixels.astype(int).sum()) for frame in source], source.damaged)\n"
    )
    data = coded("bgr24")
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for start in range(0, len(data), 1500):
            process.stdin.write(data[start : start + 1500])
            process.stdin.flush()
        process.stdin.close()
        assert process.stdout.read().decode().strip() == f"{[int(rgb.astype(int).sum()) for rgb in CODES]} []"


def test_half_a_frame_at_the_end_is_told() -> None:
    source = RawSource(SIZE, "rgb24", None, stream=io.BytesIO(coded("rgb24")[:-100]))
    assert len(list(source)) == 2
    (note,) = source.damaged
    assert note.time == Fraction(2, 25)
    assert "9,116 of 9,216 bytes" in note.what


def test_nothing_at_all() -> None:
    source = RawSource(SIZE, "rgb24", None, stream=io.BytesIO())
    assert list(source) == []


def test_what_must_be_told() -> None:
    with pytest.raises(StreamError, match="give the size"):
        open_source("-")
    with pytest.raises(StreamError, match="'nv12' is not known; known are rgb24, "):
        open_source("-", size=SIZE, pixel_format="nv12")


def test_live_frames_are_called_so() -> None:
    assert RawSource(SIZE, "rgb24", None, live=True, stream=io.BytesIO()).info.live
