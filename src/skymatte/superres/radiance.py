"""Radiance HDR: numbers that its pixels can hold, and its header."""

from __future__ import annotations

from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

_MANTISSA: Final = 8
_LONGEST: Final = 1 << 16
_BLOCK: Final = 1 << 24


def representable(light: NDArray[Any]) -> NDArray[np.float32]:
    """Round H×W×3 light to what RGBE pixels hold: multiples of 2⁻⁸ of the power of two above the largest channel.

    Writers cut off instead (Ward 1991, "Real pixels", Graphics Gems II.5), which costs a quarter of a percent of light.
    """
    largest = light.max(axis=2, keepdims=True)
    _, exponent = np.frexp(largest)
    step = np.ldexp(np.float32(1), np.maximum(exponent - _MANTISSA, -126))
    rounded = np.rint(light / step)
    # Rounded up to the next power of two, where steps are twice as large.
    coarse = 2 * np.rint(light / (2 * step))
    full = rounded.max(axis=2, keepdims=True) >= 1 << _MANTISSA
    return np.asarray(np.where(full, coarse, rounded) * step, np.float32)


def with_header(plain: Path, target: BinaryIO, source: Path) -> None:
    """Copy a Radiance file to *target* with the header lines of another one: software, exposure, primaries, …"""
    with source.open("rb") as file:
        header = _header(file)
    with plain.open("rb") as file:
        _header(file)
        target.write(header)
        while block := file.read(_BLOCK):
            target.write(block)


def _header(file: BinaryIO) -> bytes:
    """All lines up to the empty one, which ends a header; the resolution follows (Radiance, "File formats")."""
    lines = b""
    while line := file.readline(_LONGEST):
        lines += line
        if line in (b"\n", b"\r\n"):
            return lines
    return lines
