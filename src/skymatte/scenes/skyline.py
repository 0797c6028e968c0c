"""Silhouettes that are one height per azimuth: ridges, tree lines, distant towns, the horizon.

A skyline is a periodic piecewise linear function with 65536 corners (0.1 mrad apart): everything below it is covered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes.canvas import Canvas
from skymatte.scenes.sampling import FULL, NET_X, Bits, Floats, Indices, pack

CORNERS = 65536


@dataclass(frozen=True)
class Skyline:
    """``height``: CORNERS elevations (radians, float64), the k-th at azimuth ``2π·k/CORNERS``."""

    height: NDArray[np.float64]

    def at(self, azimuth: NDArray[np.floating]) -> NDArray[np.float64]:
        """Elevation of the silhouette at azimuths (radians, any shape)."""
        x = np.asarray(azimuth, np.float64) * (CORNERS / (2 * np.pi))
        k = np.floor(x).astype(np.int64)
        t = x - k
        low, high = self.height[k % CORNERS], self.height[(k + 1) % CORNERS]
        return np.asarray(low + (high - low) * t)

    @staticmethod
    def level(elevation: float) -> Skyline:
        return Skyline(np.full(CORNERS, elevation))


def azimuths() -> NDArray[np.float64]:
    """The azimuths of the corners."""
    return np.asarray(np.arange(CORNERS) * (2 * np.pi / CORNERS), np.float64)


def cover(skyline: Skyline, canvas: Canvas) -> tuple[Indices, Bits]:
    """Open pixels of the block that reach below the skyline, and their sample bits."""
    block = canvas.block
    at_samples = skyline.at((np.arange(block.width)[:, None] + NET_X) * (2 * np.pi / block.width))
    lowest, highest = at_samples.min(1), at_samples.max(1)
    top = np.pi / 2 - np.arange(block.row0, block.row1) * (np.pi / block.height)
    touched = (top - np.pi / block.height)[:, None] < highest
    index: Indices = np.flatnonzero(touched.ravel() & (canvas.bits != FULL))
    row, column = np.divmod(index, block.width)
    bits = np.full(len(index), FULL)
    partial = np.flatnonzero(top[row] >= lowest[column])
    bits[partial] = pack(block.elevation_samples[row[partial]] < at_samples[column[partial]])
    some = bits != 0
    return index[some], bits[some]


def conifers(rng: np.random.Generator, size: float, spacing: float) -> NDArray[np.float64]:
    """A tree line of pointed crowns: CORNERS heights above the ridge, up to about ``size`` radians."""
    count = max(int(2 * np.pi / spacing), 8)
    return _crowns(rng, count, size, spacing * 1.1, sharp=1.0)


def round_crowns(rng: np.random.Generator, size: float, spacing: float) -> NDArray[np.float64]:
    """A tree line of round crowns."""
    count = max(int(2 * np.pi / spacing), 8)
    return _crowns(rng, count, size, spacing * 1.4, sharp=0.45)


def _crowns(rng: np.random.Generator, count: int, size: float, width: float, sharp: float) -> NDArray[np.float64]:
    azimuth = azimuths()
    line = np.zeros(CORNERS)
    centre = rng.random(count) * 2 * np.pi
    tall = size * rng.uniform(0.35, 1.0, count)
    wide = width * rng.uniform(0.5, 1.2, count)
    reach = np.ceil(wide * CORNERS / (2 * np.pi)).astype(np.int64)
    jag = rng.normal(0, 0.07, CORNERS)
    for c, h, w, r in zip(centre, tall, wide, reach, strict=True):
        k = (int(c * CORNERS / (2 * np.pi)) + np.arange(-r, r + 1)) % CORNERS
        away = np.abs((azimuth[k] - c + np.pi) % (2 * np.pi) - np.pi) / w
        np.maximum.at(line, k, h * (np.clip(1 - away, 0, 1) ** sharp * (1 + jag[k]) * (away < 1)))
    return line


def town(rng: np.random.Generator, size: float, coverage: float) -> NDArray[np.float64]:
    """Distant blocks and towers: CORNERS heights above the ridge."""
    line = np.zeros(CORNERS)
    for _ in range(int(120 * coverage)):
        start, width = rng.integers(CORNERS), int(CORNERS * rng.uniform(0.001, 0.008))
        height = size * rng.uniform(0.15, 1.0) ** 2
        k = (start + np.arange(width)) % CORNERS
        line[k] = np.maximum(line[k], height)
        if rng.random() < 0.2:
            k = (start + width // 2 + np.arange(max(width // 20, 3))) % CORNERS
            line[k] = np.maximum(line[k], height * 1.35)
    return line


def bright_side(azimuth: Floats, sun: float) -> Floats:
    """1 towards the sun's azimuth, 0 away from it, smoothly."""
    return np.asarray(0.5 + 0.5 * np.cos(azimuth - sun), np.float32)
