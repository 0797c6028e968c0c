"""One fine level: tiles where a coarser answer is open are looked at and blended; elsewhere that answer stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.runtime.bounds import bounds
from skymatte.runtime.enlarge import neighbours
from skymatte.runtime.look import Look

Array = NDArray[np.float32]

TILE = 256
_SHARED = 64
"""Pixels that neighbouring tiles have in common: their votes fade into each other over them."""

_BATCH = 4

_SURE = 0.02
"""How far from 0 or 1 an answer is still sure."""

_REACH = 2
"""Pixels of the coarser answer by which what is open is grown: an edge may be out of place by that much."""

_FADE = np.float32(1e-6)
"""Weight of the coarser answer among the votes: it decides only where no tile votes."""


@dataclass(frozen=True, slots=True)
class Tiled:
    """The answer of a fine level.

    Attributes:
        matte: H×W float32 in [0, 1].
        tiles: tiles looked at.
        of: tiles that cover the level.
    """

    matte: Array
    tiles: int
    of: int


def undecided(answer: Array, *, wrap: bool) -> NDArray[np.bool_]:
    """Where an answer is neither sky nor ground for sure, or changes between them, a little grown: h×w bool."""
    around = min(_REACH + 1, answer.shape[1]) if wrap else 0
    ring = cv2.copyMakeBorder(answer, 0, 0, around, around, cv2.BORDER_WRAP)
    edge = cv2.morphologyEx((ring >= 0.5).astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    open_or_edge = ((ring > _SURE) & (ring < 1 - _SURE)) | (np.asarray(edge) > 0)
    grown = cv2.dilate(open_or_edge.astype(np.uint8), np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8))
    return np.asarray(grown[:, around : around + answer.shape[1]] > 0)


def tile_starts(length: int, *, ring: bool) -> list[int]:
    """Where tiles begin along a side so that neighbours share at least ``_SHARED`` pixels, evenly spread.

    On a ring their number is even: half a turn maps tiles on tiles.
    """
    step = TILE - _SHARED
    if ring:
        count = -(-length // step)
        count += count % 2
        return [length * i // count for i in range(count)]
    if length <= TILE:
        return [0]
    count = -(-(length - TILE) // step)
    return [round((length - TILE) * i / count) for i in range(count + 1)]


def _ramp() -> Array:
    """Weight of a tile's rows or columns: 1 in the middle, falling to almost 0 at its ends."""
    distance = np.minimum(np.arange(TILE), np.arange(TILE)[::-1]) + 0.5
    return np.minimum(distance / (_SHARED / 2), 1).astype(np.float32)


_WEIGHT = np.outer(_ramp(), _ramp()).astype(np.float32)


def look_closer(
    pixels: Array, coarser: Array, look: Look, *, turn: int = 0, after_row: Callable[[], object] = lambda: None
) -> Tiled:
    """Look at the open parts of a level.

    Beside the level's pixels and its answer only strips of tiles are held.

    Args:
        pixels: H×W×3 float32 linear light.
        coarser: what was said before, h×w float32 in [0, 1]; of the picture turned left by ``turn`` columns.
        look: how the network is shown tiles.
        turn: columns by which the level is turned left before it is looked at; its answer is turned back.
        after_row: called after each row of tiles; may raise to stop.
    """
    height, width = pixels.shape[:2]
    tops, lefts = tile_starts(height, ring=False), tile_starts(width, ring=look.wrap)
    wanted = undecided(coarser, wrap=look.wrap)
    matte = np.empty((height, width), np.float32)
    strip = _Strip(height, width, coarser, look)
    done = 0
    for top, following in zip(tops, [*tops[1:], height], strict=True):
        open_tiles = [left for left in lefts if _is_open(wanted, top, left, (height, width), look.wrap)]
        strip.move_to(top)
        if open_tiles:
            rows = pixels[top : top + TILE]
            strip.look_at(np.roll(rows, -turn, axis=1) if turn else rows, open_tiles)
        matte[top:following] = np.roll(strip.answer(following - top), turn, axis=1)
        done += len(open_tiles)
        after_row()
    return Tiled(matte, done, len(tops) * len(lefts))


def _is_open(wanted: NDArray[np.bool_], top: int, left: int, size: tuple[int, int], wrap: bool) -> bool:
    """Whether anything is wanted of the part of a tile that is nearer to its middle than a neighbour's."""
    down, across = wanted.shape[0] / size[0], wanted.shape[1] / size[1]
    margin = _SHARED // 2
    first = int((top + (margin if top else 0)) * down)
    last = int(np.ceil((top + TILE - (margin if top + TILE < size[0] else 0)) * down))
    begin = int((left + (margin if wrap or left else 0)) * across)
    end = int(np.ceil((left + TILE - (margin if wrap or left + TILE < size[1] else 0)) * across))
    columns = np.arange(begin, end) % wanted.shape[1] if wrap else np.arange(begin, min(end, wanted.shape[1]))
    return bool(wanted[first:last, columns].any())


class _Strip:
    """The votes on one row of tiles; the rows that two of them share are carried on."""

    def __init__(self, height: int, width: int, coarser: Array, look: Look) -> None:
        self._size, self._coarser, self._look = (height, width), coarser, look
        self._down = neighbours(height, coarser.shape[0], wrap=False)
        self._across = neighbours(width, coarser.shape[1], wrap=look.wrap)
        self._top = 0
        self._sum = np.zeros((TILE, width), np.float32)
        self._weight = np.zeros((TILE, width), np.float32)
        self._bounds = bounds(coarser, wrap=look.wrap)
        self._prior = self._enlarged(coarser, 0)

    def _enlarged(self, coarser: Array, top: int) -> Array:
        """Something of the coarser level at this one, TILE rows from ``top`` on, the last repeated."""
        first, second, share = (part[top : top + TILE] for part in self._down)
        left, right, across = self._across
        rows = coarser[first] * (1 - share[:, None]) + coarser[second] * share[:, None]
        band = rows[:, left] * (1 - across) + rows[:, right] * across
        return np.asarray(np.pad(band, ((0, TILE - len(band)), (0, 0)), mode="edge"), np.float32)

    def move_to(self, top: int) -> None:
        moved, self._top = top - self._top, top
        if not moved:
            return
        for votes in (self._sum, self._weight):
            votes[: TILE - moved] = votes[moved:]
            votes[TILE - moved :] = 0
        self._prior = self._enlarged(self._coarser, top)

    def look_at(self, rows: Array, lefts: list[int]) -> None:
        width = self._size[1]
        rows = np.pad(rows, ((0, TILE - len(rows)), (0, 0), (0, 0)), mode="edge")
        for columns in self._batches(lefts):
            # Repeated columns stand beyond the right side of pictures narrower than a tile.
            taken = [np.minimum(each, width - 1) if not self._look.wrap else each % width for each in columns]
            answers = self._look.tiles(
                np.stack([rows[:, each] for each in taken]), np.stack([self._prior[:, each] for each in taken])
            )
            for each, answer in zip(columns, answers, strict=True):
                inside = slice(None) if self._look.wrap else slice(0, int(np.count_nonzero(each < width)))
                place = each[inside] % width
                self._sum[:, place] += (answer * _WEIGHT)[:, inside]
                self._weight[:, place] += _WEIGHT[:, inside]

    @staticmethod
    def _batches(lefts: list[int]) -> Iterator[list[NDArray[np.intp]]]:
        for first in range(0, len(lefts), _BATCH):
            yield [np.arange(left, left + TILE) for left in lefts[first : first + _BATCH]]

    def answer(self, rows: int) -> Array:
        """The first rows of the strip, which no later tile votes on."""
        part = slice(0, rows)
        if not self._weight[part].any():
            return self._prior[part]
        votes = (self._sum[part] + _FADE * self._prior[part]) / (self._weight[part] + _FADE)
        least, most = (self._enlarged(bound, self._top)[part] for bound in self._bounds)
        return np.asarray(np.clip(votes, least, most), np.float32)
