"""Pictures for people: which part was called sky, visible at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError

TINT: Final = (255, 0, 200)
"""sRGB magenta: no sky has it, by day, at dusk or at night, while a blue tint passes for a blue sky."""

STRENGTH: Final = 0.45
"""Share of the tint in a pixel that is all sky."""

CONTOUR: Final = (255, 255, 255)
"""sRGB colour of the line along the edge of the sky."""

_LINE_PER_SIDE: Final = 1 / 1500
"""Width of the contour as a share of the picture's long side."""

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
    for rows in _blocks(matte.shape):
        # Half of a panorama has no sky at all.
        tinted[rows] = _tint(display[rows], matte[rows]) if matte[rows].any() else display[rows]
    tinted[_contour(matte >= 0.5, max(matte.shape))] = CONTOUR
    return tinted


def side_by_side(display: NDArray[np.uint8], overlaid: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture and its overlay in one: beside each other if the picture is tall, one above the other if it is wide.

    Args:
        display: H×W×3 uint8.
        overlaid: H×W×3 uint8.

    Returns:
        uint8, H×2W×3 if H ≥ W, else 2H×W×3.

    Raises:
        LabelError: the two differ in shape.
    """
    if display.shape != overlaid.shape:
        raise LabelError(f"pictures of shape {display.shape} and {overlaid.shape} do not stand side by side")
    height, width = display.shape[:2]
    return np.concatenate((display, overlaid), axis=1 if height >= width else 0)


def _blocks(shape: tuple[int, ...]) -> Iterator[slice]:
    """Bands of rows of about a megapixel: the float copies stay small however large the picture."""
    step = max(1, _BLOCK_PIXELS // shape[1])
    return (slice(top, min(top + step, shape[0])) for top in range(0, shape[0], step))


def _tint(display: NDArray[np.uint8], matte: NDArray[np.float32]) -> NDArray[np.uint8]:
    colour = display.astype(np.float32)
    grey = colour @ np.array(_LUMA, np.float32)
    sky = grey[..., None] * (1 - STRENGTH) + np.array(TINT, np.float32) * STRENGTH
    colour += (sky - colour) * np.clip(matte, 0, 1)[..., None]
    return np.rint(colour).astype(np.uint8)


def _contour(sky: NDArray[np.bool_], long_side: int) -> NDArray[np.bool_]:
    """Sky no farther from non-sky than the width of the line; the frame of the picture is no edge.

    Gaps that the line would fill or nearly fill, as between twigs, get none: the tint alone shows them better.
    """
    width = max(1, round(long_side * _LINE_PER_SIDE))
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * width + 1, 2 * width + 1))
    # A square is worked off row by row and column by column: at 16K a disc of this size would take minutes.
    square = cv2.getStructuringElement(cv2.MORPH_RECT, (8 * width + 1, 8 * width + 1))
    pixels = sky.view(np.uint8)
    inner = cv2.erode(pixels, disc)
    roomy = cv2.dilate(cv2.erode(pixels, square), square)
    return (np.asarray(roomy) > 0) & ~(np.asarray(inner) > 0)
