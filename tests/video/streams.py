"""Streams without files: frames that are made when they are asked for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from skymatte.video.draw import Drawn, Matte
from skymatte.video.frame import Frame


def frames(count: int, shape: tuple[int, int] = (6, 8), rate: int = 25) -> Iterator[Frame]:
    """Frames whose upper half is bright; the number of each stands in its pixels."""
    for index in range(count):
        pixels = np.zeros((*shape, 3), np.uint8)
        pixels[: shape[0] // 2] = 200
        pixels[-1, :, 0], pixels[-1, :, 1] = index % 256, index // 256 % 256
        yield Frame(index, Fraction(index, rate), pixels)


def number(pixels: Drawn) -> int:
    """The number of a frame, modulo 65536, read from its last pixel."""
    return int(pixels[-1, -1, 0]) + 256 * int(pixels[-1, -1, 1])


class Bright:
    """Calls bright pixels sky; counts how many frames it has at once."""

    def __init__(self) -> None:
        self.at_once = 0
        self.most_at_once = 0
        self._lock = threading.Lock()

    def find(self, frame: Frame) -> Matte:
        with self._lock:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
        matte = np.asarray(frame.pixels[..., 2] > 100, np.float32)
        with self._lock:
            self.at_once -= 1
        return matte


class Shelf:
    """A sink that remembers what it was given: number and time of each frame."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.times: list[Fraction] = []
        self.last: NDArray[np.generic] | None = None

    def write(self, frame: Frame, pixels: Drawn) -> None:
        self.numbers.append(number(pixels) if pixels.ndim == 3 else frame.index)
        self.times.append(frame.time)
        self.last = pixels
