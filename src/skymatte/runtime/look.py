"""How a network is shown a picture, or tiles of it, with what a coarser look said."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.runtime.zenith import blend_zenith, upward

Array = NDArray[np.float32]
Predict = Callable[[Array, Array | None], Array]
"""Encoded N×h×w×3 and a prior N×h×w, or none → probability of sky N×h×w, all float32."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a network is shown a picture.

    Attributes:
        predict: the network.
        encoding: its input.
        multiple: its sides are multiples of it.
        scale: exposure factor of the pixels.
        wrap: the picture is a panorama.
    """

    predict: Predict
    encoding: str
    multiple: int
    scale: float
    wrap: bool

    def whole(self, pixels: Array, prior: Array | None) -> Array:
        """The whole picture at once; the zenith of a panorama as a camera sees it that looks up.

        Args:
            pixels: h×w×3 float32 linear light.
            prior: what a coarser look said, h×w float32 in [0, 1].

        Returns:
            h×w float32 in [0, 1].
        """
        answer = self._padded(pixels, prior)
        if not self.wrap:
            return answer
        above = replace(self, wrap=False)
        return blend_zenith(answer, above.whole(upward(pixels), None if prior is None else upward(prior)))

    def _padded(self, pixels: Array, prior: Array | None) -> Array:
        """Panoramas are continued on both sides by a quarter of a turn, all by repetition to the multiple."""
        height, width = pixels.shape[:2]
        side = width // 4 if self.wrap else 0
        bottom, right = -height % self.multiple, -(width + 2 * side) % self.multiple

        def padded(image: Array) -> Array:
            ring = cv2.copyMakeBorder(image, 0, 0, side, side, cv2.BORDER_WRAP)
            return np.asarray(cv2.copyMakeBorder(ring, 0, bottom, 0, right, cv2.BORDER_REPLICATE), np.float32)

        encoded = self._encoded(padded(pixels))
        answer = self.predict(encoded[None], None if prior is None else padded(prior)[None])[0]
        return np.ascontiguousarray(answer[:height, side : side + width])

    def tiles(self, pixels: Array, priors: Array) -> Array:
        """Tiles, N×h×w×3 float32 linear light and their priors N×h×w → N×h×w float32 in [0, 1]."""
        return self.predict(self._encoded(pixels), priors)

    def _encoded(self, pixels: Array) -> Array:
        return encode(self.encoding, pixels * np.float32(self.scale))
