"""Open anything that takes drawn frames."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from skymatte.errors import OutputError
from skymatte.video.draw import Drawn, Kind
from skymatte.video.frame import Frame, StreamInfo

STDOUT: Final = "-"
_PATTERN = re.compile(r"%(0\d+)?d")


class Sink(ABC):
    """Takes drawn frames in the order of their times; a context manager, whose end finishes what was begun.

    Attributes:
        notes: what a person should know about what was written.
    """

    def __init__(self) -> None:
        self.notes: list[str] = []

    @abstractmethod
    def write(self, frame: Frame, pixels: Drawn) -> None:
        """Take one frame.

        Args:
            frame: where *pixels* belong: index and time.
            pixels: H×W grey, H×W×3 RGB or H×W×4 RGBA as :class:`~skymatte.video.draw.Artist` draws them; all frames
                have the first one's shape and type.

        Raises:
            OutputError: it cannot be written.
        """

    @abstractmethod
    def close(self) -> None:
        """Finish: what has been written so far can be read afterwards.

        Raises:
            OutputError: it cannot be finished; then there is no file.
        """

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def open_sink(path: str, *, info: StreamInfo, kind: Kind, copy_audio_from: str | None = None) -> Sink:
    """Open a video file, a sequence of pictures, or standard output.

    Args:
        path: ``.mp4``, ``.m4v``, ``.mov``, ``.mkv`` or ``.webm``; a printf pattern (``sky.%04d.png``) or a folder
            (``sky/``) of pictures, numbered by the frames' indices; ``-`` for raw frames on standard output: one
            behind the other, rows from top to bottom, in the machine's order of bytes.
        info: of the frames' source; its colour tags, pixel aspect and time stamps are kept.
        kind: what will be drawn.
        copy_audio_from: a video file whose sound goes into a video that is written.

    Raises:
        OutputError: it cannot be written there, or not in that format.
        MissingExtra: PyAV is not installed, and a video is to be written.
    """
    if path == STDOUT:
        from skymatte.video.sink_raw import RawSink

        return RawSink()
    _protect(path, info.name)
    if path.endswith("/") or Path(path).is_dir() or _PATTERN.search(path):
        from skymatte.video.sink_pictures import PictureSink

        return PictureSink(path, info, kind)
    from skymatte.video.sink_stream import StreamSink

    return StreamSink(Path(path), info, kind, copy_audio_from)


def channels_of(kind: Kind) -> int:
    """Samples per pixel of what is drawn."""
    return {Kind.MASK: 1, Kind.MATTE: 1, Kind.ALPHA: 4}.get(kind, 3)


def _protect(path: str, source: str) -> None:
    """Raises OutputError where the output would take the input's place."""
    written, read = Path(path), Path(source)
    if written.exists() and read.exists() and written.samefile(read):
        raise OutputError(f"{path}: is the input itself; choose another name with -o")
