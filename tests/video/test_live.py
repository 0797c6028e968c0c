"""Live: the newest frame wins, a person is obeyed, and nothing is queued.  No test depends on how fast anything is."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.errors import OutputError
from skymatte.video.draw import Artist, Kind, Matte
from skymatte.video.frame import Frame, StreamInfo, Transfer
from skymatte.video.live import watch
from skymatte.video.live_panel import BAR, Panel, window_size
from skymatte.video.live_window import Command
from skymatte.video.pipeline import Unsteadied
from skymatte.video.record import Record
from skymatte.video.source import Shot, Source
from tests.video.streams import Bright, Shelf, frames

INFO = StreamInfo("a/clip 1.mp4", 8, 6, Fraction(25), None, Transfer.SDR, live=True)


class Camera(Source):
    """Frames that come by themselves; a test says what happens before each."""

    def __init__(self, made: Iterator[Frame], before: Callable[[int], object] = lambda _: None, *, live: bool = True):
        super().__init__(None)
        self.info = replace(INFO, live=live)
        self._made, self._before = made, before

    def __iter__(self) -> Iterator[Frame]:
        for frame in self._made:
            self._before(frame.index)
            yield frame

    def close(self) -> None:
        """Nothing to let go of."""

    def _shots(self) -> Iterator[Shot]:
        raise NotImplementedError

    def _pixels(self, payload: object) -> NDArray[np.uint8]:
        raise NotImplementedError


class FakeScreen:
    """Remembers how many pictures it was shown, and asks for commands: after the n-th picture, those of ``plan[n]``."""

    def __init__(self, plan: dict[int, list[Command]] | None = None) -> None:
        self.pictures: list[NDArray[np.uint8]] = []
        self.plan = plan or {}

    def show(self, picture: NDArray[np.uint8]) -> None:
        self.pictures.append(picture)

    def commands(self) -> list[Command]:
        return self.plan.pop(len(self.pictures), [])


def test_the_newest_frame_wins_and_older_ones_are_dropped_and_counted() -> None:
    """While the first frame is looked at, 49 more come: the next that is looked at is the last of them."""
    first_taken, all_came = threading.Event(), threading.Event()

    def before(index: int) -> None:
        if index == 1:
            assert first_taken.wait(60)
        if index == 50:
            all_came.set()

    class Slow(Bright):
        def find(self, frame: Frame) -> Matte:
            if frame.index == 0:
                first_taken.set()
                assert all_came.wait(60)
            return super().find(frame)

    record, shelf = Record(), Shelf()
    # The 50th frame is asked for only when the 49th has been handed over.
    watch(
        Camera(frames(51), before),
        Slow(),
        Unsteadied(),
        FakeScreen(),
        record,
        threshold=0.5,
        written=(Artist(Kind.OVERLAY, 0.5), shelf),
    )
    assert shelf.numbers[0] == 0
    assert shelf.numbers[1] in (49, 50)
    assert shelf.numbers[-1] == 50
    assert record.frames == 51
    assert record.done == len(shelf.numbers) <= 3
    assert record.dropped == 51 - record.done


def test_every_latency_is_counted_and_shown_frames_have_one() -> None:
    record = Record()
    watch(Camera(frames(5, rate=1000), live=False), Bright(), Unsteadied(), FakeScreen(), record, threshold=0.5)
    assert record.done + record.dropped == 5
    assert record.latency.as_dict()["max"] > 0
    assert record.sky.mean == pytest.approx(0.5)


def test_files_are_shown_to_their_last_frame() -> None:
    shelf, screen, record = Shelf(), FakeScreen(), Record()
    written = (Artist(Kind.OVERLAY, 0.5), shelf)
    watch(
        Camera(frames(12, rate=100), live=False),
        Bright(),
        Unsteadied(),
        screen,
        record,
        threshold=0.5,
        written=written,
    )
    assert shelf.numbers == sorted(set(shelf.numbers))
    assert shelf.numbers[-1] == 11
    assert len(screen.pictures) == record.done == len(shelf.numbers)


def test_a_paused_file_goes_on_step_by_step() -> None:
    """Paused at the first frame, the file waits; each step brings the next frame, and none is lost."""
    shelf, record = Shelf(), Record()

    class Stepping(FakeScreen):
        steps = 0

        def commands(self) -> list[Command]:
            if not shelf.numbers:
                return []
            if self.steps == 0:
                self.steps = 1
                return [Command.PAUSE]
            if shelf.numbers[-1] >= 4:
                return [Command.QUIT]
            if len(shelf.numbers) >= self.steps:
                self.steps = len(shelf.numbers) + 1
                return [Command.STEP]
            return []

    made = (replace(frame, time=Fraction(3600 * frame.index)) for frame in frames(100))
    watch(
        Camera(made, live=False),
        Bright(),
        Unsteadied(),
        Stepping(),
        record,
        threshold=0.5,
        written=(Artist(Kind.OVERLAY, 0.5), shelf),
    )
    # An hour lies between two frames: only steps can have brought them.
    assert shelf.numbers == [0, 1, 2, 3, 4]
    assert record.dropped == 0


def test_a_paused_camera_passes_frames_over_until_it_goes_on() -> None:
    paused, seen = threading.Event(), list[int]()

    class Pausing(FakeScreen):
        def commands(self) -> list[Command]:
            if len(self.pictures) == 1 and not paused.is_set():
                return [Command.PAUSE]
            if self.pictures and not paused.is_set():
                paused.set()
            return []

    def before(index: int) -> None:
        if index == 1:
            assert paused.wait(60)

    class Noting(Bright):
        def find(self, frame: Frame) -> Matte:
            seen.append(frame.index)
            return super().find(frame)

    record = Record()
    watch(Camera(frames(30), before), Noting(), Unsteadied(), Pausing(), record, threshold=0.5)
    assert seen == [0]
    assert (record.frames, record.done, record.dropped) == (30, 1, 0)


def test_q_ends_it() -> None:
    screen, record = FakeScreen({3: [Command.QUIT]}), Record()
    watch(Camera(frames(10**9)), Bright(), Unsteadied(), screen, record, threshold=0.5)
    assert len(screen.pictures) == 3
    assert not record.interrupted


def test_ctrl_c_ends_it_and_is_told() -> None:
    class Interrupting(FakeScreen):
        def commands(self) -> list[Command]:
            if len(self.pictures) == 3:
                os.kill(os.getpid(), signal.SIGINT)
            return []

    record, before = Record(), threading.active_count()
    watch(Camera(frames(10**9)), Bright(), Unsteadied(), Interrupting(), record, threshold=0.5)
    assert record.interrupted
    assert record.done == 3
    assert threading.active_count() == before


def test_opacity_and_saving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The blue of the sky of the picture to the right grows with +, falls with -; s writes both pictures."""
    monkeypatch.chdir(tmp_path)
    waiting = threading.Event()
    blue = list[int]()

    class Asking(FakeScreen):
        wishes = iter([[Command.MORE], [Command.MORE], [Command.LESS] * 9, [Command.SAVE], [Command.QUIT]])

        def show(self, picture: NDArray[np.uint8]) -> None:
            super().show(picture)
            blue.append(int(picture[10, -10, 2]) - int(picture[10, -10, 0]))

        def commands(self) -> list[Command]:
            return next(self.wishes, []) if self.pictures else []

    def before(index: int) -> None:
        if index == 1:
            waiting.wait(60)

    class Releasing(Asking):
        def commands(self) -> list[Command]:
            asked = super().commands()
            if Command.QUIT in asked:
                waiting.set()
            return asked

    watch(Camera(frames(2), before), Bright(), Unsteadied(), Releasing(), Record(), threshold=0.5)
    # Pixels of 200: red falls to 200·(1 − opacity), blue tends to 255.
    assert blue[:4] == [pytest.approx(255 * opacity, abs=2) for opacity in (0.5, 0.6, 0.7, 0.0)]
    saved = cv2.imread(str(tmp_path / "clip-1-000000.png"))
    assert saved is not None
    assert saved.shape == (6, 16, 3)
    np.testing.assert_array_equal(saved[0, 12], (200, 200, 200))


def test_an_error_ends_it_and_is_raised_once() -> None:
    class Failing(Bright):
        def find(self, _: Frame) -> Matte:
            raise OutputError("out of order")

    before = threading.active_count()
    with pytest.raises(OutputError, match="out of order"):
        watch(Camera(frames(10**9)), Failing(), Unsteadied(), FakeScreen(), Record(), threshold=0.5)
    assert threading.active_count() == before


@pytest.mark.parametrize(("width", "height"), [(8, 6), (320, 240), (640, 480), (1920, 1080), (600, 2000)])
def test_the_panel_is_as_large_as_the_window_and_shows_both(width: int, height: int) -> None:
    pixels = np.full((height, width, 3), 180, np.uint8)
    matte = np.zeros((height, width), np.float32)
    matte[: height // 2] = 1
    panel = Panel(0.5)
    drawn = panel.draw(Frame(0, Fraction(0), pixels), matte, "50.0 fps")
    assert drawn.shape[1::-1] == window_size(width, height)
    assert drawn.shape[1] >= 640
    assert max(drawn.shape) <= 1920 + BAR
    rows, half = drawn.shape[0] - BAR, drawn.shape[1] // 2
    assert (drawn[:rows, :half] == 180).all()
    np.testing.assert_allclose(drawn[2, half + 2], (90, 90, 217.5), atol=1)  # shrinking rounds
    assert (drawn[rows - 2, half:] == 180).all()
    assert drawn[rows:].max() == 255  # the figures


def test_deep_pictures_are_shown_in_eight_bits() -> None:
    pixels = np.full((6, 8, 3), 0x8765, np.uint16)
    drawn = Panel(0.5).draw(Frame(0, Fraction(0), pixels), np.zeros((6, 8), np.float32), "")
    assert (drawn[0] == 0x87).all()
