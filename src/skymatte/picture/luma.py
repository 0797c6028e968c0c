"""Luma: the one channel that super-resolution works on, and is measured on."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

WEIGHTS: Final = (0.299, 0.587, 0.114)
"""Of encoded red, green and blue: ITU-R BT.601-7, section 2.5.1."""

SPAN: Final = 219 / 255
"""What a step of 1 in all three encoded colours is in luma."""

LOG_SHIFT: Final = 0.28
"""Added to the encoding ``log`` of exposed light: middle grey and the stops around it stand where sRGB has them, which
is what super-resolution has learnt from."""

_BLACK = 16 / 255


def luma(encoded: Array) -> Array:
    """Luma of encoded colours, as MATLAB's ``rgb2ycbcr`` has it.

    Args:
        encoded: H×W×3 float32, as a picture file has them: 0 black, 1 white; larger and smaller ones are taken as well.

    Returns:
        H×W float32, 16/255 for black, 235/255 for white (BT.601-7, section 2.5.3).
    """
    together = encoded @ np.array(WEIGHTS, np.float32)
    return np.asarray(together * np.float32(SPAN) + np.float32(_BLACK), np.float32)
