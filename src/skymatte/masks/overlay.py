"""Pictures for people: which part was called sky, visible at a glance."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError

Draw = Callable[[slice], NDArray[np.uint8]]
"""Gives some rows of a picture, h×W×3 uint8 sRGB."""

TINT: Final = (255, 0, 200)
"""sRGB magenta: no sky has it, by day, at dusk or at night, while a blue tint passes for a blue sky."""

STRENGTH: Final = 0.45
"""Share of the tint in a pixel that is all sky."""

CONTOUR: Final = (255, 255, 255)
"""sRGB colour of the line along the edge of the sky."""

_LINE_PER_SIDE: Final = 1 / 1500
"""Width of the contour as a share of the picture's long side."""

_REACH: Final = 8
"""A gap narrower than so many widths of the line has no line; no pixel farther away has a say in where it runs."""

_LUMA: Final = (0.2126, 0.7152, 0.0722)
_BLOCK_PIXELS: Final = 1 << 20


def overlay(display: NDArray[np.uint8], matte: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The picture with its sky tinted and outlined.

    Sky loses its own colour (its brightness stays, so clouds remain visible) and is mixed with `TINT`, in proportion
    to the matte; a line of `CONTOUR`, on the sky's side of the edge where the matte crosses 0.5, grows with the size
    of the picture.

    Args:
        display: H×W×3 uint8, sRGB.
        matte: H×W float32 in [0, 1]; a mask as 0 and 1 will do.

    Returns:
        H×W×3 uint8, sRGB; a new array.

    Raises:
        LabelError: the two differ in size.
    """
    if display.ndim != 3 or display.shape[2] != 3 or display.shape[:2] != matte.shape:
        raise LabelError(
            f"a picture of shape {display.shape} cannot be tinted with a matte of shape {matte.shape}: "
            "both must have the same height and width, and the picture three channels"
        )
    tinted = np.empty_like(display)
    for rows in _blocks(0, *matte.shape):
        tinted[rows] = overlay_rows(display[rows], matte, rows)
    return tinted


def overlay_rows(display: NDArray[np.uint8], matte: NDArray[np.float32], rows: slice) -> NDArray[np.uint8]:
    """Some rows of an :func:`overlay`: h×W×3 of the picture's display version and the whole H×W matte → h×W×3 uint8.

    Rows that are drawn one band after the other are those of the whole.
    """
    tinted = np.empty_like(display)
    for block in _blocks(rows.start, rows.stop, matte.shape[1]):
        own = slice(block.start - rows.start, block.stop - rows.start)
        # Half of a panorama has no sky at all.
        tinted[own] = _tint(display[own], matte[block]) if matte[block].any() else display[own]
    width = _line_width(matte.shape)
    above = min(_REACH * width, rows.start)
    sky = matte[rows.start - above : rows.stop + _REACH * width] >= 0.5
    tinted[_contour(sky, width)[above : above + len(display)]] = CONTOUR
    return tinted


def side_by_side(display: Draw, overlaid: Draw, height: int, width: int) -> tuple[int, int, Draw]:
    """The picture and its overlay in one: beside each other if the picture is tall, one above the other if it is wide.

    Args:
        display: gives rows of the picture, h×W×3 uint8.
        overlaid: gives rows of the overlay.
        height: of the picture, pixels.
        width: of the picture, pixels.

    Returns:
        height and width of the two in one, and what gives its rows.
    """
    if height >= width:
        return height, 2 * width, lambda rows: np.concatenate((display(rows), overlaid(rows)), axis=1)

    def stacked(rows: slice) -> NDArray[np.uint8]:
        parts = []
        if rows.start < height:
            parts.append(display(slice(rows.start, min(rows.stop, height))))
        if rows.stop > height:
            parts.append(overlaid(slice(max(rows.start, height) - height, rows.stop - height)))
        return np.concatenate(parts)

    return 2 * height, width, stacked


def _blocks(top: int, bottom: int, width: int) -> Iterator[slice]:
    """Bands of rows of about a megapixel: the float copies stay small however large the picture."""
    step = max(1, _BLOCK_PIXELS // width)
    return (slice(at, min(at + step, bottom)) for at in range(top, bottom, step))


def _tint(display: NDArray[np.uint8], matte: NDArray[np.float32]) -> NDArray[np.uint8]:
    colour = display.astype(np.float32)
    grey = colour @ np.array(_LUMA, np.float32)
    sky = grey[..., None] * (1 - STRENGTH) + np.array(TINT, np.float32) * STRENGTH
    colour += (sky - colour) * np.clip(matte, 0, 1)[..., None]
    return np.rint(colour).astype(np.uint8)


def _line_width(shape: tuple[int, ...]) -> int:
    return max(1, round(max(shape) * _LINE_PER_SIDE))


def _contour(sky: NDArray[np.bool_], width: int) -> NDArray[np.bool_]:
    """Sky no farther from non-sky than the width of the line; the frame of the picture is no edge.

    Gaps that the line would fill or nearly fill, as between twigs, get none: the tint alone shows them better.
    """
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    # A square is worked off row by row and column by column: at 16K a disc of this size would take minutes.
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (_REACH * width + 1, _REACH * width + 1))
    pixels = sky.view(np.uint8)
    inner = cv2.erode(pixels, disc)
    roomy = cv2.dilate(cv2.erode(pixels, square), square)
    return (np.asarray(roomy) > 0) & ~(np.asarray(inner) > 0)
