"""The mask of a matte: sky where the fraction reaches the threshold, but not on wires and twigs.

A wire that covers a third of every pixel it crosses leaves two thirds of sky: a threshold alone would cut it, though
everybody sees it.  So a mask also leaves out what is clearly darker in the matte than the sky on both of its sides.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.runtime.providers import thread_count
from skymatte.sky.edge_blocks import Block, open_blocks

Array = NDArray[np.float32]

_WIDTH: Final = 9
"""Thin is what is narrower than this many pixels."""

_DEPTH: Final = 0.2
"""How much less sky a line has than the sky beside it."""

_BOTH_SIDES: Final = 0.95
"""What the matte is beside a line at least: all sky."""

_AROUND: Final = ((65, 0.5), (257, 0.4))
"""A line stands against the sky if the squares of so many pixels around it have more than these shares of it: between
leaves, where gaps are the exception, everything is thin and the threshold decides."""

_MARGIN: Final = 128
"""Pixels around a block that are looked at."""

_COARSE: Final = 4
"""Shares of sky are counted on a grid this much coarser."""


def sky_mask(matte: Array, threshold: float, *, wrap: bool) -> NDArray[np.bool_]:
    """Sky where the matte reaches the threshold and no thin line runs.

    A line is found by a grey-scale closing (Serra 1982): what it fills by a fifth or more, up to full sky, is narrower
    than 9 px.

    Args:
        matte: H×W float32 in [0, 1].
        threshold: matte value in (0, 1) from which a pixel is sky.
        wrap: left and right edges touch.

    Returns:
        H×W bool, True = sky.
    """
    mask = matte >= np.float32(threshold)

    def cut(block: Block) -> None:
        part = block.part(mask)
        lines = _lines(block.window(matte, _MARGIN, wrap=wrap))
        part &= ~lines[_MARGIN : _MARGIN + part.shape[0], _MARGIN : _MARGIN + part.shape[1]]

    with ThreadPoolExecutor(thread_count(), thread_name_prefix="lines") as pool:
        for _ in pool.map(cut, open_blocks(matte, _DEPTH / 2, wrap=wrap)):
            pass
    return mask


def _lines(matte: Array) -> NDArray[np.bool_]:
    filled = np.asarray(cv2.morphologyEx(matte, cv2.MORPH_CLOSE, np.ones((_WIDTH, _WIDTH), np.uint8)))
    lines = (filled - matte > _DEPTH) & (filled > _BOTH_SIDES)
    if not lines.any():
        return lines
    small = cv2.resize(matte, (matte.shape[1] // _COARSE, matte.shape[0] // _COARSE), interpolation=cv2.INTER_AREA)
    against_sky = np.ones(small.shape, np.bool_)
    for width, share in _AROUND:
        side = width // _COARSE | 1
        against_sky &= np.asarray(cv2.blur(small, (side, side), borderType=cv2.BORDER_REPLICATE)) > share
    large = cv2.resize(against_sky.view(np.uint8), matte.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return lines & (np.asarray(large) > 0)
