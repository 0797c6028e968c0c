"""How a stream's frames are turned and mirrored to be upright."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import cv2
import numpy as np

from skymatte.video.frame import Pixels

AnyPixels = TypeVar("AnyPixels", bound=Pixels)


@dataclass(frozen=True, slots=True)
class Orientation:
    """One of the eight ways to lay a rectangle on its place: transposed first, then mirrored.

    Attributes:
        transposed: rows become columns.
        mirrored_x: left and right change places.
        mirrored_y: top and bottom change places.
    """

    transposed: bool = False
    mirrored_x: bool = False
    mirrored_y: bool = False

    def apply(self, pixels: AnyPixels) -> AnyPixels:
        """H×W×C as stored → as seen, contiguous."""
        if self.transposed:
            pixels = cv2.transpose(pixels)  # type: ignore[assignment]
        if self.mirrored_x or self.mirrored_y:
            axis = -1 if self.mirrored_x and self.mirrored_y else int(self.mirrored_x)
            pixels = cv2.flip(pixels, axis)  # type: ignore[assignment]
        return pixels


def from_display_matrix(matrix: bytes) -> Orientation:
    """The orientation that is nearest to a display matrix (ISO/IEC 14496-12, 8.2.2; FFmpeg's ``display.h``).

    Args:
        matrix: nine 32-bit integers a b u, c d v, x y w; a point (p, q), q downwards, is shown at
            (a p + c q, b p + d q).
    """
    a, b, _, c, d = np.frombuffer(matrix, np.int32, 5).tolist()
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(False, a < 0, d < 0)
    return Orientation(True, c < 0, b < 0)
