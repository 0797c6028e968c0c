"""The pipeline: all frames, in order, in bounded memory; it fails and stops as a whole."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from skymatte.errors import OutputError
from skymatte.video.draw import Artist, Drawn, Kind, Matte
from skymatte.video.frame import Frame
from skymatte.video.pipeline import Unsteadied, run
from skymatte.video.record import STAGES, Record
from tests.video.streams import Bright, Shelf, frames


def artist(kind: Kind = Kind.OVERLAY) -> Artist:
    return Artist(kind, 0.5)


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_all_frames_come_out_in_order(workers: int) -> None:
    shelf, record, told = Shelf(), Record(), list[int]()
    run(frames(300), Bright(), Unsteadied(), artist(), shelf, record, workers=workers, progress=told.append)
    assert shelf.numbers == list(range(300))
    assert shelf.times == [frame.time for frame in frames(300)]
    assert told == list(range(1, 301))
    assert (record.frames, record.done, record.dropped, record.interrupted) == (300, 300, 0, False)
    assert record.sky.mean == pytest.approx(0.5)


class Barrier:
    """Answers only once so many frames are looked at together: it would hang if they came one after the other."""

    def __init__(self, together: int) -> None:
        self._barrier = threading.Barrier(together)

    def find(self, frame: Frame) -> Matte:
        self._barrier.wait(timeout=60)
        return np.zeros(frame.pixels.shape[:2], np.float32)


def test_several_frames_are_looked_at_together() -> None:
    shelf = Shelf()
    run(frames(12), Barrier(3), Unsteadied(), artist(), shelf, Record(), workers=3)
    assert shelf.numbers == list(range(12))


class Late:
    """The first frame is answered after the third: order must be restored."""

    def __init__(self) -> None:
        self._third = threading.Event()

    def find(self, frame: Frame) -> Matte:
        if frame.index == 2:
            self._third.set()
        if frame.index == 0:
            assert self._third.wait(60)
        return np.zeros(frame.pixels.shape[:2], np.float32)


def test_order_is_restored() -> None:
    shelf = Shelf()
    run(frames(6), Late(), Unsteadied(), artist(), shelf, Record(), workers=3)
    assert shelf.numbers == list(range(6))


class Halving:
    """A steadier that shows it was there: half of what was found, and the order of what it was given."""

    def __init__(self) -> None:
        self.order: list[int] = []

    def step(self, frame: Frame, matte: Matte) -> Matte:
        self.order.append(frame.index)
        return matte / np.float32(2)


def test_the_temporal_filter_sees_every_frame_in_order_before_it_is_drawn() -> None:
    steady, shelf = Halving(), Shelf()
    run(frames(40), Bright(), steady, artist(Kind.MATTE), shelf, Record(), workers=3)
    assert steady.order == list(range(40))
    assert shelf.last is not None
    assert shelf.last[0, 0] == 128


def test_the_stages_are_timed() -> None:
    record = Record()
    run(frames(20), Bright(), Unsteadied(), artist(), Shelf(), record)
    assert tuple(record.stages) == STAGES
    for stage in record.stages.values():
        figures = stage.as_dict()
        assert 0 <= figures["p50"] <= figures["p95"] <= figures["max"]
    assert record.stages["draw"].as_dict()["max"] > 0  # others have nothing to do here, and may take no time at all
    assert record.rate == pytest.approx(20 / record.seconds)


def test_memory_does_not_grow_with_the_stream() -> None:
    """Thousands of frames leave no objects behind."""
    record, held = Record(), list[int]()

    def measure(done: int) -> None:
        if done in (1000, 4000):
            held.append(sys.getallocatedblocks())

    run(frames(4000, (4, 4)), Bright(), Unsteadied(), artist(), Discarding(), record, workers=2, progress=measure)
    early, late = held
    assert late - early < 1000  # a frame is some ten objects


class Discarding:
    def write(self, frame: Frame, pixels: Drawn) -> None:
        """Keep nothing."""


def test_a_slow_stage_holds_the_others_up() -> None:
    """However fast frames come, only a few are on the way when the sink does not take them."""
    came = list[int]()
    opened = threading.Event()

    def counted() -> Iterator[Frame]:
        for frame in frames(500):
            came.append(frame.index)
            yield frame

    class Stuck:
        most = 0

        def write(self, frame: Frame, _: Drawn) -> None:
            opened.wait(0.3 if frame.index == 0 else 0)
            self.most = max(self.most, len(came) - frame.index)

    stuck = Stuck()
    run(counted(), Bright(), Unsteadied(), artist(), stuck, Record(), workers=2)
    assert len(came) == 500
    assert stuck.most <= 14


class FailingSource:
    def __iter__(self) -> Iterator[Frame]:
        yield from frames(7)
        raise OutputError("the cable was pulled")


class Failing:
    """Fails at the eighth frame, whatever it is used as."""

    def _fail(self, frame: Frame) -> None:
        if frame.index == 7:
            raise OutputError("the disk is full")

    def find(self, frame: Frame) -> Matte:
        self._fail(frame)
        return np.zeros(frame.pixels.shape[:2], np.float32)

    def step(self, frame: Frame, matte: Matte) -> Matte:
        self._fail(frame)
        return matte

    def write(self, frame: Frame, _: Drawn) -> None:
        self._fail(frame)


@pytest.mark.parametrize("place", ["find", "steady", "encode"])
def test_an_error_of_any_stage_is_raised_once_and_ends_all(place: str) -> None:
    before = threading.active_count()
    failing = Failing()
    with pytest.raises(OutputError, match="the disk is full"):
        run(
            frames(10**9),
            failing if place == "find" else Bright(),
            failing if place == "steady" else Unsteadied(),
            artist(),
            failing if place == "encode" else Shelf(),
            Record(),
            workers=2,
        )
    assert threading.active_count() == before


def test_an_error_of_the_source_is_raised_too() -> None:
    with pytest.raises(OutputError, match="the cable was pulled"):
        run(FailingSource(), Bright(), Unsteadied(), artist(), Shelf(), Record())


def test_ctrl_c_ends_the_run_and_leaves_whole_frames() -> None:
    shelf, record = Shelf(), Record()
    before = threading.active_count()

    def interrupt(done: int) -> None:
        if done == 30:
            os.kill(os.getpid(), signal.SIGINT)

    run(frames(10**9), Bright(), Unsteadied(), artist(), shelf, record, workers=2, progress=interrupt)
    assert (record.interrupted, record.reading) == (True, False)
    assert record.done >= 30
    assert shelf.numbers == list(range(record.done))
    assert threading.active_count() == before


def test_ctrl_c_is_obeyed_while_the_source_is_silent() -> None:
    """The source, which a thread still reads, is then not to be closed."""
    spoken = threading.Event()

    def silent() -> Iterator[Frame]:
        yield from frames(5)
        spoken.wait(60)

    def interrupt(done: int) -> None:
        if done == 5:
            os.kill(os.getpid(), signal.SIGINT)

    shelf, record = Shelf(), Record()
    run(silent(), Bright(), Unsteadied(), artist(), shelf, record, progress=interrupt)
    assert (record.interrupted, record.reading) == (True, True)
    assert shelf.numbers == list(range(5))
    spoken.set()
