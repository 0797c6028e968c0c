"""Measures of mattes over time: dtSSD against exact mattes, flow-warped flicker where there are none.

Mattes are H×W float32 in [0, 1].  Lower is better everywhere; both measures are 0 for a matte that stands still in a
picture that does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise, zip_longest
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError

Matte = NDArray[np.float32]
Grey = NDArray[np.uint8]

_LEAST_SIDE = 48
"""Of smaller pictures DIS may take flow from rows that are not there."""

_SHARE, _SLACK = 0.01, 0.5
"""Sundaram, Brox & Keutzer 2010, equation 5: how far the two flows may differ, by their lengths and in pixels²."""


@dataclass(frozen=True, slots=True)
class Motion:
    """Where what is seen now was one frame ago.

    Attributes:
        coordinates: H×W×2 float32, column and row in the frame before; the first pixel's centre is 0.
        trusted: H×W bool, pixels whose flow is confirmed by the flow the other way.
    """

    coordinates: NDArray[np.float32]
    trusted: NDArray[np.bool_]

    def warped(self, before: Matte) -> Matte:
        """What was seen one frame ago, at the place where it is now: H×W float32, bilinear."""
        return _warped(before, self.coordinates)


def motion(before: Grey, now: Grey) -> Motion:
    """Dense flow from ``now`` back to ``before`` (DIS, Kroeger et al. 2016, its preset "medium", at full size).

    A pixel is trusted if |w + ŵ|² < 0.01·(|w|² + |ŵ|²) + 0.5, where w is its flow back and ŵ the flow forth from where
    w leads (Sundaram, Brox & Keutzer 2010, "Dense Point Trajectories", equation 5), and w does not lead out of the
    frame.

    Args:
        before: H×W uint8, the frame before; both sides at least 48 pixels.
        now: the same, the frame whose pixels are asked for.

    Raises:
        LabelError: the two differ in size, or are too small.
    """
    if before.shape != now.shape or min(now.shape) < _LEAST_SIDE:
        raise LabelError(
            f"no motion can be measured between frames of {_size(before)} and {_size(now)}: "
            f"they must be of one size, {_LEAST_SIDE} pixels or more each way"
        )
    flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    back = np.asarray(flow.calc(now, before, np.zeros((*now.shape, 2), np.float32)), np.float32)
    forth = flow.calc(before, now, np.zeros((*now.shape, 2), np.float32))
    height, width = now.shape
    coordinates = back + np.stack(np.meshgrid(np.arange(width), np.arange(height)), -1).astype(np.float32)
    answer = _warped(forth, coordinates)
    apart = np.square(back + answer).sum(-1)
    lengths = np.square(back).sum(-1) + np.square(answer).sum(-1)
    inside = ((coordinates >= 0) & (coordinates <= (width - 1, height - 1))).all(-1)
    return Motion(coordinates, inside & (apart < _SHARE * lengths + _SLACK))


def flicker(before: Matte, now: Matte, between: Motion) -> float:
    """Mean of |now − what was seen before, moved along|, in [0, 1], over the pixels whose motion is trusted.

    This is the warping error of Lai et al. 2018 ("Learning Blind Video Temporal Consistency", section 4), its occluded
    pixels left out, of absolute and not of squared differences.  Motion that is not quite right adds to it, so it is
    for comparing two mattes of the same frames, not a figure of its own.

    Returns:
        NaN if no pixel's motion is trusted.

    Raises:
        LabelError: sizes differ.
    """
    if not before.shape == now.shape == between.trusted.shape:
        raise LabelError(f"mattes of {_size(before)} and {_size(now)} with a motion of {_size(between.trusted)} pixels")
    changed = np.abs(now - between.warped(before))[between.trusted]
    return float(changed.mean(dtype=np.float64)) if changed.size else math.nan


def dtssd(mattes: Iterable[Matte], truths: Iterable[Matte]) -> float:
    """dtSSD (Erofeev et al. 2015, "Perceptually Motivated Benchmark for Video Matting", section 3.2).

    For every pair of neighbouring frames √(mean over pixels of (Δα − Δα*)²), Δα being the change of the matte and Δα*
    that of the exact one; the mean over all pairs.  The paper sums over pixels; a mean does not depend on the size, and
    is what is printed since (Lin et al. 2021, "Robust High-Resolution Video Matting", times 100).

    Args:
        mattes: H×W each, in order; consumed as they come, two are held.
        truths: as many, exact.

    Returns:
        A value in [0, 2]; NaN for fewer than two frames.

    Raises:
        LabelError: sizes or numbers of frames differ.
    """
    total, pairs = 0.0, 0
    for (matte, truth), (next_matte, next_truth) in pairwise(_together(mattes, truths)):
        wrong = (next_matte - matte) - (next_truth - truth)
        total += math.sqrt(float(np.square(wrong).mean(dtype=np.float64)))
        pairs += 1
    return total / pairs if pairs else math.nan


def _warped(picture: NDArray[Any], coordinates: NDArray[np.float32]) -> Matte:
    no_rows: Any = None  # columns and rows come in one map
    moved = cv2.remap(picture, coordinates, no_rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, np.float32)


def _together(mattes: Iterable[Matte], truths: Iterable[Matte]) -> Iterator[tuple[Matte, Matte]]:
    shape: tuple[int, ...] | None = None
    for matte, truth in zip_longest(mattes, truths):
        if matte is None or truth is None:
            raise LabelError("there must be as many mattes as exact ones")
        shape = matte.shape if shape is None else shape
        if not matte.shape == truth.shape == shape:
            raise LabelError(f"a matte of {_size(matte)} against an exact one of {_size(truth)} pixels")
        yield matte, truth


def _size(array: NDArray[np.generic]) -> str:
    return "×".join(str(side) for side in array.shape[1::-1])
