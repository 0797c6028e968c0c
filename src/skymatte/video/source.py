"""Open anything that gives frames."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from skymatte.errors import StreamError
from skymatte.picture.color import REC709, Chromaticities
from skymatte.picture.read import SUFFIXES
from skymatte.video.frame import Frame, Pixels, StreamInfo

STDIN: Final = "-"
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]+://", re.IGNORECASE)
_PATTERN = re.compile(r"%0?\d*d")
_MOST_NOTES = 1000

DEFAULT_RATE: Final = Fraction(25)
"""Frames per second of what has no rate of its own."""


@dataclass(frozen=True, slots=True)
class Damaged:
    """Something of the input that could not be used.

    Attributes:
        time: seconds since the stream's first frame.
        what: is wrong, for people.
    """

    time: Fraction
    what: str


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame before its pixels are made, which is not done for frames that a lower rate leaves out.

    Attributes:
        index: as in :class:`Frame`.
        time: as in :class:`Frame`.
        payload: what the source makes pixels of.
    """

    index: int
    time: Fraction
    payload: object


class Source(ABC):
    """The frames of a stream, once, in the order of their times; a context manager.

    Attributes:
        info: what is known before the first frame.
        damaged: what could not be used so far, at most a thousand notes.
        damaged_count: how many there were.
    """

    info: StreamInfo

    def __init__(self, fps: Fraction | None, rate: Fraction = DEFAULT_RATE) -> None:
        self.damaged: list[Damaged] = []
        self.damaged_count = 0
        self._fps = fps
        self._rate = rate

    def __iter__(self) -> Iterator[Frame]:
        """The frames.

        With a rate asked for, frame *k* is what the input shows at *k* / fps seconds: its last frame that is not later.
        A frame that is shown several times comes with the same array.

        Raises:
            StreamError: the input ends in a way that a person must know of (an address that fell silent).
        """
        shots = self._shots() if self._fps is None else _at_rate(self._shots(), self._fps, self._rate)
        made: tuple[object, Pixels] | None = None
        for shot in shots:
            if made is None or made[0] is not shot.payload:
                made = (shot.payload, self._pixels(shot.payload))
            yield Frame(shot.index, shot.time, made[1], self.info.transfer, self._primaries())

    @abstractmethod
    def close(self) -> None:
        """Let go of the input."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def _shots(self) -> Iterator[Shot]:
        """All usable frames of the input."""

    @abstractmethod
    def _pixels(self, payload: object) -> Pixels:
        """H×W×3 of what a shot holds."""

    def _primaries(self) -> Chromaticities:
        return REC709

    def _note(self, time: Fraction, what: str) -> None:
        self.damaged_count += 1
        if len(self.damaged) < _MOST_NOTES:
            self.damaged.append(Damaged(time, what))


def open_source(
    input: str,  # noqa: A002 - the word that people and ffmpeg use
    *,
    fps: Fraction | None = None,
    size: tuple[int, int] | None = None,
    pixel_format: str | None = None,
    live: bool = False,
) -> Source:
    """Open a video file, a sequence of pictures, a camera, an address, or raw frames on standard input.

    Args:
        input: a video file; a folder, a glob or a printf pattern (``shot.%04d.exr``) of pictures; the number of a
            camera; an address (``rtsp://``, ``http://`` …); ``-`` for raw frames on standard input.
        fps: frames per second to read; by default every frame at its own time.  Pictures and raw frames, which have no
            rate, are taken to be of this one (25 by default).
        size: width and height of raw frames, which must be told, or of what a camera is asked for.
        pixel_format: of raw frames; ``rgb24`` by default.
        live: what comes late is of no use: decode with as little delay as can be.

    Raises:
        StreamError: it cannot be read, or is no video; or what was asked for does not fit the input.
        MissingExtra: PyAV is not installed, and the input needs it.
    """
    if fps is not None and fps <= 0:
        raise StreamError(f"{input}: {fps} frames per second cannot be read; ask for more than 0")
    if input == STDIN:
        from skymatte.video.source_raw import RawSource

        return RawSource(size, pixel_format or "rgb24", fps, live=live)
    if pixel_format is not None:
        raise StreamError(f"{input}: says itself which pixel format it has; only raw frames ({STDIN}) must be told")
    if size is not None and not input.isdigit():
        raise StreamError(f"{input}: says itself how large it is; only raw frames ({STDIN}) and cameras must be told")
    if _are_pictures(input):
        from skymatte.video.source_pictures import PictureSource

        return PictureSource(input, fps)
    from skymatte.video.source_stream import open_stream

    return open_stream(input, fps=fps, size=size, live=live)


def is_address(input: str) -> bool:  # noqa: A002
    """Whether it is on a network, ``rtsp://camera/1``, and not in a file."""
    return _ADDRESS.match(input) is not None


def _are_pictures(input: str) -> bool:  # noqa: A002
    if is_address(input) or input.isdigit():
        return False
    path = Path(input)
    if path.exists():
        return path.is_dir() or path.suffix.lower() in SUFFIXES
    return bool(_PATTERN.search(input)) or any(sign in input for sign in "*?[") or path.suffix.lower() in SUFFIXES


def _at_rate(shots: Iterator[Shot], fps: Fraction, rate: Fraction) -> Iterator[Shot]:
    """What is shown at 0, 1/fps, 2/fps … seconds, the last frame for as long as one lasts."""
    index, shown = 0, None
    for shot in shots:
        while shown is not None and index / fps < shot.time:
            yield Shot(index, index / fps, shown.payload)
            index += 1
        shown = shot
    while shown is not None and index / fps < shown.time + 1 / rate:
        yield Shot(index, index / fps, shown.payload)
        index += 1
