"""One window of encoded light made larger: bicubic interpolation, and what a network says that it misses."""

from __future__ import annotations

from threading import Lock
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.bicubic import bicubic
from skymatte.picture.luma import SPAN, luma
from skymatte.runtime.superres_model import SuperresModel

Array = NDArray[np.float32]

REACH: Final = 14
"""How far an enlarger looks, in pixels of the small picture: DCSCN has up to twelve layers that extract features, one
in a branch and one that draws, each of 3×3."""


class Enlarger:
    """Makes encoded pictures larger.  Safe to call from several threads; the network answers one at a time.

    Args:
        scale: how many times larger.
        model: adds detail to what bicubic interpolation makes; ``None`` for that alone.
    """

    def __init__(self, scale: int, model: SuperresModel | None = None) -> None:
        self.scale = scale
        self.model = model
        self._turn = Lock()

    def __call__(self, encoded: Array, guide: Array | None = None) -> Array:
        """H×W×C float32 encoded light, C = 1 (grey) or 3 → (scale·H)×(scale·W)×C, nothing clipped.

        All colours get the same residual: in an encoding by logarithms that multiplies light, and hue stays.

        Args:
            encoded: a picture, or a window of one with ``REACH`` more pixels on each side.
            guide: 2×H×W float32, what is known of its content, for models that take it.
        """
        height, width = encoded.shape[:2]
        larger = bicubic(encoded, self.scale * height, self.scale * width)
        if self.model is not None:
            shades = luma(np.broadcast_to(encoded, (height, width, 3)))
            with self._turn:
                residual = self.model.residual(shades, guide)
            residual *= np.float32(1 / SPAN)
            larger += residual[..., None]
        return larger
