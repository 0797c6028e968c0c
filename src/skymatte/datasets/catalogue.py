"""What a folder of labelled pictures holds, before anything is read: one entry a picture."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.files import read_label
from skymatte.picture.model import Projection

_VARIANT = re.compile(r"(_\d+k)?(_\d{1,3})?$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled picture on disk.

    Attributes:
        name: unique in its catalogue; the stem of the picture, in trees with folders below the split preceded by them.
        picture: the file with the pixels.
        label: the file with the label; ``None`` says that there is no sky (interiors).
        place: pictures of one place never stand on both sides of a split.
        projection: how the picture maps the sphere; ``None`` = as the file says.
        stratum: ``open``, ``canopy``, ``negative``, ``puresky``, ``video`` or ``scene``.
        split: ``train``, ``val`` or ``test`` if the data set says so.
        licence: as the data set names it.
        decode: reads ``label`` as H×W uint8 with 255 sky, 0 non-sky, 128 ignore.
    """

    name: str
    picture: Path
    label: Path | None
    place: str
    projection: Projection | None = None
    stratum: str = "open"
    split: str | None = None
    licence: str | None = None
    decode: Callable[[Path], NDArray[np.uint8]] = read_label


def place_of(stem: str) -> str:
    """The place in a picture's name: the stem without resolution and number, ``lakeside_02_4k`` → ``lakeside``."""
    return _VARIANT.sub("", re.sub(r"_\d+k$", "", stem)) or stem
