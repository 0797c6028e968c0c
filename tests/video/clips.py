"""Small videos: bright above, dark below, so that the model of :mod:`tests.models` finds the upper half."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

BT2020, PQ, BT2020_MATRIX = 9, 16, 9
"""Code points of ITU-T H.273: colour primaries, transfer characteristics, matrix coefficients."""

SKY, GROUND = (200, 220, 240), (20, 30, 10)


def picture(index: int, height: int, width: int) -> NDArray[np.uint8]:
    """Sky above ground, with a mark that moves."""
    pixels = np.empty((height, width, 3), np.uint8)
    pixels[: height // 2], pixels[height // 2 :] = SKY, GROUND
    left = 4 * index % (width - 8)
    pixels[-8:, left : left + 8] = (90, 60, 30)
    return pixels


def write_clip(path: Path, count: int = 25, size: tuple[int, int] = (96, 64), rate: int = 25) -> Path:
    """Write an H.264 video of width × height pixels."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=rate, options={"preset": "ultrafast", "crf": "10"})
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        stream.codec_context.time_base = Fraction(1, rate)
        for index in range(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture(index, size[1], size[0]), "rgb24")))
        container.mux(stream.encode(None))
    return path


def write_hdr_clip(path: Path, count: int = 5, size: tuple[int, int] = (96, 64)) -> Path:
    """Write a 10-bit HEVC video tagged as PQ with BT.2020 primaries: sky at half of the signal, ground at a fifth."""
    with av.open(str(path), "w") as container:
        options = {"preset": "ultrafast", "crf": "8", "x265-params": "log-level=none"}
        stream = container.add_stream("libx265", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p10le"
        context = stream.codec_context
        context.color_primaries, context.color_trc, context.colorspace = BT2020, PQ, BT2020_MATRIX
        grey = np.full((size[1], size[0], 3), 13107, np.uint16)
        grey[: size[1] // 2] = 32768
        for _ in range(count):
            frame = av.VideoFrame.from_ndarray(grey, "rgb48le")
            container.mux(stream.encode(frame.reformat(format="yuv420p10le", dst_colorspace=BT2020_MATRIX)))
        container.mux(stream.encode(None))
    return path


def read_clip(path: Path, name: str = "rgb24") -> tuple[list[NDArray[np.uint8]], list[float]]:
    """Frames in an 8-bit pixel format, and their times in seconds, by PyAV alone."""
    frames, times = [], []
    for frame in _decoded(path):
        frames.append(np.asarray(frame.to_ndarray(format=name), np.uint8))
        times.append(float(frame.time or 0))
    return frames, times


def _decoded(path: Path) -> Iterator[av.VideoFrame]:
    with av.open(str(path)) as container:
        yield from container.decode(video=0)
