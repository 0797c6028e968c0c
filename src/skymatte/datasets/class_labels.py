"""Labels of data sets with many classes, one number each: the sky's class is sky, the void classes say nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.picture.oiio import read_gray


def read_classes(path: Path, *, sky: int, void: range, highest: int) -> NDArray[np.uint8]:
    """Read an 8-bit grey file of class numbers as H×W uint8: 255 sky, 0 non-sky, 128 ignore.

    Args:
        path: the label file.
        sky: number of the class sky.
        void: numbers that stand for no class; they become ignore.
        highest: the highest number in use.

    Raises:
        LabelError: not 8 bits per pixel, not grey, or numbers above ``highest``.
        PictureError: the file cannot be read.
    """
    classes = read_gray(path)
    if classes.dtype != np.uint8:
        raise LabelError(f"{path}: class labels have 8 bits per pixel, not 16; is this the right file?")
    if classes.max() > highest:
        raise LabelError(
            f"{path}: holds the class {classes.max()}, where classes go from 0 to {highest}; "
            "is this the published label file, not one of another numbering?"
        )
    table = np.full(256, NON_SKY, np.uint8)
    table[void.start : void.stop] = IGNORE
    table[sky] = SKY
    return np.asarray(table[classes], np.uint8)
