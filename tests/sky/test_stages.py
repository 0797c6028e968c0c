"""Places and room: what overlaps, in which order, and what does not."""

from __future__ import annotations

import threading
from pathlib import Path

from skymatte.sky import stages
from skymatte.sky.stages import Room, Stages, Watch, expected_pixels
from tests.scenery import pixels, write_exr, write_other


def test_room_is_given_in_the_order_of_asking() -> None:
    """A large picture that came first is not overtaken by small ones that would fit."""
    room, order, threads = Room(10), [], []
    inside = room.take(6)
    inside.__enter__()

    def ask(pixels: int) -> None:
        with room.take(pixels):
            order.append(pixels)

    for asked, pixels_of_it in enumerate((8, 1, 2), start=2):
        threads.append(threading.Thread(target=ask, args=(pixels_of_it,)))
        threads[-1].start()
        while room._asked < asked:
            pass
    assert order == []
    inside.__exit__(None, None, None)
    for thread in threads:
        thread.join(10)
    assert order[0] == 8
    assert sorted(order) == [1, 2, 8]


def test_a_picture_larger_than_all_room_is_let_in_alone() -> None:
    room, alone = Room(10), threading.Event()

    def ask() -> None:
        with room.take(1):
            alone.set()

    with room.take(1000):
        thread = threading.Thread(target=ask)
        thread.start()
        assert not alone.wait(0.05)
    thread.join(10)
    assert alone.is_set()


def test_room_is_given_back_after_a_failure() -> None:
    room = Room(10)
    for _ in range(3):
        try:
            with room.take(10):
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass
    with room.take(10):
        assert room._given == 10


def test_two_8k_panoramas_overlap_and_16k_ones_do_not() -> None:
    room = Stages(1).room
    assert 2 * 8192 * 4096 <= room._most < 16384 * 8192


def test_waiting_does_not_count() -> None:
    watch, place = Watch(), threading.Semaphore(0)
    timer = threading.Timer(1, place.release)
    timer.start()
    with watch.at(place):
        pass
    assert watch.seconds < 0.9
    timer.join()


def test_sizes_are_known_before_reading(tmp_path: Path) -> None:
    assert expected_pixels(write_exr(tmp_path / "a.exr", pixels(30, 50))) == 1500
    write_other(tmp_path / "a.png", pixels(20, 30))
    assert expected_pixels(tmp_path / "a.png") == 600
    (tmp_path / "broken.exr").write_text("no picture")
    assert expected_pixels(tmp_path / "broken.exr") == 0
    assert expected_pixels(tmp_path / "raw.NEF") == stages._RAW_PIXELS
