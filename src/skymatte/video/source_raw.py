"""Raw frames on standard input."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import StreamError
from skymatte.picture.limits import check_size
from skymatte.video.frame import Pixels, StreamInfo, Transfer
from skymatte.video.source import DEFAULT_RATE, STDIN, Shot, Source

PIXEL_FORMATS: Final[dict[str, tuple[str, int]]] = {
    "rgb24": ("u1", 3),
    "bgr24": ("u1", 3),
    "rgba": ("u1", 4),
    "gray": ("u1", 1),
    "rgb48le": ("<u2", 3),
    "gray16le": ("<u2", 1),
    "rgbf32le": ("<f4", 3),
}
"""Name as FFmpeg has it → type of a sample, samples per pixel.  Alpha is left aside; floats are linear light."""

_TO_RGB = {"bgr24": cv2.COLOR_BGR2RGB, "rgba": cv2.COLOR_RGBA2RGB}


class RawSource(Source):
    """Frames of one size, one behind the other, rows from top to bottom, with nothing between them."""

    def __init__(
        self,
        size: tuple[int, int] | None,
        pixel_format: str,
        fps: Fraction | None,
        *,
        live: bool = False,
        stream: BinaryIO | None = None,
    ) -> None:
        """Raises StreamError: the size is missing or absurd, or the pixel format is not known."""
        super().__init__(None, fps or DEFAULT_RATE)
        if size is None:
            raise StreamError(f"{STDIN}: raw frames do not say how large they are; give the size as WIDTHxHEIGHT")
        if pixel_format not in PIXEL_FORMATS:
            known = ", ".join(PIXEL_FORMATS)
            raise StreamError(f"{STDIN}: the pixel format {pixel_format!r} is not known; known are {known}")
        check_size(Path(STDIN), *size)
        # Unbuffered: the lock of a buffer that a thread still waits at would abort the program when it ends.
        self._stream = stream or cast("BinaryIO", getattr(sys.stdin.buffer, "raw", sys.stdin.buffer))
        self._name = pixel_format
        self._type, self._samples = np.dtype(PIXEL_FORMATS[pixel_format][0]), PIXEL_FORMATS[pixel_format][1]
        self._shape = (size[1], size[0], self._samples)
        linear = self._type.kind == "f"
        self.info = StreamInfo(
            name=STDIN,
            width=size[0],
            height=size[1],
            rate=self._rate,
            frames=None,
            transfer=Transfer.LINEAR if linear else Transfer.SDR,
            live=live,
            tick=1 / self._rate,
        )

    def close(self) -> None:
        """Standard input is not ours to close."""

    def _shots(self) -> Iterator[Shot]:
        length = int(np.prod(self._shape)) * self._type.itemsize
        index = 0
        while len(data := _read(self._stream, length)) == length:
            yield Shot(index, index / self._rate, data)
            index += 1
        if data:
            self._note(
                index / self._rate,
                f"ends in the middle of a frame ({len(data):,} of {length:,} bytes); are size and format right?",
            )

    def _pixels(self, payload: object) -> Pixels:
        pixels: NDArray[np.uint8] = np.frombuffer(cast("bytes", payload), self._type).reshape(self._shape)
        if self._samples == 1:
            return cv2.cvtColor(pixels, cv2.COLOR_GRAY2RGB)  # type: ignore[return-value]
        return cv2.cvtColor(pixels, _TO_RGB[self._name]) if self._name in _TO_RGB else pixels  # type: ignore[return-value]


def _read(stream: BinaryIO, length: int) -> bytes:
    """*length* bytes, or what there is before the end; pipes give less than they are asked for."""
    parts: list[bytes] = []
    left = length
    while left and (part := stream.read(left)):
        parts.append(part)
        left -= len(part)
    return b"".join(parts)
