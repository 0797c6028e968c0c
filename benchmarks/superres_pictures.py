"""Test pictures of super-resolution, and how the field makes small ones of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.bicubic import bicubic
from skymatte.picture.luma import luma

Array = NDArray[np.float32]

SETS = ("Set5", "Set14", "BSD100")
"""Bevilacqua et al. 2012, Zeyde et al. 2010, Martin et al. 2001; of the last every second picture is there."""

SCALES = (2, 3, 4)


@dataclass(frozen=True, slots=True)
class Pair:
    """A picture and the small one that was made of it, in luma or in colours.

    Attributes:
        truth: H×W or H×W×3 float32, sides multiples of the scale.
        small: what a scale-th of the sides holds.
    """

    truth: Array
    small: Array


def set_pictures(data: Path, name: str) -> Iterator[Array]:
    """Luma of the pictures of a set, H×W float32 in [16, 235] / 255, in the order of their names.

    A file with one channel is luma already, [0, 1]: what all published tables do, as MATLAB's programs do.

    Raises:
        FileNotFoundError: the set is not there.
    """
    paths = sorted((data / "sr" / name).glob("*.png"))
    if not paths:
        raise FileNotFoundError(f"{data / 'sr' / name}: holds no pictures")
    for path in paths:
        values = np.asarray(cv2.imread(str(path), cv2.IMREAD_UNCHANGED), np.float32) / np.float32(255)
        yield luma(np.ascontiguousarray(values[..., ::-1])) if values.ndim == 3 else values


def prepared(picture: Array, scale: int) -> Pair:
    """The picture, cut to multiples of the scale, and its small version by MATLAB's bicubic, neither rounded."""
    height, width = (side - side % scale for side in picture.shape[:2])
    truth = picture[:height, :width]
    return Pair(truth, bicubic(truth, height // scale, width // scale))
