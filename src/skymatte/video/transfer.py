"""A stream's numbers as linear light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import linear_from_srgb
from skymatte.video.frame import Pixels, Transfer


def linear_light(pixels: Pixels, transfer: Transfer) -> NDArray[np.float32]:
    """H×W×3 numbers of a stream → H×W×3 float32 linear light; diffuse white is 1."""
    if transfer is not Transfer.SDR:
        raise NotImplementedError(transfer)
    return linear_from_srgb(pixels.astype(np.float32) / np.float32(np.iinfo(pixels.dtype).max))
