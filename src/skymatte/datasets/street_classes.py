"""The classes of street scenes: which numbers of a label file are learnt, and by what names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.picture.oiio import read_gray

VOID: Final = 255
"""Stands for no class: such pixels are neither learnt nor counted."""


@dataclass(frozen=True, slots=True)
class StreetClasses:
    """The classes of one data set.

    Attributes:
        names: of the classes, by the number that they are learnt under.
        numbers: of the same classes in the label files.
        highest: the highest number in the label files; those that are of no class are void.
    """

    names: Sequence[str]
    numbers: Sequence[int]
    highest: int

    @property
    def sky(self) -> int:
        """The sky's number among ``names``."""
        return list(self.names).index("sky")

    def read(self, path: Path) -> NDArray[np.uint8]:
        """Read a label file as H×W uint8: the class from 0, or ``VOID``.

        Raises:
            LabelError: not 8 bits per pixel, not grey, or of another numbering.
            PictureError: the file cannot be read.
        """
        numbers = read_gray(path)
        if numbers.dtype != np.uint8 or numbers.max() > self.highest:
            raise LabelError(
                f"{path}: is no label file with classes from 0 to {self.highest} in 8 bits; is this the published one, "
                "not one of another numbering?"
            )
        table = np.full(256, VOID, np.uint8)
        table[list(self.numbers)] = range(len(self.numbers))
        return np.asarray(table[numbers], np.uint8)


# Badrinarayanan, Kendall & Cipolla 2017, "SegNet", table 2 and the CamVid folder beside it; 11 is void.
_CAMVID = ("sky", "building", "pole", "road", "pavement", "tree", "sign", "fence", "car", "pedestrian", "cyclist")

# Cordts et al. 2016: the 19 classes that are evaluated, by their id in labels.py of cityscapesScripts.
_CITYSCAPES = {
    "road": 7,
    "sidewalk": 8,
    "building": 11,
    "wall": 12,
    "fence": 13,
    "pole": 17,
    "traffic light": 19,
    "traffic sign": 20,
    "vegetation": 21,
    "terrain": 22,
    "sky": 23,
    "person": 24,
    "rider": 25,
    "car": 26,
    "truck": 27,
    "bus": 28,
    "train": 31,
    "motorcycle": 32,
    "bicycle": 33,
}

STREET_CLASSES: Final[dict[str, StreetClasses]] = {
    "CamVid": StreetClasses(_CAMVID, range(len(_CAMVID)), 11),
    "Cityscapes": StreetClasses(tuple(_CITYSCAPES), tuple(_CITYSCAPES.values()), 33),
}
"""By the name of the layout (``skymatte.datasets.catalogue``)."""
