"""Windows of a large picture: cut with the pixels around them, so that what is made of them joins without seams."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Scalar = TypeVar("Scalar", bound=np.generic)


@dataclass(frozen=True, slots=True)
class Cut:
    """Which places of one side a window covers.

    Attributes:
        places: of the picture, in order, with those around the window; on a ring they go on at the other end.
        inside: the window itself, among them.
    """

    places: NDArray[np.intp]
    inside: slice

    def larger(self, scale: int) -> slice:
        """The window itself in what is *scale* times as large as its places."""
        return slice(scale * self.inside.start, scale * self.inside.stop)

    def enlarged(self, scale: int) -> Cut:
        """The same places of a picture that is *scale* times as large."""
        places = (scale * self.places[:, None] + np.arange(scale)).ravel()
        return Cut(places, self.larger(scale))


def cut(start: int, stop: int, length: int, around: int, *, ring: bool = False) -> Cut:
    """The window ``start`` … ``stop`` of ``length`` places, with up to ``around`` more on each side.

    A picture ends where it ends: there is nothing around a window beyond that, except on a ring.
    """
    first, last = start - around, stop + around
    if not ring:
        first, last = max(0, first), min(length, last)
    places = np.arange(first, last, dtype=np.intp) % length
    return Cut(places, slice(start - first, stop - first))


def window(pixels: NDArray[Scalar], rows: Cut, columns: Cut) -> NDArray[Scalar]:
    """The places of an array H×W×… that two cuts name."""
    band = pixels[rows.places[0] : rows.places[-1] + 1]
    first, last = int(columns.places[0]), int(columns.places[-1])
    if last - first + 1 == len(columns.places):
        return band[:, first : last + 1]
    return band.take(columns.places, axis=1)
