"""What a picture consists of, and how each of it is made larger: colours, shares of pixels, and plain data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.bicubic import bicubic
from skymatte.superres.coding import Coding
from skymatte.superres.enlarge import REACH, Enlarger
from skymatte.superres.hints import NO_HINTS, Hints
from skymatte.superres.windows import Cut, window

Array = NDArray[np.float32]

_KERNEL: Final = 2
"""How far the bicubic kernel looks, in pixels of the source."""

_FILL: Final = 2 * _KERNEL
"""Pixels by which colours grow into what is fully transparent: alpha comes half as far, and looks as far again."""


class Layer(Protocol):
    """A part of a picture; safe to call from several threads."""

    def draw(self, rows: Cut, columns: Cut) -> NDArray[Any]:
        """The enlarged inside of a window: h×w or h×w×C of the source's type."""
        ...


@dataclass(frozen=True, slots=True)
class Colours:
    """Colours or grey.

    Attributes:
        samples: H×W×C, C = 1 or 3, numbers of the file.
        coding: how they stand for light.
        enlarger: makes them larger.
        hints: what is known of them.
        alpha: H×W of straight (not premultiplied) alpha: what a picture has under full transparency is nobody's
            colour, and must not shine into the rest.
    """

    samples: NDArray[Any]
    coding: Coding
    enlarger: Enlarger
    hints: Hints = NO_HINTS
    alpha: NDArray[Any] | None = None

    def draw(self, rows: Cut, columns: Cut) -> NDArray[Any]:
        samples = window(self.samples, rows, columns)
        if self.alpha is not None:
            samples = _filled(samples, window(self.alpha, rows, columns))
        encoded = self.coding.encode(samples)
        guide = None
        if self.hints.matte is not None:
            sky = window(self.hints.matte, rows, columns)
            guide = np.stack((sky, 1 - sky))
        larger, scale = self.enlarger(encoded, guide), self.enlarger.scale
        if self.hints.residual is not None:
            larger += window(self.hints.residual, rows.enlarged(scale), columns.enlarged(scale))[..., None]
        drawn = self.coding.decode(larger, samples)
        return drawn[rows.larger(scale), columns.larger(scale)]


@dataclass(frozen=True, slots=True)
class Shares:
    """Alpha or a mask: a number of [0, 1] (integers: 0 to their largest) for each pixel, interpolated bicubically.

    Attributes:
        samples: H×W.  What is above 1 stays possible where the source has such values; NaN counts as 0.
        scale: how many times larger.
    """

    samples: NDArray[Any]
    scale: int

    def draw(self, rows: Cut, columns: Cut) -> NDArray[Any]:
        kind = self.samples.dtype
        small = np.nan_to_num(np.asarray(window(self.samples, rows, columns), np.float32), nan=0, posinf=1, neginf=0)
        larger = bicubic(small, *(self.scale * side for side in small.shape))
        top = np.iinfo(kind).max if kind.kind == "u" else max(1.0, float(small.max()))
        np.clip(larger, 0, top, out=larger)
        if kind.kind == "u":
            np.rint(larger, out=larger)
        return larger[rows.larger(self.scale), columns.larger(self.scale)].astype(kind)


@dataclass(frozen=True, slots=True)
class Data:
    """Depths, identities, directions: numbers whose mean means nothing, repeated as they are.

    Attributes:
        samples: H×W.
        scale: how many times larger.
    """

    samples: NDArray[Any]
    scale: int

    def draw(self, rows: Cut, columns: Cut) -> NDArray[Any]:
        inside = window(self.samples, rows, columns)[rows.inside, columns.inside]
        return inside.repeat(self.scale, axis=0).repeat(self.scale, axis=1)


def around(layer: Layer) -> int:
    """Pixels that a layer needs around a window."""
    if isinstance(layer, Colours):
        return REACH + layer.coding.reach + (0 if layer.alpha is None else _FILL)
    return _KERNEL


def _filled(samples: NDArray[Any], alpha: NDArray[Any]) -> NDArray[Any]:
    """Colours, continued from visible pixels into fully transparent ones beside them."""
    hidden = alpha == 0
    if not hidden.any():
        return samples
    colours = np.array(samples, np.float32)
    weights = np.where(hidden, 0, np.asarray(alpha, np.float32))
    side = (2 * _FILL + 1,) * 2
    total = cv2.boxFilter(weights, -1, side, normalize=False, borderType=cv2.BORDER_CONSTANT)
    shown = cv2.boxFilter(colours * weights[..., None], -1, side, normalize=False, borderType=cv2.BORDER_CONSTANT)
    beside = hidden & (total > 0)
    colours[beside] = shown.reshape(colours.shape)[beside] / total[beside][:, None]
    return colours
