"""Where everything in a frame was one frame ago, from small grey pictures: cheap, and never trusted blindly."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.exposure import exposure_scale
from skymatte.video.frame import Frame, Transfer

Array = NDArray[np.float32]
Grey = NDArray[np.uint8]

_LONGEST, _LEAST = 320, 96
"""Sides of the small pictures, in pixels: the longer one at most, each at least (below that DIS chooses its scales by
the width alone, and takes flow from rows that are not there)."""

_METERED = 4
"""Every so many-th row and column of a small picture tells the exposure of linear light."""

_ALIKE, _OTHER = 6.0, 18.0
"""Levels of 255: what differs by less after the motion is the same thing, by more another."""

_DETAIL = 0.5
"""And this share of the contrast around a pixel: so much comes of a motion that is half a pixel wrong."""

_SHARE, _SLACK = 0.1, 4.0
"""How far the two flows may differ, by their lengths and in pixels².  Published tests ask for 0.01 and 0.5, but these
flows are coarse, and in an even sky, where they mean little, the light decides as well."""

_AROUND = np.ones((3, 3), np.uint8)


@dataclass(frozen=True, slots=True)
class Motion:
    """From a frame back to the one before, both as small pictures.

    Attributes:
        flow: h×w×2 float32: a pixel at x was at x + flow(x), in small pixels.
        trust: h×w float32 in [0, 1]: how surely the same thing is seen there.
    """

    flow: Array
    trust: Array


class FlowMeter:
    """Measures the motion between small grey pictures; one at a time."""

    def __init__(self) -> None:
        self._forth = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        self._back = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_ULTRAFAST)
        # The matte is moved by this one: a level finer than the preset, and as dear as it by sparser patches.
        self._back.setFinestScale(1)
        self._back.setPatchStride(5)
        self._back.setGradientDescentIterations(8)

    def measure(self, before: Grey, now: Grey) -> Motion:
        """The motion from ``now`` back to ``before`` (DIS, Kroeger et al. 2016).

        Trust is the product of two.  By light: d = |now − before, moved along|, less what the whole frame changed by (a
        camera that exposes anew), averaged over 3×3 pixels, and less half of the contrast (highest − lowest of 3×3
        pixels); trust falls from 1 at d = 6 to 0 at d = 18 of 255 levels.  By the flow forth: 1 where
        |w + ŵ|² < 0.1·(|w|² + |ŵ|²) + 4, w being the flow back and ŵ the one forth from where w leads, else 0 (the test
        of Sundaram, Brox & Keutzer 2010, "Dense Point Trajectories", equation 5, with more slack).

        Args:
            before: h×w uint8, as :func:`small_grey` makes it.
            now: of the same size.
        """
        shape = (*now.shape, 2)
        back = self._back.calc(now, before, np.zeros(shape, np.float32))
        forth = self._forth.calc(before, now, np.zeros(shape, np.float32))
        came_from = back + grid(now.shape)
        change = cv2.subtract(now, carried(before, came_from), dtype=cv2.CV_32F)
        change = cv2.blur(np.abs(change - np.float32(cv2.mean(change)[0])), (3, 3))
        detail = cv2.subtract(cv2.dilate(now, _AROUND), cv2.erode(now, _AROUND), dtype=cv2.CV_32F)
        alike = np.clip((_OTHER + _DETAIL * detail - change) / (_OTHER - _ALIKE), 0, 1)
        answer = carried(forth, came_from)
        apart = np.square(back + answer).sum(-1)
        lengths = np.square(back).sum(-1) + np.square(answer).sum(-1)
        return Motion(np.asarray(back), np.asarray(alike * (apart < _SHARE * lengths + _SLACK), np.float32))


def small_grey(frame: Frame) -> Grey:
    """A frame as a small grey picture: at most 320 pixels along its longer side, at least 96 each way.

    Stream numbers are taken as they are (they are spaced as eyes see light).  Linear light is exposed by itself, then
    √(x/(1 + x)) brings it to 0 … 255.
    """
    height, width = frame.pixels.shape[:2]
    scale = min(1.0, _LONGEST / max(width, height))
    size = (max(_LEAST, round(width * scale)), max(_LEAST, round(height * scale)))
    small = cv2.resize(frame.pixels, size, interpolation=cv2.INTER_AREA)
    if frame.transfer is Transfer.LINEAR:
        light = np.maximum(np.nan_to_num(small.astype(np.float32), nan=0.0, posinf=0.0), 0)
        light *= np.float32(exposure_scale(light[::_METERED, ::_METERED]))
        small = np.sqrt(light / (1 + light)) * 255
    elif small.dtype == np.uint16:
        small = small * np.float32(255 / 65535)
    return np.asarray(cv2.cvtColor(np.rint(small).astype(np.uint8), cv2.COLOR_RGB2GRAY), np.uint8)


def grid(shape: tuple[int, ...]) -> Array:
    """h×w×2 float32: column and row of every pixel."""
    return np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), -1).astype(np.float32)


def carried(picture: NDArray[Any], came_from: Array) -> Array:
    """What is now where it was in ``picture``: bilinear, beyond the frame its border.

    Args:
        picture: H×W or H×W×C, the frame before.
        came_from: h×w×2 float32, column and row in ``picture``.
    """
    no_rows: Any = None  # columns and rows come in one map
    return np.asarray(cv2.remap(picture, came_from, no_rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))
