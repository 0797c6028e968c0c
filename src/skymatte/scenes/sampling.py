"""Where pixels look, and the sample points that decide how much of a pixel a shape covers.

An equirectangular pixel (row ``y``, column ``x``) is the cell of azimuths ``2π·[x, x+1]/W`` and elevations ``π/2 −
π·[y, y+1]/H``. Directions are ``(cos e · cos a, cos e · sin a, sin e)``: z is up, azimuth grows to the right.

Coverage is measured with the 64 points of a Hammersley set, which is a (0, 6, 2)-net in base 2 (Niederreiter, *Random
Number Generation and Quasi-Monte Carlo Methods*, 1992, section 4.1): every column strip and every row strip of width
1/64 holds exactly one point, so a strip parallel to an axis is measured with an error below 1/64 however thin it is,
and a slanted edge with an error below about 3/64. The 64 answers of a pixel are the bits of one ``uint64``: the union
of shapes is a bitwise or, so shapes that overlap inside a pixel are counted once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]
Bits = NDArray[np.uint64]

SAMPLES = 64
FULL = np.uint64(0xFFFFFFFFFFFFFFFF)


def _net() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    i = np.arange(SAMPLES)
    reversed_bits = sum(((i >> k) & 1) << (5 - k) for k in range(6))
    return (i + 0.5) / SAMPLES, (np.asarray(reversed_bits) + 0.5) / SAMPLES


NET_X, NET_Y = _net()


@lru_cache(maxsize=2)
def _azimuth_samples(width: int) -> tuple[Floats, Floats]:
    azimuth = (np.arange(width)[:, None] + NET_X) * (2.0 * np.pi / width)
    return np.cos(azimuth).astype(np.float32), np.sin(azimuth).astype(np.float32)


def pack(inside: NDArray[np.bool_]) -> Bits:
    """N×64 answers → N words, sample 0 in the lowest bit."""
    return np.packbits(inside, axis=1, bitorder="little").view(np.uint64)[:, 0]


def unit(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    """Vectors of any shape (..., 3), scaled to length 1; zero stays zero."""
    vectors = np.asarray(vectors, np.float64)
    length = np.sqrt((vectors * vectors).sum(axis=-1, keepdims=True))
    return np.asarray(vectors / np.maximum(length, 1e-30), np.float64)


@dataclass(frozen=True)
class Block:
    """Rows ``row0 <= y < row1`` of an equirectangular picture; pixels are numbered row by row from 0."""

    width: int
    height: int
    row0: int
    row1: int

    @property
    def rows(self) -> int:
        return self.row1 - self.row0

    @property
    def pixel_radius(self) -> float:
        """No point of a pixel is farther from its centre than this angle (radians)."""
        return float(0.5 * np.hypot(np.pi / self.height, 2.0 * np.pi / self.width))

    @cached_property
    def azimuth(self) -> NDArray[np.float64]:
        return np.asarray((np.arange(self.width) + 0.5) * (2.0 * np.pi / self.width), np.float64)

    @cached_property
    def elevation(self) -> NDArray[np.float64]:
        return np.asarray(np.pi / 2 - (np.arange(self.row0, self.row1) + 0.5) * (np.pi / self.height), np.float64)

    @cached_property
    def directions(self) -> Floats:
        """(rows·W)×3 float32: the unit vectors through the pixel centres."""
        out = np.empty((self.rows, self.width, 3), np.float32)
        cos_e = np.cos(self.elevation)[:, None]
        out[..., 0] = cos_e * np.cos(self.azimuth)
        out[..., 1] = cos_e * np.sin(self.azimuth)
        out[..., 2] = np.sin(self.elevation)[:, None]
        return out.reshape(-1, 3)

    @cached_property
    def elevation_samples(self) -> NDArray[np.float64]:
        """rows×64: the elevation of each sample of a row."""
        y = np.arange(self.row0, self.row1)[:, None] + NET_Y
        return np.asarray(np.pi / 2 - y * (np.pi / self.height))

    @cached_property
    def _elevation_tables(self) -> tuple[Floats, Floats]:
        e = self.elevation_samples
        return np.cos(e).astype(np.float32), np.sin(e).astype(np.float32)

    def sample_directions(self, index: Indices) -> tuple[Floats, Floats, Floats]:
        """The x, y and z (each N×64) of the samples of the pixels ``index``."""
        row, column = np.divmod(index, self.width)
        cos_a, sin_a = _azimuth_samples(self.width)
        cos_e, sin_e = self._elevation_tables
        ce = cos_e[row]
        return ce * cos_a[column], ce * sin_a[column], sin_e[row]
