"""When frames are let through to be shown: at their own pace, one by one, or not at all."""

from __future__ import annotations

from time import perf_counter

from skymatte.video.frame import Frame
from skymatte.video.line import Line, StoppedError


class Gate:
    """Lets frames through.

    A file waits here until a frame is due, and for as long as it is paused.  What comes by itself, as from a camera, is
    let through at once, and passed over while it is paused.

    Args:
        line: whose stopping ends the waiting.
        paced: frames come faster than they are to be shown: a file.
    """

    def __init__(self, line: Line, *, paced: bool) -> None:
        self._line = line
        self._changed = line.condition()
        self._paced = paced
        self._paused = False
        self._steps = 0
        self._zero: float | None = None

    @property
    def paused(self) -> bool:
        """Whether only steps are let through."""
        return self._paused

    def pause_or_go_on(self) -> None:
        """Close an open gate, open a closed one."""
        with self._changed:
            self._paused = not self._paused
            self._steps = 0
            self._changed.notify_all()

    def step(self) -> None:
        """Close the gate and let one frame through."""
        with self._changed:
            self._paused = True
            self._steps += 1
            self._changed.notify_all()

    def admits(self, frame: Frame) -> bool:
        """Whether a frame is let through; waits, if it may wait.  Raises StoppedError."""
        with self._changed:
            if self._paced:
                self._wait_until_due(frame)
            if self._line.stopped:
                raise StoppedError
            if not self._paused:
                return True
            if self._steps:
                self._steps -= 1
                return True
            return False

    def _wait_until_due(self, frame: Frame) -> None:
        while not self._line.stopped:
            if self._paused:
                self._zero = None  # time stands still
                self._changed.wait_for(lambda: self._line.stopped or self._steps or not self._paused)
                if self._steps:
                    return
                continue
            now = perf_counter()
            if self._zero is None:
                self._zero = now - float(frame.time)
            left = self._zero + float(frame.time) - now
            if left <= 0:
                return
            self._changed.wait(left)
