"""A frame, and what is known of the stream that it comes from: what sources give, and sinks take."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.color import REC709, Chromaticities
from skymatte.video.colour import UNTAGGED, Colour

Pixels = NDArray[np.uint8] | NDArray[np.uint16] | NDArray[np.float32]
"""H×W×3 RGB, full range, upright: uint8 of 8-bit streams, uint16 (0 … 65535) of deeper ones, float32 linear light."""


class Transfer(StrEnum):
    """How a stream's numbers stand for light."""

    SDR = "sdr"
    """A display's: decoded with the sRGB curve, as pictures are."""
    PQ = "pq"
    """SMPTE ST 2084."""
    HLG = "hlg"
    """ARIB STD-B67, ITU-R BT.2100."""
    LINEAR = "linear"
    """Linear light."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture of a stream.

    Attributes:
        index: how many frames came before it, those that were skipped as damaged counted in.
        time: seconds since the stream's first frame.
        pixels: H×W×3.
        transfer: how ``pixels`` stand for light.
        primaries: of ``pixels``.
    """

    index: int
    time: Fraction
    pixels: Pixels
    transfer: Transfer = Transfer.SDR
    primaries: Chromaticities = REC709


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What is known before the first frame.

    Attributes:
        name: of the input, for messages and reports.
        width: pixels, upright.
        height: pixels, upright.
        rate: frames per second on average; ``None`` if nobody knows.
        frames: how many there will be; ``None`` if nobody knows.
        transfer: of all frames.
        live: frames come as they are taken; those that nobody took in time are lost.
        colour: the tags, to be kept on what is written.
        aspect: of a pixel, width ÷ height.
        tick: seconds; every frame's time is a multiple of it.
    """

    name: str
    width: int
    height: int
    rate: Fraction | None
    frames: int | None
    transfer: Transfer
    live: bool
    colour: Colour = UNTAGGED
    aspect: Fraction = Fraction(1)
    tick: Fraction = Fraction(1, 90_000)
