"""A stream from end to end: decoding, finding, steadying, drawing and encoding overlap, and frames stay in order.

What waits between two stages is bounded, and so is the memory, however long the stream.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import perf_counter
from typing import Final, Protocol

from skymatte.sky.batch import deaf_to_interrupts
from skymatte.video.draw import Artist, Drawn, Matte, sky_fraction
from skymatte.video.frame import Frame
from skymatte.video.line import Line, Queue
from skymatte.video.record import Record

_ROOM: Final = 2
"""Frames that wait between two stages: one to go on with, and one for stages that are not equally fast each time."""


class Finds(Protocol):
    """Says where the sky is in one frame by itself; called from several threads."""

    def find(self, frame: Frame) -> Matte:
        """H×W float32 in [0, 1]."""
        ...


class Steadies(Protocol):
    """Makes mattes of successive frames agree."""

    def step(self, frame: Frame, matte: Matte) -> Matte:
        """The matte of the next frame, H×W float32 in [0, 1]."""
        ...


class Takes(Protocol):
    """Writes drawn frames."""

    def write(self, frame: Frame, pixels: Drawn, /) -> None:
        """Take what was drawn of the next frame."""
        ...


class Unsteadied:
    """Leaves every matte as it was found (``--no-temporal``)."""

    def step(self, frame: Frame, matte: Matte) -> Matte:  # noqa: ARG002 - the others need it
        """The matte itself."""
        return matte


def run(
    source: Iterable[Frame],
    finder: Finds,
    steady: Steadies,
    artist: Artist,
    sink: Takes,
    record: Record,
    *,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
) -> None:
    """Work off a whole stream; no frame is dropped.

    The first error of any stage ends the run and is raised, once.  After Ctrl-C, which must reach the calling thread,
    the frames in work are given up, ``record`` says so, and the function returns: what was written is whole as soon as
    the sink is closed.

    Args:
        source: frames in order.
        finder: finds the sky; safe to call from several threads.
        steady: is given every frame in order.
        artist: draws.
        sink: is given every drawing in order.
        record: filled in.
        workers: frames in which the sky is looked for at the same time.
        progress: told after each frame how many are done; called from another thread.
    """
    begun = perf_counter()
    line = Line()
    with ThreadPoolExecutor(workers, thread_name_prefix="skymatte-find") as pool:
        way = _Way(line, pool, workers, record)
        line.start("decode", lambda: way.decode(source, finder), reads=True)
        line.start("steady", lambda: way.steady(steady))
        line.start("draw", lambda: way.draw(artist))
        line.start("encode", lambda: way.encode(sink, progress))
        try:
            line.join()
        except KeyboardInterrupt:
            with deaf_to_interrupts():
                record.interrupted = True
                line.stop()
                line.join()
        finally:
            record.seconds = perf_counter() - begun
            record.reading = line.reading


class _Way:
    """The stages and what lies between them."""

    def __init__(self, line: Line, pool: ThreadPoolExecutor, workers: int, record: Record) -> None:
        self._pool = pool
        self._record = record
        self._timers = record.stages
        # Futures lie in the order of the frames, whichever is found first.
        self._found: Queue[tuple[Frame, Future[Matte]]] = line.queue(workers + 1)
        self._steadied: Queue[tuple[Frame, Matte]] = line.queue(_ROOM)
        self._drawn: Queue[tuple[Frame, Drawn]] = line.queue(_ROOM)

    def decode(self, source: Iterable[Frame], finder: Finds) -> None:
        for frame in timed_frames(source, self._record):
            self._found.put((frame, self._pool.submit(self._find, finder, frame)))
        self._found.close()

    def _find(self, finder: Finds, frame: Frame) -> Matte:
        with self._timers["find"].timed():
            return finder.find(frame)

    def steady(self, steady: Steadies) -> None:
        for frame, found in self._found:
            matte = found.result()
            with self._timers["steady"].timed():
                matte = steady.step(frame, matte)
            self._steadied.put((frame, matte))
        self._steadied.close()

    def draw(self, artist: Artist) -> None:
        for frame, matte in self._steadied:
            with self._timers["draw"].timed():
                drawn = artist.draw(frame, matte)
                self._record.sky.add(float(frame.time), sky_fraction(matte, artist.threshold))
            self._drawn.put((frame, drawn))
        self._drawn.close()

    def encode(self, sink: Takes, progress: Callable[[int], None] | None) -> None:
        for frame, drawn in self._drawn:
            with self._timers["encode"].timed():
                sink.write(frame, drawn)
            self._record.done += 1
            if progress is not None:
                progress(self._record.done)


def timed_frames(source: Iterable[Frame], record: Record) -> Iterator[Frame]:
    """The frames of a source; how many there are and how long each took to come are recorded."""
    frames = iter(source)
    while True:
        begun = perf_counter()
        frame = next(frames, None)
        if frame is None:
            return
        record.stages["decode"].add(perf_counter() - begun)
        record.frames += 1
        yield frame
