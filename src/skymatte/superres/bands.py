"""A result that is made band by band and asked for row by row: never held whole."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

Planes = Mapping[str, NDArray[Any]]


class Bands:
    """Arrays that share their rows, made top to bottom while they are asked for.

    Every row may be asked for once, from any thread; bands whose rows have all been given are let go.

    Args:
        height: rows in all.
        step: rows of a band.
        make: gives the arrays of a band of rows, by name; called for each band once, top to bottom.
    """

    def __init__(self, height: int, step: int, make: Callable[[slice], Planes]) -> None:
        self._height, self._step, self._make = height, step, make
        self._made: dict[int, Planes] = {}
        self._left: dict[int, int] = {}
        self._next = 0
        self._lock = Lock()

    def rows(self, rows: slice) -> dict[str, NDArray[Any]]:
        """The arrays of some rows, by name."""
        with self._lock:
            first, last = rows.start // self._step, (rows.stop - 1) // self._step
            while self._next <= last:
                self._advance()
            parts = [self._part(index, rows) for index in range(first, last + 1)]
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def _advance(self) -> None:
        top = self._next * self._step
        bottom = min(top + self._step, self._height)
        self._made[self._next] = self._make(slice(top, bottom))
        self._left[self._next] = bottom - top
        self._next += 1

    def _part(self, index: int, rows: slice) -> dict[str, NDArray[Any]]:
        top = index * self._step
        inside = slice(max(rows.start - top, 0), min(rows.stop - top, self._step))
        found = {name: array[inside] for name, array in self._made[index].items()}
        self._left[index] -= inside.stop - inside.start
        if self._left[index] == 0:
            del self._made[index], self._left[index]
        return found
