"""Coarse to fine: the whole picture at a glance, then closer and closer where the answer is still open.

Each level is shown what the one before said, as the network's prior.  Coarse levels are looked at whole; from there on
only tiles are looked at that the coarser answer leaves open or that hold an edge: the work grows with the length of the
skyline, not with the area.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

import numpy as np
from numpy.typing import NDArray

from skymatte.runtime.bounds import bounds
from skymatte.runtime.enlarge import enlarge
from skymatte.runtime.levels import Size, level_sizes, own_heading, resized, turned_half
from skymatte.runtime.look import Look
from skymatte.runtime.tiled import look_closer, tile_starts

Array = NDArray[np.float32]
Progress = Callable[[int, int], None]

_GLANCE = 512
"""About how long the coarsest level is, pixels."""

_WHOLE = 1024
"""Levels no longer than this are looked at whole."""

_ENLARGED = 2.0
"""Small pictures are enlarged this much at most: more shows the network nothing new."""


@dataclass(frozen=True, slots=True)
class Pyramid:
    """What coarse to fine found.

    Attributes:
        matte: H×W float32 in [0, 1].
        coarse: the answer of the finest level that was looked at whole, h×w float32 in [0, 1].
        sizes: (height, width) of the levels.
        tiles: tiles looked at.
        of: tiles that cover the tiled levels.
    """

    matte: Array
    coarse: Array
    sizes: tuple[Size, ...]
    tiles: int
    of: int


def coarse_to_fine(pixels: Array, look: Look, *, least: int, progress: Progress | None = None) -> Pyramid:
    """Find the sky of a whole picture.

    A panorama is looked at from the heading that its own light gives it, so that turning it turns its matte.

    Args:
        pixels: H×W×3 float32 linear light.
        look: how the network is shown it.
        least: smaller pictures are enlarged to so many pixels of length, at most twice.
        progress: told (rows of tiles done, rows in all) of the tiled levels; may raise to stop.
    """
    height, width = pixels.shape[:2]
    sizes = level_sizes(height, width, _GLANCE, min(_ENLARGED, max(1.0, least / max(height, width))))
    turn = own_heading(pixels) if look.wrap else 0
    images = _images(pixels, sizes, turn)
    coarse = look.whole(images[0], None)
    after_row = _counter([size for size in sizes[1:] if max(size) > _WHOLE], progress)
    answer, tiles, of, turned = coarse, 0, 0, turn
    for image, size in zip(images[1:], sizes[1:], strict=True):
        if max(size) <= _WHOLE:
            coarse = answer = _whole(image, answer, look)
            continue
        turned = 0 if image is pixels else turn  # the finest level turns its answer back by itself
        level = look_closer(image, answer, look, turn=turn - turned, after_row=after_row)
        answer, tiles, of = level.matte, tiles + level.tiles, of + level.of
    matte = resized(answer, (height, width))
    return Pyramid(
        np.roll(matte, turned, axis=1) if turned else matte,
        np.roll(coarse, round(turn * coarse.shape[1] / width), axis=1),
        tuple(sizes),
        tiles,
        of,
    )


def _whole(pixels: Array, coarser: Array, look: Look) -> Array:
    """The answer of a level that is looked at whole."""
    size = pixels.shape[:2]
    lowest, highest = (enlarge(bound, *size, wrap=look.wrap) for bound in bounds(coarser, wrap=look.wrap))
    return np.clip(look.whole(pixels, enlarge(coarser, *size, wrap=look.wrap)), lowest, highest)


def _images(pixels: Array, sizes: list[Size], turn: int) -> list[Array]:
    """The picture at each size, turned left by ``turn`` columns; at its own size, if tiled, the picture as it is."""
    own = pixels.shape[:2]
    lazily = sizes[-1] == own and max(own) > _WHOLE and len(sizes) > 1
    base = pixels if lazily or not turn else np.roll(pixels, -turn, axis=1)
    images = [resized(base, sizes[-1])]
    for size in reversed(sizes[:-1]):
        if lazily and len(images) == 1:
            images.insert(0, turned_half(pixels, turn))
        else:
            images.insert(0, resized(base if max(size) >= max(own) else images[0], size))
    return images


def _counter(tiled: list[Size], progress: Progress | None) -> Callable[[], None]:
    """A function that tells ``progress`` of one more row of tiles each time it is called."""
    rows = sum(len(tile_starts(height, ring=False)) for height, _ in tiled)
    done = count(1)

    def after_row() -> None:
        if progress is not None:
            progress(next(done), rows)

    return after_row
