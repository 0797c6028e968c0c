"""The edge of the sky in one frame, drawn from the frame's own colours, at a cost that real time allows.

As ``skymatte.sky.matting`` does for pictures: around each place the linear discriminant (Fisher 1936) of the sky's and
the ground's colours in linear light, scaled so that the mean of the ground gives 0 and that of the sky 1, is the
fraction of sky of a mixed pixel, ``α = a·I + b`` (Porter & Duff 1984, section 3).  Here the colours are learnt once,
from every fourth pixel in both directions at working size, and only where the answer is open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.sky.discriminant import dot, solve, spread

Array = NDArray[np.float32]
Window = Callable[[slice, slice], Array]
"""Gives rows and columns of the frame as planes of linear light, 3×h×w float32, exposed and taken down."""

CELL: Final = 4
"""Side of a cell in pixels at working size: one sample is taken of it, at its third row and column."""

_BLOCK: Final = 16
"""Side of a block in cells: what is drawn at once."""

_CLASS: Final = 0.1
"""Colours are learnt from pixels whose answer is no farther than this from 0 or 1."""

_SURE: Final = 13
_STEEP: Final = 26
_REACH: Final = 4
"""The answer is open where it is farther than a twentieth from 0 and 1, and where it changes by a tenth within 4 px: in
255ths."""

_NEAR: Final = 2
_FAR: Final = (2, 6)
_FAR_CELLS: Final = 4
_FALL: Final = 0.02
"""Half widths of the windows that colours are learnt from: 2 cells, then 2 and 6 times 4 cells, where each sample
counts a fiftieth of one in the window before: the far ones speak where the near ones are empty."""

BRIGHTEST: Final = np.float32(4)
"""Light is taken down to four times diffuse white: suns and lamps are not the colour of the sky around them."""

_GRAIN: Final = 0.02
"""Scatter that every colour has at least, as linear light: less does not tell sky and ground apart."""

_DOUBT: Final = 3.0
"""Distance of sky and ground, in units of their scatter, at which colour and network count the same."""

_NOISE_SKY: Final = 1.5
_NOISE_GROUND: Final = 0.7
_MOST_NOISE: Final = 0.4
"""How many standard deviations of its fraction sky and ground may lie off 1 and 0 and still be all sky, all ground; and
the largest fraction that is forgiven so."""

_LEAST_WEIGHT: Final = 1e-9
_PAIRS: Final = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
_VARIANCES: Final = (0, 3, 5)


def draw_edges(light: Array, answer: Array, window: Window, shape: tuple[int, int]) -> Array:
    """The network's answer for a frame, its edges drawn at the frame's own size.

    Args:
        light: 3×h×w float32, the frame at working size in linear light, exposed, taken down to :data:`BRIGHTEST`.
        answer: h×w float32 in [0, 1], what the network says of it; stays as it is.
        window: gives parts of the frame at its own size.
        shape: height and width of the frame.

    Returns:
        H×W float32 in [0, 1]; away from edges the answer, enlarged.
    """
    matte = np.asarray(cv2.resize(answer, shape[::-1], interpolation=cv2.INTER_LINEAR), np.float32)
    cells = (answer.shape[0] // CELL, answer.shape[1] // CELL)
    if min(cells) < _FAR_CELLS:
        return matte
    is_open = _open_cells(answer, cells)
    blocks = _blocks(is_open)
    if not blocks:
        return matte
    model = _learn(light, answer, is_open)
    down, across = (_Axis.of(*sizes) for sizes in zip(shape, answer.shape, cells, strict=True))
    for row, column in blocks:
        rows, columns = down.pixels(row), across.pixels(column)
        near = model[:, down.cells(row), across.cells(column)]
        local = np.asarray(down.weights(row) @ near @ across.weights(column).T, np.float32)
        _draw(matte[rows, columns], window(rows, columns), local)
    return matte


def _draw(matte: Array, light: Array, model: Array) -> None:
    """Draw a part of the matte in place: H×W, 3×H×W, 5×H×W."""
    red, green, blue = light
    seen = red * model[0]
    seen += green * model[1]
    seen += blue * model[2]
    seen += model[3]
    np.clip(seen, 0, 1, out=seen)
    seen -= matte
    seen *= model[4]
    matte += seen


def _open_cells(answer: Array, cells: tuple[int, int]) -> NDArray[np.bool_]:
    levels = np.asarray(cv2.convertScaleAbs(answer, alpha=255), np.uint8)  # eight bits are worked off four times faster
    around = np.ones((2 * _REACH + 1, 2 * _REACH + 1), np.uint8)
    change = cv2.subtract(cv2.dilate(levels, around), cv2.erode(levels, around))
    is_open = cv2.bitwise_or(cv2.inRange(change, _STEEP, 255), cv2.inRange(levels, _SURE, 255 - _SURE))
    inner = is_open[: cells[0] * CELL, : cells[1] * CELL]
    # One open pixel of a cell's sixteen is 255 / 16 of its mean.
    return np.asarray(cv2.resize(inner, cells[::-1], interpolation=cv2.INTER_AREA), np.uint8) > 0


def _blocks(is_open: NDArray[np.bool_]) -> list[list[int]]:
    """Row and column of the blocks that hold an open cell."""
    starts = [np.arange(0, side, _BLOCK) for side in is_open.shape]
    some = np.logical_or.reduceat(np.logical_or.reduceat(is_open, starts[0], 0), starts[1], 1)
    blocks: list[list[int]] = np.argwhere(some).tolist()
    return blocks


class _Axis:
    """One direction of a frame: which pixels a block has, and how its cells are interpolated linearly for them."""

    def __init__(self, side: int, working: int, cells: int) -> None:
        self._cells = cells
        starts = [-(-block * _BLOCK * CELL * side // working) for block in range(-(-cells // _BLOCK))]
        self._starts = [*starts, side]
        place = ((np.arange(side) + 0.5) * working / side / CELL - 0.5).clip(0, cells - 1)
        self._weights = np.maximum(0, 1 - np.abs(place[:, None] - np.arange(cells))).astype(np.float32)

    @staticmethod
    @lru_cache(16)
    def of(side: int, working: int, cells: int) -> _Axis:
        """That of a frame whose side has so many pixels, so many at working size, and so many cells."""
        return _Axis(side, working, cells)

    def pixels(self, block: int) -> slice:
        return slice(self._starts[block], self._starts[block + 1])

    def cells(self, block: int) -> slice:
        """Those of a block and their neighbours."""
        return slice(max(0, block * _BLOCK - 1), min(self._cells, (block + 1) * _BLOCK + 1))

    def weights(self, block: int) -> Array:
        weights: Array = self._weights[self.pixels(block), self.cells(block)]
        return weights


def _learn(light: Array, answer: Array, is_open: NDArray[np.bool_]) -> Array:
    """The model of every cell: three factors of linear light, the offset, and how far to trust it; 0 where not open."""
    at = slice(CELL // 2, None, CELL)
    samples = np.ascontiguousarray(light[:, at, at][:, : is_open.shape[0], : is_open.shape[1]])
    known = answer[at, at][: is_open.shape[0], : is_open.shape[1]]
    # One cell more than is open: the model is interpolated towards neighbours, trust ends there.
    wanted = cv2.dilate(is_open.view(np.uint8), np.ones((3, 3), np.uint8)).view(bool)
    sky, sky_scatter, some_sky = _class(samples, np.maximum(known - (1 - _CLASS), 0), wanted)
    ground, ground_scatter, some_ground = _class(samples, np.maximum(_CLASS - known, 0), wanted)
    apart = sky - ground
    direction = solve(sky_scatter + ground_scatter, apart, _GRAIN)
    separation = np.maximum(dot(direction, apart), 1e-12)
    direction /= separation
    low = np.minimum(_NOISE_GROUND * spread(ground_scatter, direction), _MOST_NOISE)
    high = 1 - np.minimum(_NOISE_SKY * spread(sky_scatter, direction), _MOST_NOISE)
    factors = direction / (high - low)
    separation *= some_sky & some_ground & is_open[wanted]
    model = np.zeros((5, *is_open.shape), np.float32)
    model[:3, wanted] = factors
    model[3, wanted] = -dot(factors, ground) - low / (high - low)
    model[4, wanted] = separation / (separation + _DOUBT**2)
    return model


def _class(
    samples: Array, weight: Array, wanted: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Mean 3×n, covariance 6×n of sky or ground around the wanted cells, and whether any is in reach."""
    firsts = [weight * plane for plane in samples]
    products = [firsts[first] * samples[second] for first, second in _PAIRS]
    groups = ([weight, *firsts], products[:3], products[3:])
    sums = np.concatenate([_sums_around(np.asarray(cv2.merge(group), np.float32))[wanted] for group in groups], 1)
    total, *around = np.ascontiguousarray(sums.T, np.float64)
    mean, second = np.stack(around[:3]), np.stack(around[3:])
    share = 1 / np.maximum(total, 1e-12)
    mean *= share
    second *= share
    for index, (one, other) in enumerate(_PAIRS):
        second[index] -= mean[one] * mean[other]
    for index in _VARIANCES:
        np.maximum(second[index], 0, out=second[index])
    return mean, second, total > _LEAST_WEIGHT


def _sums_around(values: Array) -> Array:
    """Sums over all windows, each weighing less than the one before: h×w×n, n ≤ 4 → h×w×n."""
    small = (values.shape[1] // _FAR_CELLS, values.shape[0] // _FAR_CELLS)
    coarse = np.asarray(cv2.resize(values, small, interpolation=cv2.INTER_AREA), np.float32)
    far = sum(np.float32(_FALL**power) * _mean(coarse, radius) for power, radius in enumerate(_FAR, start=1))
    enlarged = cv2.resize(np.asarray(far, np.float32), values.shape[1::-1], interpolation=cv2.INTER_LINEAR)
    return _mean(values, _NEAR) + np.asarray(enlarged, np.float32)


def _mean(values: Array, radius: int) -> Array:
    """Mean over a box, twice: a window that ends softly."""
    size = (2 * radius + 1, 2 * radius + 1)
    once = cv2.blur(values, size, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.blur(once, size, borderType=cv2.BORDER_REPLICATE), np.float32)
