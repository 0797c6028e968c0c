"""Pairs that super-resolution learns from: a small luma, and what bicubic interpolation of it misses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import encode
from skymatte.picture.luma import LOG_SHIFT, luma

Array = NDArray[np.float32]
Medium = Literal["display", "light"]
"""8-bit pictures of a display's curve, or light of any range in the encoding ``log``."""


@dataclass(frozen=True, slots=True)
class Pair:
    """One picture, made small.

    Attributes:
        name: of the picture: all pairs of one picture have the same.
        medium: ``display`` or ``light``.
        low: H×W float32 luma, see :func:`skymatte.picture.luma.luma`.
        residual: (scale·H)×(scale·W) float32: luma of the picture less that of ``low`` brought back by bicubic
            interpolation.
        guide: 2×H×W uint8, share of sky and of anything else in 255ths, both 0 where the label says nothing; ``None``
            = there is no label.
    """

    name: str
    medium: Medium
    low: Array
    residual: Array
    guide: NDArray[np.uint8] | None = None


def display_pair(name: str, encoded: Array, scale: int, label: Array | None = None) -> Pair:
    """A picture as a display shows it, made small by bicubic interpolation of its luma, as the field measures it.

    Args:
        name: of the picture.
        encoded: H×W×3 float32 in [0, 1].
        scale: how many times smaller; rows and columns beyond a multiple of it are left out.
        label: H×W×2 float32, share of sky and of anything else; both 0 = unknown.
    """
    whole = luma(_divisible(encoded, scale))
    height, width = whole.shape
    low = bicubic(whole, height // scale, width // scale)
    return _pair(name, "display", whole, low, scale, label)


def light_pair(name: str, light: Array, scale: int, label: Array | None = None) -> Pair:
    """A picture of linear light, made small as a sensor with larger pixels would see it: by means over blocks.

    Args:
        name: of the picture.
        light: H×W×3 float32, ≥ 0, exposed to middle grey.
        scale: as above.
        label: as above.
    """
    light = _divisible(light, scale)
    return _pair(name, "light", log_luma(light), log_luma(block_means(light, scale)), scale, label)


def log_luma(light: Array) -> Array:
    """Luma of linear light as the networks of super-resolution see it: H×W×3 float32 ≥ 0 → H×W float32."""
    return luma(encode("log", light) + np.float32(LOG_SHIFT))


def block_means(values: NDArray[np.floating], scale: int) -> Array:
    """Means over blocks of ``scale`` × ``scale``: H×W or H×W×C, sides multiples of ``scale`` → float32."""
    height, width = (side // scale for side in values.shape[:2])
    blocks = values.reshape(height, scale, width, scale, *values.shape[2:])
    return np.asarray(blocks.mean((1, 3), dtype=np.float64), np.float32)


def _pair(name: str, medium: Medium, whole: Array, low: Array, scale: int, label: Array | None) -> Pair:
    residual = whole - bicubic(low, *whole.shape)
    return Pair(name, medium, low, residual, None if label is None else _guide(label, scale))


def _guide(label: Array, scale: int) -> NDArray[np.uint8]:
    shares = block_means(_divisible(label, scale), scale).transpose(2, 0, 1)
    return np.asarray(np.rint(255 * shares), np.uint8)


def _divisible(values: NDArray[Any], scale: int) -> NDArray[Any]:
    height, width = (side - side % scale for side in values.shape[:2])
    return values[:height, :width]
