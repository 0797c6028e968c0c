"""What is shown and written of a frame and its matte, exactly defined: other programs can draw the same pixels."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.display import tone_map
from skymatte.picture.exposure import exposure_scale
from skymatte.video.frame import Frame, Pixels, Transfer
from skymatte.video.transfer import linear_light

Matte = NDArray[np.float32]
Drawn = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]

OPACITY: Final = 0.5
"""Of the tint in a pixel that is all sky."""

_DIFFUSE_WHITE: Final = {Transfer.PQ: 0.5807, Transfer.HLG: 0.75}
"""Signal of 203 cd/m², the white of graphics (ITU-R BT.2408-7, table 1); a tint of full signal would glare."""

_BLOCK_ROWS: Final = 32


class Kind(StrEnum):
    """What is written of each frame."""

    OVERLAY = "overlay"
    """The picture, its sky in half-transparent blue."""
    SIDE_BY_SIDE = "side-by-side"
    """The picture, and to its right the overlay."""
    MASK = "mask"
    """255 where it is sky, else 0."""
    MATTE = "matte"
    """The fraction of sky of every pixel."""
    ALPHA = "alpha"
    """The picture with the matte as its alpha."""


class Artist:
    """Draws one kind of picture, frame after frame.

    Linear light has no white: its frames are shown with the exposure that the first of them asks for, since an
    exposure of each frame's own would flicker.

    Args:
        kind: what to draw.
        threshold: matte value from which a pixel is sky, in (0, 1).
        opacity: of the tint where all is sky, in [0, 1].

    Attributes:
        threshold: as given.
    """

    def __init__(self, kind: Kind, threshold: float, opacity: float = OPACITY) -> None:
        self.threshold = threshold
        self._opacity = opacity
        self._scale: float | None = None
        drawings: dict[Kind, Callable[[Frame, Matte], Drawn]] = {
            Kind.OVERLAY: self._overlay,
            Kind.SIDE_BY_SIDE: self._side_by_side,
            Kind.MASK: lambda _, matte: mask(matte, threshold),
            Kind.MATTE: lambda frame, matte: shares(matte, 8 if frame.pixels.dtype == np.uint8 else 16),
            Kind.ALPHA: lambda frame, matte: with_alpha(frame.pixels, matte),
        }
        self._draw = drawings[kind]

    def draw(self, frame: Frame, matte: Matte) -> Drawn:
        """One frame: H×W (mask, matte), H×W×3 (overlay), H×2W×3 (side-by-side) or H×W×4 (alpha).

        uint8 for 8-bit frames, uint16 for deeper ones, in the numbers of the stream; masks are uint8 always.  Of linear
        light the matte is uint16, the alpha float32, and what shows the picture is its uint8 sRGB display version.
        """
        return self._draw(frame, matte)

    def _shown(self, frame: Frame) -> Pixels:
        return self.display(frame) if frame.transfer is Transfer.LINEAR else frame.pixels

    def display(self, frame: Frame) -> NDArray[np.uint8]:
        """A frame as a screen shows it: H×W×3 uint8 sRGB."""
        if frame.transfer is Transfer.SDR:
            return _eight_bits(frame.pixels)
        light = linear_light(frame.pixels, frame.transfer)
        if self._scale is None:
            self._scale = exposure_scale(light)
        return tone_map(light, self._scale)

    def _overlay(self, frame: Frame, matte: Matte) -> Drawn:
        return overlay(self._shown(frame), matte, self._opacity, frame.transfer)

    def _side_by_side(self, frame: Frame, matte: Matte) -> Drawn:
        shown = self._shown(frame)
        return cast("Drawn", cv2.hconcat((shown, overlay(shown, matte, self._opacity, frame.transfer))))


def overlay(pixels: Pixels, matte: Matte, opacity: float, transfer: Transfer = Transfer.SDR) -> Pixels:
    """A picture with its sky in blue; non-sky stays as it is, to the bit.

    With F the largest number of the type (255, 65535), a = round(F·opacity·matte), computed in float32 and halves
    rounded to even, and the tint t = (0, 0, w):

        out = (p·(F − a) + t·a + (F − 1)/2) div F

    that is p·(F − a)/F + t·a/F, rounded; F is odd, so there are no halves.  w is F for SDR, and the signal of diffuse
    white for PQ (round(0.5807·F)) and HLG (round(0.75·F)).

    Args:
        pixels: H×W×3 uint8 or uint16.
        matte: H×W float32 in [0, 1].
        opacity: of the tint where all is sky, in [0, 1].
        transfer: how ``pixels`` stand for light.

    Returns:
        H×W×3 of the same type; a new array.
    """
    white = _DIFFUSE_WHITE.get(transfer, 1.0)
    if pixels.dtype == np.uint8 and white == 1:
        return _blue8(np.asarray(pixels, np.uint8), matte, opacity)
    return _blue(pixels, matte, opacity, white)


def _blue8(pixels: NDArray[np.uint8], matte: Matte, opacity: float) -> NDArray[np.uint8]:
    """:func:`overlay` for 8-bit SDR: t·a/F is a whole number there, so that rounding may come before adding."""
    alpha = cv2.convertScaleAbs(matte, alpha=255 * opacity)
    rest = cv2.cvtColor(cv2.bitwise_not(alpha), cv2.COLOR_GRAY2RGB)
    drawn = cv2.multiply(pixels, rest, scale=1 / 255)
    nothing = np.zeros_like(alpha)
    return np.asarray(cv2.add(drawn, cv2.merge((nothing, nothing, alpha)), dst=drawn), np.uint8)


def _blue(pixels: Pixels, matte: Matte, opacity: float, white: float) -> Pixels:
    """:func:`overlay` for any integers; 65535² fits an unsigned 32-bit number."""
    full = np.uint32(255 if pixels.dtype == np.uint8 else 65535)
    tint = np.array((0, 0, round(white * int(full))), np.uint32)
    drawn = np.empty_like(pixels)
    for top in range(0, len(pixels), _BLOCK_ROWS):  # sums of 32 bits stay in the processor's cache
        rows = slice(top, top + _BLOCK_ROWS)
        alpha = np.rint(matte[rows] * np.float32(int(full) * opacity)).astype(np.uint32)[..., None]
        drawn[rows] = (pixels[rows] * (full - alpha) + tint * alpha + full // np.uint32(2)) // full
    return drawn


def mask(matte: Matte, threshold: float) -> NDArray[np.uint8]:
    """H×W uint8: 255 where matte ≥ float32(threshold), else 0."""
    return np.asarray((matte >= np.float32(threshold)).view(np.uint8) * np.uint8(255), np.uint8)


def sky_fraction(matte: Matte, threshold: float) -> float:
    """Share of the pixels that are sky."""
    return cv2.countNonZero(mask(matte, threshold)) / matte.size


def shares(matte: Matte, bits: int) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """H×W float32 in [0, 1] → round(255·matte) as uint8 for 8 ``bits``, round(65535·matte) as uint16 for 16."""
    if bits == 8:
        return np.asarray(cv2.convertScaleAbs(matte, alpha=255), np.uint8)
    return np.asarray(np.rint(matte * np.float32(65535)), np.uint16)


def with_alpha(pixels: Pixels, matte: Matte) -> Drawn:
    """H×W×4: colours as they are with the matte as alpha, straight; linear light associated with it, as EXR wants."""
    alpha: NDArray[Any]
    if pixels.dtype == np.float32:
        alpha = matte
        pixels = np.asarray(pixels * matte[..., None], np.float32)
    else:
        alpha = shares(matte, 8 * pixels.dtype.itemsize)
    return cast("Drawn", cv2.merge((*cv2.split(pixels), alpha)))


def _eight_bits(pixels: Pixels) -> NDArray[np.uint8]:
    """The upper eight bits of integers."""
    if pixels.dtype == np.uint8:
        return np.asarray(pixels, np.uint8)
    return (np.asarray(pixels, np.uint16) >> 8).astype(np.uint8)
