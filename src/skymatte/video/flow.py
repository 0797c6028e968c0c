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

_SHARE, _SLACK = 0.1, 4.0
"""How far the two flows may differ, by their lengths and in pixels².  Published tests ask for 0.01 and 0.5, but these
flows are coarse, and in an even sky, where they mean little, the light decides as well."""


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
        # A level finer than the preset, since edges are moved by it; sparser patches pay for most of that.
        self._back.setFinestScale(1)
        self._back.setPatchStride(5)
        self._back.setGradientDescentIterations(8)

    def measure(self, before: Grey, now: Grey) -> Motion:
        """The motion from ``now`` back to ``before`` (DIS, Kroeger et al. 2016).

        Trust is the product of two.  By light: d = |now − before, moved along|, less what the whole frame changed by (a
        camera that exposes anew), averaged over 3×3 pixels; trust falls from 1 at d = 6 to 0 at d = 18 of 255 levels.
        By the flow forth: 1 where |w + ŵ|² < 0.1·(|w|² + |ŵ|²) + 4, w being the flow back and ŵ the one forth from
        where w leads, else 0 (the test of Sundaram, Brox & Keutzer 2010, "Dense Point Trajectories", equation 5, with
        more slack): a flow that may go anywhere finds something alike in every picture, but not the same way back.

        Args:
            before: h×w uint8, as :func:`small_grey` makes it.
            now: of the same size.
        """
        shape = (*now.shape, 2)
        back = np.asarray(self._back.calc(now, before, np.zeros(shape, np.float32)), np.float32)
        forth = np.asarray(self._forth.calc(before, now, np.zeros(shape, np.float32)), np.float32)
        came_from = back + grid(now.shape)
        change = cv2.subtract(now, carried(before, came_from), dtype=cv2.CV_32F)
        change = cv2.blur(np.abs(change - np.float32(cv2.mean(change)[0])), (3, 3))
        alike = np.clip((_OTHER - change) / (_OTHER - _ALIKE), 0, 1)
        answer = carried(forth, came_from)
        agrees = _squared(back + answer) < _SHARE * (_squared(back) + _squared(answer)) + _SLACK
        return Motion(back, np.asarray(alike * agrees, np.float32))


def _squared(vectors: Array) -> Array:
    """Squared lengths, h×w×2 → h×w."""
    x, y = cv2.split(vectors)
    return np.asarray(x * x + y * y, np.float32)


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
        small = np.rint(np.sqrt(light / (1 + light)) * 255).astype(np.uint8)
    elif small.dtype == np.uint16:
        small = np.rint(small * np.float32(255 / 65535)).astype(np.uint8)
    return np.asarray(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), np.uint8)


def grid(shape: tuple[int, ...]) -> Array:
    """h×w×2 float32: column and row of every pixel."""
    return np.stack(np.meshgrid(np.arange(shape[1]), np.arange(shape[0])), -1).astype(np.float32)


def carried(picture: NDArray[Any], came_from: Array, *, sharp: bool = False) -> Array:
    """What is now where it was in ``picture``; beyond the frame its border.

    Args:
        picture: H×W or H×W×C, the frame before.
        came_from: h×w×2 float32, column and row in ``picture``.
        sharp: bicubic (Keys 1981, a = −0.75), which keeps what is carried on and on from blurring and may overshoot;
            bilinear otherwise.
    """
    how = cv2.INTER_CUBIC if sharp else cv2.INTER_LINEAR
    no_rows: Any = None  # columns and rows come in one map
    return np.asarray(cv2.remap(picture, came_from, no_rows, how, borderMode=cv2.BORDER_REPLICATE))
