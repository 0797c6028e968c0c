"""What the live window shows: the picture, to its right the picture with its sky in blue, and figures below."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.video.draw import OPACITY, Artist, Kind, Matte, overlay
from skymatte.video.frame import Frame, Pixels

_LARGEST: Final = 960
"""Pixels of the picture's longer side: larger ones are shrunk first, since drawing must not cost frames."""

_NARROWEST: Final = 640
"""Pixels of both pictures together: the figures must fit below."""

BAR: Final = 28
"""Rows of figures."""

_STEP: Final = 0.1


class Panel:
    """Draws the window's content.

    Attributes:
        opacity: of the blue where all is sky, in [0, 1].
    """

    def __init__(self, threshold: float) -> None:
        self.opacity = OPACITY
        self._artist = Artist(Kind.OVERLAY, threshold)

    def more(self) -> None:
        """More blue."""
        self.opacity = min(1.0, round(self.opacity + _STEP, 2))

    def less(self) -> None:
        """Less blue."""
        self.opacity = max(0.0, round(self.opacity - _STEP, 2))

    def pictures(self, frame: Frame, matte: Matte) -> NDArray[np.uint8]:
        """The picture and the picture with its sky in blue: H×2W×3 uint8 sRGB."""
        shown = self._artist.display(frame)
        return np.asarray(cv2.hconcat((shown, np.asarray(overlay(shown, matte, self.opacity)))), np.uint8)

    def draw(self, frame: Frame, matte: Matte, text: str) -> NDArray[np.uint8]:
        """Both pictures in a size for the window, at least 640 pixels wide, with a line of text below."""
        both = self.pictures(*_shrunk(frame, matte))
        times = -(-_NARROWEST // both.shape[1])
        if times > 1:
            size = (times * both.shape[1], times * both.shape[0])
            both = np.asarray(cv2.resize(both, size, interpolation=cv2.INTER_NEAREST), np.uint8)
        drawn = cv2.copyMakeBorder(both, 0, BAR, 0, 0, cv2.BORDER_CONSTANT, value=(0, 0, 0))
        place = (8, drawn.shape[0] - 9)
        cv2.putText(drawn, text, place, cv2.FONT_HERSHEY_SIMPLEX, 0.5, (255, 255, 255), 1, cv2.LINE_AA)
        return np.asarray(drawn, np.uint8)


def _shrunk(frame: Frame, matte: Matte) -> tuple[Frame, Matte]:
    height, width = matte.shape
    factor = _LARGEST / max(height, width)
    if factor >= 1:
        return frame, matte
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    pixels = cast("Pixels", cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA))
    return replace(frame, pixels=pixels), np.asarray(cv2.resize(matte, size, interpolation=cv2.INTER_AREA), np.float32)


def window_size(width: int, height: int) -> tuple[int, int]:
    """Width and height in pixels of what a :class:`Panel` draws of pictures of this size."""
    factor = min(1.0, _LARGEST / max(height, width))
    width, height = (max(1, round(side * factor)) for side in (width, height))
    times = -(-_NARROWEST // (2 * width))
    return 2 * width * times, height * times + BAR
