"""Raw frames on standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from skymatte.errors import OutputError
from skymatte.video.draw import Drawn
from skymatte.video.frame import Frame
from skymatte.video.sink import STDOUT, Sink


class RawSink(Sink):
    """Frames one behind the other, with nothing between them."""

    def __init__(self, stream: BinaryIO | None = None) -> None:
        super().__init__()
        self._stream = stream or sys.stdout.buffer

    def write(self, frame: Frame, pixels: Drawn) -> None:  # noqa: ARG002 - raw frames have no time
        self._guarded(lambda: self._stream.write(np.ascontiguousarray(pixels).data))

    def close(self) -> None:
        self._guarded(self._stream.flush)

    def _guarded(self, act: Callable[[], object]) -> None:
        try:
            act()
        except BrokenPipeError:
            # Python flushes standard output once more when it ends, and would complain about the same thing.
            os.dup2(os.open(os.devnull, os.O_WRONLY), self._stream.fileno())
            raise OutputError(f"{STDOUT}: the program that reads the frames has gone") from None
        except OSError as error:
            raise OutputError(f"{STDOUT}: cannot be written: {error.strerror}") from None
