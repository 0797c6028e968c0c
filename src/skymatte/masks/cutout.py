"""The sky alone, ready to be composited."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError

NEIGHBOURHOOD: Final = 8
"""Pixels around a mixed pixel in which its sky colour is looked for."""

_BLOCK_PIXELS: Final = 1 << 20
_PURE: Final = 0.99


def cutout(pixels: NDArray[np.float32], matte: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The light that comes from the sky, and how much of each pixel is sky.

    RGB is associated with alpha (premultiplied), as OpenEXR wants it in files that have an `A` channel ("Technical
    Introduction to OpenEXR", section Alpha): put the cut-out over another picture with ``rgb + (1 - alpha) * other``.

    A pixel that is partly sky holds the light of what stands before the sky too, P = αS + (1 − α)G.  Its share of sky
    is estimated as αS with S the mean of the pure sky within 8 px, but never more than P, since G is no less than 0;
    without pure sky near by it is αP.

    Args:
        pixels: H×W×3 float32, linear light, not negative.
        matte: H×W float32 in [0, 1]; a mask as 0 and 1 will do.

    Returns:
        H×W×3 float32 and H×W float32; new arrays.

    Raises:
        LabelError: the two differ in size.
    """
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.shape[:2] != matte.shape:
        raise LabelError(
            f"a picture of shape {pixels.shape} cannot be cut out with a matte of shape {matte.shape}: "
            "both must have the same height and width, and the picture three channels"
        )
    height, width = matte.shape
    rgb, alpha = np.empty_like(pixels), np.empty_like(matte)
    step = max(4 * NEIGHBOURHOOD, _BLOCK_PIXELS // width)
    for top in range(0, height, step):
        rows = slice(top, min(top + step, height))
        rgb[rows], alpha[rows] = cutout_rows(pixels, matte, rows)
    return rgb, alpha


def cutout_rows(
    pixels: NDArray[np.float32], matte: NDArray[np.float32], rows: slice
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Some rows of a :func:`cutout` of the whole H×W×3 picture and H×W matte: h×W×3 and h×W float32."""
    above, below = min(NEIGHBOURHOOD, rows.start), min(NEIGHBOURHOOD, len(matte) - rows.stop)
    around = slice(rows.start - above, rows.stop + below)
    inside = slice(above, above + rows.stop - rows.start)
    alpha = np.clip(matte[around], 0, 1, dtype=np.float32)
    rgb = pixels[rows] * alpha[inside, :, None]
    _clean_edge(rgb, pixels[around], alpha, inside)
    return rgb, alpha[inside]


def _clean_edge(
    rgb: NDArray[np.float32], pixels: NDArray[np.float32], alpha: NDArray[np.float32], inside: slice
) -> None:
    """Replace the light of the mixed pixels of `rgb`, which is the rows `inside` of the block."""
    mixed = (alpha[inside] > 0) & (alpha[inside] < _PURE)
    if not mixed.any():
        return
    pure = (alpha >= _PURE).astype(np.float32)
    window = (2 * NEIGHBOURHOOD + 1, 2 * NEIGHBOURHOOD + 1)
    count = cv2.boxFilter(pure, -1, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
    total = cv2.boxFilter(pixels * pure[..., None], -1, window, normalize=False, borderType=cv2.BORDER_CONSTANT)
    known = mixed & (np.asarray(count)[inside] > 0.5)
    sky = np.asarray(total)[inside][known] / np.asarray(count)[inside][known][:, None]
    rgb[known] = np.minimum(sky * alpha[inside][known][:, None], pixels[inside][known])
