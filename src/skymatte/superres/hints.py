"""What is known of a picture before it is made larger."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skymatte.superres.coding import Coding, Display, DisplayLight

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Hints:
    """What a method found when it looked at the whole picture; nothing, of most methods.

    Attributes:
        matte: H×W in [0, 1], the sky, for networks that take a guide.
        residual: (scale·H)×(scale·W), what is to be added to all colours that bicubic interpolation makes of light in
            the encoding ``log``.
        sky: (scale·H)×(scale·W) in [0, 1], probability of sky at the large size, of the upright picture.
        exposure: that the residual holds for.
        linear: integers of the picture are linear, not of sRGB's curve.
    """

    matte: Array | None = None
    residual: Array | None = None
    sky: Array | None = None
    exposure: float = 1.0
    linear: bool = False

    def display(self, kind: np.dtype[Any]) -> Coding:
        """How integers are worked on: as they are, unless there is a residual, which holds for light."""
        return Display(kind) if self.residual is None else DisplayLight(kind, self.exposure, linear=self.linear)


NO_HINTS: Final = Hints()
