"""How pictures of a batch overlap: one is read while another is segmented and a third is written.

Every picture is worked off in a thread of its own, from file to files, and waits at each stage until there is a place.
That large ones do not fill the memory together, each first takes room for its pixels.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import perf_counter

from skymatte.errors import SkymatteError
from skymatte.picture.raw import RAW_SUFFIXES
from skymatte.picture.size import read_size

PIXELS_AT_ONCE = 72_000_000
"""Pixels that pictures in work have together: two panoramas of 8192×4096, but no second one beside 16384×8192.

A pixel takes some 21 bytes: three floats of light, one of matte, one of confidence, one byte of mask.
"""

_RAW_PIXELS = 50_000_000
"""What a camera RAW file is taken for: its size is known only once it has been developed."""


class Room:
    """Room for some pixels, given in the order of asking; a picture larger than all of it is let in alone."""

    def __init__(self, pixels: int) -> None:
        self._most = pixels
        self._given = 0
        self._asked = 0
        self._served = 0
        self._changed = threading.Condition()

    @contextmanager
    def take(self, pixels: int) -> Iterator[None]:
        """Wait for room, and give it back in the end."""
        with self._changed:
            ticket = self._asked
            self._asked += 1
            self._changed.wait_for(lambda: ticket == self._served and self._fits(pixels))
            self._served += 1
            self._given += pixels
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._given -= pixels
                self._changed.notify_all()

    def _fits(self, pixels: int) -> bool:
        return self._given == 0 or self._given + pixels <= self._most


class Stages:
    """The places at each stage, and the room for all of them.

    Args:
        workers: pictures at each stage at the same time, and so many times the room.
    """

    def __init__(self, workers: int) -> None:
        self.room = Room(workers * PIXELS_AT_ONCE)
        self.reading = threading.Semaphore(workers)
        self.finding = threading.Semaphore(workers)
        self.writing = threading.Semaphore(workers)
        self.threads = 3 * workers
        """Pictures in work at most."""


class Watch:
    """The time that a picture takes, without what it waits for others."""

    def __init__(self) -> None:
        self._begun = perf_counter()
        self._waited = 0.0

    @contextmanager
    def at(self, stage: AbstractContextManager[object]) -> Iterator[None]:
        """Wait for a place at a stage, and stay there while the block runs."""
        arrived = perf_counter()
        with stage:
            self._waited += perf_counter() - arrived
            yield

    @property
    def seconds(self) -> float:
        return perf_counter() - self._begun - self._waited


def expected_pixels(path: Path) -> int:
    """How large a picture will be, from its header; 0 of one that cannot be read, which its reader will tell."""
    if path.suffix.lower() in RAW_SUFFIXES:
        return _RAW_PIXELS
    try:
        width, height = read_size(path)
    except SkymatteError:
        return 0
    return width * height
