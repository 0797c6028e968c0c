"""One labelled picture of a data set, before anything is read, and what a reader of a layout gives back."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.files import read_label
from skymatte.picture.model import Projection

_VARIANT = re.compile(r"(_\d+k|_\d{1,2}|_crop|_puresky)+$")


@dataclass(frozen=True, slots=True)
class Entry:
    """One labelled picture on disk.

    Attributes:
        name: unique in its catalogue; the stem of the picture, preceded by its folder and ``_`` where stems repeat.
        picture: the file with the pixels.
        label: the file with the label; ``None`` says that there is no sky (interiors).
        place: pictures of one place belong on one side of a split.
        projection: how the picture maps the sphere; ``None`` = as the file says.
        stratum: ``open``, ``canopy``, ``negative``, ``puresky``, ``video`` or ``scene``.
        split: ``train``, ``val`` or ``test`` if the data set says so.
        licence: as the data set names it.
        decode: reads ``label`` as H×W uint8 with 255 sky, 0 non-sky, 128 ignore; a module's function, so that entries
            travel to worker processes.
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


@dataclass(frozen=True, slots=True)
class Listing:
    """What a reader found in a folder.

    Attributes:
        entries: the labelled pictures.
        problems: what must be put right before the folder can be used, each with its file.
        notes: what was left out, and why.
    """

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay out a data set.

    Attributes:
        name: for people.
        looked_for: the files and folders that it is recognised by, for people.
        is_here: whether a folder looks like it; only names of files are looked at.
        read: lists the folder; no picture is opened.
    """

    name: str
    looked_for: str
    is_here: Callable[[Path], bool]
    read: Callable[[Path], Listing]


def place_of(stem: str) -> str:
    """The place in a picture's name: the stem without what tells variants of one place apart.

    Left out at the end are resolution, one- or two-digit number, ``crop`` and ``puresky``, as Poly Haven and our own
    data name them: ``lakeside_02_4k``, ``lakeside_01_puresky_2k`` and ``lakeside_crop`` are all ``lakeside``.
    """
    return _VARIANT.sub("", stem) or stem
