"""Steady mattes: each is mixed with those before it, moved along with the picture, where the picture is the same."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.video.flow import FlowMeter, Grey, Motion, carried, grid, small_grey
from skymatte.video.frame import Frame

Array = NDArray[np.float32]

_MEMORY = 0.75
"""The most that the past counts for: of noise that differs from frame to frame a fifth of the change is left."""

_SURE = 0.02
_REACH = 16
"""Rows whose every pixel is nearer than this to 0 or to 1, in this frame and in the one before, have nothing to steady;
a sixteenth of the height around the others is looked at, too."""

_CUT = 0.35
"""Where less than this share of the picture is recognised, it is another picture."""


class TemporalFilter:
    """Takes frames with their mattes in order, gives steady mattes.  One for each stream, used by one thread.

    Every matte is α + k·(h − α): α is what was found in this frame alone, h the last steady matte, moved along with the
    picture (:class:`~skymatte.video.flow.FlowMeter`; bicubic, held to [0, 1]), and k = trust · min(0.75, 1 − 1/n), n
    counting frames since the last cut.  Where the picture is another one than before, trust is 0: nothing is dragged
    along with an edge or left behind it.  A cut is a frame whose mean trust is below 0.35, or that has another size.
    Rows above and below all edges are left as they were found: the cost follows how high the skyline is.
    """

    def __init__(self) -> None:
        self._meter = FlowMeter()
        self._grid = grid((0, 0))
        self._last: tuple[Grey, Array] | None = None
        self._open = _NONE
        self._since_cut = 0

    def step(self, frame: Frame, matte: Array) -> Array:
        """The steady matte of the next frame.

        Args:
            frame: the one after that of the last call; frames in between may be missing.
            matte: H×W float32 in [0, 1], what was found in it; it is not changed.

        Returns:
            H×W float32 in [0, 1]; a new array, or ``matte`` itself after a cut.
        """
        grey = small_grey(frame)
        motion = self._motion(grey, matte)
        steady, now_open = matte, _open_rows(matte)
        if motion is None:
            self._since_cut = 1
        elif self._last is not None:
            self._since_cut += 1
            steady = self._mixed(matte, self._last[1], motion, _around(now_open, self._open, len(matte)))
        self._last, self._open = (grey, steady), now_open
        return steady

    def _motion(self, grey: Grey, matte: Array) -> Motion | None:
        """From this frame back to the last; ``None`` if that shows something else."""
        if self._last is None or self._last[0].shape != grey.shape or self._last[1].shape != matte.shape:
            return None
        motion = self._meter.measure(self._last[0], grey)
        return motion if cv2.mean(motion.trust)[0] >= _CUT else None

    def _mixed(self, matte: Array, history: Array, motion: Motion, where: slice) -> Array:
        height, width = matte.shape
        if self._grid.shape[:2] != matte.shape:
            self._grid = grid(matte.shape)
        rows, columns = motion.trust.shape
        # A small pixel's flow, counted in full-size pixels; resizing puts middles of pixels upon middles.
        flow = motion.flow * np.array([width / columns, height / rows], np.float32)
        came_from = np.asarray(cv2.resize(flow, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)[where]
        came_from += self._grid[where]
        if not len(came_from):
            return matte
        moved = carried(history, came_from, sharp=True)
        np.clip(moved, 0, 1, out=moved)
        trust = motion.trust * np.float32(min(_MEMORY, 1 - 1 / self._since_cut))
        share = np.asarray(cv2.resize(trust, (width, height), interpolation=cv2.INTER_LINEAR))[where]
        steady = matte.copy()
        cv2.subtract(moved, matte[where], dst=moved)
        cv2.multiply(moved, share, dst=moved)
        steady[where] += moved
        return steady


_Rows = tuple[int, int]
_NONE: _Rows = (0, 0)


def _open_rows(matte: Array) -> _Rows:
    """From the first to behind the last row that has a pixel farther from 0 and 1."""
    _, top, _, rows = cv2.boundingRect(cv2.inRange(matte, _SURE, 1 - _SURE))
    return top, top + rows


def _around(now: _Rows, before: _Rows, height: int) -> slice:
    """The rows of both and those between, and a margin; none if both are empty."""
    known = [rows for rows in (now, before) if rows[0] < rows[1]]
    if not known:
        return slice(0, 0)
    margin = height // _REACH
    return slice(max(0, min(rows[0] for rows in known) - margin), min(height, max(rows[1] for rows in known) + margin))
