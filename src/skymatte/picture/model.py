"""What a picture is once it has been read."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class Projection(StrEnum):
    """How directions map to pixels."""

    PERSPECTIVE = "perspective"
    EQUIRECTANGULAR = "equirectangular"
    FISHEYE = "fisheye"


@dataclass(frozen=True, slots=True)
class Window:
    """An inclusive pixel rectangle, as OpenEXR counts: ``x0 <= x <= x1``."""

    x0: int
    y0: int
    x1: int
    y1: int

    @property
    def width(self) -> int:
        return self.x1 - self.x0 + 1

    @property
    def height(self) -> int:
        return self.y1 - self.y0 + 1


@dataclass(frozen=True, slots=True)
class Repairs:
    """How many samples could not be used as they were (counted over the three colour channels)."""

    nan: int = 0
    inf: int = 0
    negative: int = 0


@dataclass(frozen=True, slots=True)
class Picture:
    """Linear-light RGB of one picture's data window.

    Attributes:
        pixels: H×W×3 float32, linear Rec.709 light, any exposure; NaN, Inf and negatives already repaired (→ 0, the
            largest finite value of the channel, 0) and counted in ``repairs``.
        path: the file it came from; ``None`` for an array.
        projection: how directions map to pixels.
        projection_source: why we think so, for people (``"envmap attribute"``, ``"2:1 aspect (guess)"``).
        data_window: the rectangle that ``pixels`` fills.
        display_window: the rectangle that is meant to be seen.
        format: short name of the file format: ``"exr"``, ``"hdr"``, ``"tif"``, ``"png"``, ``"jpg"``, ``"webp"``,
            ``"raw"``, ``"array"``.
        bits: bits per sample in the file (8, 16, 32).
        linear: the file holds linear light (EXR, HDR, float TIFF, RAW); ``False`` if it was decoded from sRGB.
        channels: names of all channels in the file, of the part that was read.
        part: index of the part that was read (0 for single-part files).
        parts: names of all parts (one entry for single-part files).
        repairs: what was repaired.
        warnings: what a person should know about how the file was read.
    """

    pixels: NDArray[np.float32]
    path: Path | None = None
    projection: Projection = Projection.PERSPECTIVE
    projection_source: str = "default"
    data_window: Window | None = None
    display_window: Window | None = None
    format: str = "array"
    bits: int = 32
    linear: bool = True
    channels: tuple[str, ...] = ("R", "G", "B")
    part: int = 0
    parts: tuple[str, ...] = ("",)
    repairs: Repairs = field(default_factory=Repairs)
    warnings: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])
