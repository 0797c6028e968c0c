"""What a file's numbers are for the network, and back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import LOG_EPSILON, decode, encode, linear_from_srgb, srgb_from_linear
from skymatte.picture.luma import LOG_SHIFT
from skymatte.superres.energy import REACH as LIGHT_REACH
from skymatte.superres.energy import keep_light

Array = NDArray[np.float32]


class Coding(Protocol):
    """How numbers of a picture stand for light."""

    @property
    def reach(self) -> int:
        """Pixels around a window that :meth:`decode` looks at, beyond those that the network does."""
        ...

    def encode(self, samples: NDArray[Any]) -> Array:
        """H×W×C numbers of the file, as floating point too → H×W×C float32 encoded light."""
        ...

    def decode(self, larger: Array, samples: NDArray[Any]) -> NDArray[Any]:
        """(scale·H)×(scale·W)×C encoded light → numbers of the file's type.

        Args:
            larger: what was made of *samples*; may be overwritten.
            samples: H×W×C numbers of the file.
        """
        ...


@dataclass(frozen=True, slots=True)
class Display:
    """Integers of a display's curve (sRGB, PQ, …), worked on as they are: 0 is black, the largest is white.

    Attributes:
        kind: uint8 or uint16.
    """

    kind: np.dtype[Any]
    reach: int = 0

    def encode(self, samples: NDArray[Any]) -> Array:
        return np.asarray(samples, np.float32) * np.float32(1 / np.iinfo(self.kind).max)

    def decode(self, larger: Array, samples: NDArray[Any]) -> NDArray[Any]:  # noqa: ARG002 - others need them
        top = np.iinfo(self.kind).max
        larger *= np.float32(top)
        np.rint(larger, out=larger)
        return np.clip(larger, 0, top, out=larger).astype(self.kind)


@dataclass(frozen=True, slots=True)
class DisplayLight:
    """Integers of a display's curve, worked on as light in the encoding ``log``: what is above white is clipped.

    Attributes:
        kind: uint8 or uint16.
        exposure: brings the picture to middle grey.
        linear: they are linear, not of sRGB's curve.
    """

    kind: np.dtype[Any]
    exposure: float
    linear: bool = False
    reach: int = 0

    def encode(self, samples: NDArray[Any]) -> Array:
        shown = Display(self.kind).encode(samples)
        return _encode(shown if self.linear else linear_from_srgb(shown), self.exposure)

    def decode(self, larger: Array, samples: NDArray[Any]) -> NDArray[Any]:
        light = _decode(larger, self.exposure)
        return Display(self.kind).decode(light if self.linear else srgb_from_linear(light), samples)


@dataclass(frozen=True, slots=True)
class Light:
    """Linear light of any range, worked on in the encoding ``log``; nothing is clipped, and no light lost or won.

    Attributes:
        scale: how many times larger.
        exposure: brings the picture to middle grey (:func:`skymatte.picture.exposure.exposure_scale`).
        most: largest value that the file can hold.
    """

    scale: int
    exposure: float
    most: float = float("inf")
    reach: int = LIGHT_REACH

    def encode(self, samples: NDArray[Any]) -> Array:
        return _encode(np.asarray(samples, np.float32), self.exposure)

    def decode(self, larger: Array, samples: NDArray[Any]) -> NDArray[Any]:
        light = _decode(larger, self.exposure)  # where it is beyond float32, keep_light puts the source's value
        return keep_light(light, samples, self.scale, floor=LOG_EPSILON / self.exposure, most=self.most)


def _encode(light: Array, exposure: float) -> Array:
    return encode("log", light * np.float32(exposure)) + np.float32(LOG_SHIFT)


def _decode(encoded: Array, exposure: float) -> Array:
    with np.errstate(over="ignore"):
        light = decode("log", encoded - np.float32(LOG_SHIFT)) * np.float32(1 / exposure)
    np.maximum(light, 0, out=light)
    return light
