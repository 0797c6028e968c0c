"""A stream in a window, as it comes: the newest frame is shown, and those that came too fast are dropped."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, sleep
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.atomic import replacing
from skymatte.picture.oiio import write_png8
from skymatte.sky.batch import deaf_to_interrupts
from skymatte.video.draw import Artist, Matte, sky_fraction
from skymatte.video.frame import Frame
from skymatte.video.line import Line, Queue, Slot, StoppedError
from skymatte.video.live_gate import Gate
from skymatte.video.live_panel import Panel
from skymatte.video.live_window import Command
from skymatte.video.pipeline import Finds, Steadies, Takes, timed_frames
from skymatte.video.record import Record
from skymatte.video.source import Source

_IDLE_S: Final = 0.002
_RECENT: Final = 30
"""Frames over which the rate is told."""


class Screen(Protocol):
    """A window."""

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Show H×W×3 uint8 RGB."""
        ...

    def commands(self) -> list[Command]:
        """What has been asked for since the last call."""
        ...


@dataclass(frozen=True, slots=True)
class Found:
    """A frame with its sky.

    Attributes:
        frame: the frame.
        matte: H×W float32 in [0, 1].
        arrived: when the frame came in, by the clock of :func:`time.perf_counter`.
    """

    frame: Frame
    matte: Matte
    arrived: float


def watch(
    source: Source,
    finder: Finds,
    steady: Steadies,
    screen: Screen,
    record: Record,
    *,
    threshold: float,
    written: tuple[Artist, Takes] | None = None,
) -> None:
    """Show a stream until it ends or a person ends it.

    A frame is on its way through one stage after the other, and before the first there is room for one frame: a newer
    one takes its place.  So a frame that is shown was never older than the stages need, however slow they are.

    Args:
        source: frames in order; files are shown at their own rate.
        finder: finds the sky.
        steady: is given every frame that was not dropped, in order.
        screen: where it is shown; used in the calling thread only.
        record: filled in.
        threshold: matte value from which a pixel is sky.
        written: who draws, and who takes, every frame that was not dropped.
    """
    line = Line()
    live = _Live(line, source, record, threshold)
    line.start("capture", lambda: live.capture(source), reads=True)
    line.start("find", lambda: live.find(finder, steady, copy=written is not None))
    if written is not None:
        line.start("write", lambda: live.write(*written))
    begun = perf_counter()
    try:
        live.look(screen)
        line.join()
    except KeyboardInterrupt:
        record.interrupted = True
        with deaf_to_interrupts():
            line.stop()
            line.join()
    finally:
        line.stop()
        record.dropped = live.newest.dropped
        record.seconds = perf_counter() - begun
        record.reading = line.reading


class _Live:
    """The stages, and what a person does to them."""

    def __init__(self, line: Line, source: Source, record: Record, threshold: float) -> None:
        self.newest: Slot[tuple[Frame, float]] = line.slot()
        self._line = line
        self._found: Queue[Found] = line.queue(1)
        self._written: Queue[Found] = line.queue(1)
        self._gate = Gate(line, paced=not source.info.live)
        self._panel = Panel(threshold)
        self._record = record
        self._threshold = threshold
        self._name = re.sub(r"\W+", "-", Path(source.info.name).stem).strip("-") or "frame"
        self._shown: Found | None = None
        self._times: deque[float] = deque(maxlen=_RECENT)
        self._sky = self._latency = 0.0
        self._note = ""

    def capture(self, source: Source) -> None:
        for frame in timed_frames(source, self._record):
            if self._gate.admits(frame):
                self.newest.put((frame, perf_counter()))
        self.newest.close()

    def find(self, finder: Finds, steady: Steadies, *, copy: bool) -> None:
        for frame, arrived in self.newest:
            with self._record.stages["find"].timed():
                matte = finder.find(frame)
            with self._record.stages["steady"].timed():
                matte = steady.step(frame, matte)
            found = Found(frame, matte, arrived)
            self._found.put(found)
            if copy:
                self._written.put(found)
        self._found.close()
        self._written.close()

    def write(self, artist: Artist, sink: Takes) -> None:
        for found in self._written:
            drawn = artist.draw(found.frame, found.matte)
            with self._record.stages["encode"].timed():
                sink.write(found.frame, drawn)

    def look(self, screen: Screen) -> None:
        """Show what is found, and do what is asked for, until it is over."""
        while True:
            asked = screen.commands()
            for command in asked:
                self._do(command)
            try:
                found = self._found.take(patience=0)  # never waits: SDL must be asked for keys time and again
            except StoppedError:
                return
            if found is not None:
                self._show(screen, found)
            elif asked and self._shown is not None:
                screen.show(self._panel.draw(self._shown.frame, self._shown.matte, self._text()))
            elif self._found.over:
                return
            else:
                sleep(_IDLE_S)

    def _show(self, screen: Screen, found: Found) -> None:
        self._shown = found
        self._sky = sky_fraction(found.matte, self._threshold)
        self._record.sky.add(float(found.frame.time), self._sky)
        with self._record.stages["draw"].timed():
            picture = self._panel.draw(found.frame, found.matte, self._text())
        screen.show(picture)
        now = perf_counter()
        self._times.append(now)
        self._latency = now - found.arrived
        self._record.latency.add(self._latency)
        self._record.done += 1

    def _text(self) -> str:
        passed = self._times[-1] - self._times[0] if len(self._times) > 1 else 0.0
        rate = (len(self._times) - 1) / passed if passed else 0.0
        told = f"{rate:.1f} fps   {1000 * self._latency:.0f} ms   sky {self._sky:.1%}   blue {self._panel.opacity:.0%}"
        return told + ("   paused" if self._gate.paused else "") + self._note

    def _do(self, command: Command) -> None:
        self._note = ""
        actions: dict[Command, Callable[[], None]] = {
            Command.PAUSE: self._gate.pause_or_go_on,
            Command.STEP: self._gate.step,
            Command.MORE: self._panel.more,
            Command.LESS: self._panel.less,
            Command.SAVE: self._save,
            Command.QUIT: self._line.stop,
        }
        actions[command]()

    def _save(self) -> None:
        """Write what is shown, without the figures, into the current folder."""
        if self._shown is None:
            return
        path = Path(f"{self._name}-{self._shown.frame.index:06d}.png")
        with replacing(path) as temporary:
            write_png8(temporary, self._panel.pictures(self._shown.frame, self._shown.matte))
        self._note = f"   saved {path.name}"
