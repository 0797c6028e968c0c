"""Pixels that show nothing: the black around a fisheye's circle, the black lower half of a sky capture.

Exactly zero in all channels over a large area is no night: a sensor's noise leaves scattered zeros at most.  Where that
is not certain (pictures clipped at black), only black that no sky can be is taken: what reaches the lower border but
not the upper one, and what surrounds a circle.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.model import Picture, Projection

Array = NDArray[np.float32]
Mask = NDArray[np.bool_]

_CELLS = 512
_LEAST_CELL = 8
"""Cells along the longer side of the grid on which black areas are joined, and their least side in pixels: a cell is
black if all its pixels are, and that noise never makes so many."""

_BORDER_SHARE = 0.25
"""Share of the lower border that is black at least where a lower part of the picture is missing."""

_SURROUND_SHARE = 0.995
"""Share of the black among the pixels outside the inscribed circle at least, where they are surroundings."""

_DARK_SHARE = 0.5
"""Share of the black inside that circle at most: else the picture is dark, not round."""

_BAND_ROWS = 256


@dataclass(frozen=True, slots=True)
class Unlit:
    """What of a picture shows nothing; none of it is sky.

    Attributes:
        outside: H×W bool, around the circle of a fisheye: belongs to no picture and counts in no share; ``None`` if
            the picture fills its frame.
        below: H×W bool, black where the scene goes on, or inside the rim of a circle; ``None`` if there is none.
        looks_round: a circle in black surroundings was found in a picture that nobody called a fisheye.
    """

    outside: Mask | None = None
    below: Mask | None = None
    looks_round: bool = False

    def settle(self, matte: Array, confidence: Array) -> None:
        """Take the sky out of these areas, in place: of that there is no doubt."""
        for area in (self.outside, self.below):
            if area is not None:
                matte[area] = 0
                confidence[area] = 1


def find_unlit(picture: Picture) -> Unlit:
    """Find what shows nothing, by the projection and by exact zeros.  Costs next to nothing where there is none."""
    pixels = picture.pixels
    told = picture.projection is Projection.FISHEYE
    looks_round = picture.projection is Projection.PERSPECTIVE and _is_round(pixels)
    if not (told or looks_round):
        return Unlit(below=_black_below(pixels))
    outside = _outside_circle(*pixels.shape[:2])
    # In 8 bits a night is black too.
    return Unlit(outside, _black_rim(pixels, outside) if picture.linear else None, looks_round)


def _outside_circle(height: int, width: int) -> Mask:
    """Pixels whose centre lies outside the inscribed circle."""
    y = (np.arange(height, dtype=np.float32) - np.float32(height / 2 - 0.5)) ** 2
    x = (np.arange(width, dtype=np.float32) - np.float32(width / 2 - 0.5)) ** 2
    outside: Mask = np.greater(x[None, :], np.float32((min(height, width) / 2) ** 2) - y[:, None])
    return outside


def _is_round(pixels: Array) -> bool:
    """Whether all but the inscribed circle is black; looked at on a grid of single pixels."""
    if pixels[:: len(pixels) - 1 or 1, :: pixels.shape[1] - 1 or 1].any():  # a corner is lit
        return False
    step = max(1, max(pixels.shape[:2]) // _CELLS)
    black: Mask = ~np.asarray(pixels[::step, ::step].any(axis=2))
    outside = _outside_circle(*pixels.shape[:2])[::step, ::step]
    if outside.all() or not outside.any():  # a picture of a few pixels
        return False
    return bool(black[outside].mean() >= _SURROUND_SHARE and black[~outside].mean() <= _DARK_SHARE)


def _black_rim(pixels: Array, outside: Mask) -> Mask | None:
    """What is black in one piece with the surroundings, inside a circle that the light does not fill."""
    black = outside.copy()
    for top in range(0, len(black), _BAND_ROWS):
        rows = slice(top, top + _BAND_ROWS)
        black[rows] |= ~pixels[rows].any(axis=2)
    _, areas = cv2.connectedComponents(black.view(np.uint8), connectivity=4)
    around = np.zeros(int(areas.max()) + 1, np.bool_)
    around[areas[outside]] = True
    rim = around[areas] & ~outside
    return rim if rim.any() else None


def _black_below(pixels: Array) -> Mask | None:
    """Black areas that reach the lower border of the picture and not the upper one."""
    if (pixels[-1].any(axis=1)).mean() > 1 - _BORDER_SHARE:
        return None
    height, width = pixels.shape[:2]
    side = max(_LEAST_CELL, max(height, width) // _CELLS)
    cells = np.stack([~pixels[top : top + side].any(axis=(0, 2)) for top in range(0, height, side)])
    cells = np.logical_and.reduceat(cells, np.arange(0, width, side), axis=1)
    _, areas = cv2.connectedComponents(cells.view(np.uint8), connectivity=4)
    missing = np.setdiff1d(areas[-1], [0, *areas[0]])
    if not missing.size:
        return None
    # The border of the area runs through cells that are black in part.
    near = cv2.dilate(np.isin(areas, missing).view(np.uint8), np.ones((3, 3), np.uint8))
    black = np.zeros((height, width), np.bool_)
    for row, top in enumerate(range(0, height, side)):
        if near[row].any():
            columns = np.repeat(near[row] > 0, side)[:width]
            black[top : top + side] = columns & ~pixels[top : top + side].any(axis=2)
    return black
