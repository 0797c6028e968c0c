"""A whole picture made larger, window by window, while it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skymatte.superres.bands import Bands
from skymatte.superres.layers import Layer, around
from skymatte.superres.windows import cut

Progress = Callable[[int, int], None]

TILE: Final = 256
"""Side of a window in pixels of the source.  DCSCN of medium size takes some 10 kB for each, those around included."""

_AT_ONCE: Final = 2
"""Windows in work: while the network looks at one, another is encoded or decoded."""


def drawn(
    layers: Mapping[str, Layer],
    size: tuple[int, int],
    scale: int,
    *,
    ring: bool = False,
    progress: Progress | None = None,
    tile: int = TILE,
) -> Bands:
    """The enlarged layers of a picture, by name, some rows at a time.

    Args:
        layers: all of the same height and width.
        size: that height and width.
        scale: how many times larger.
        ring: columns wrap left–right, as a panorama's do.
        progress: told (windows done, windows in all); may raise to stop.
        tile: side of the windows.
    """
    height, width = size
    lefts = range(0, width, tile)
    total = len(lefts) * -(-height // tile)
    done = 0

    def make(rows: slice) -> dict[str, NDArray[Any]]:
        nonlocal done
        top, bottom = rows.start // scale, rows.stop // scale
        found: dict[str, NDArray[Any]] = {}

        def tiles(left: int) -> dict[str, NDArray[Any]]:
            right = min(left + tile, width)
            answers = {}
            for name, layer in layers.items():
                more = around(layer)
                answers[name] = layer.draw(cut(top, bottom, height, more), cut(left, right, width, more, ring=ring))
            return answers

        with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="skymatte-upscale") as pool:
            try:
                for left, answers in zip(lefts, pool.map(tiles, lefts), strict=True):
                    for name, part in answers.items():
                        if name not in found:
                            found[name] = np.empty((part.shape[0], scale * width, *part.shape[2:]), part.dtype)
                        found[name][:, scale * left : scale * left + part.shape[1]] = part
                    done += 1
                    if progress is not None:
                        progress(done, total)
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
        return found

    return Bands(scale * height, scale * tile, make)
