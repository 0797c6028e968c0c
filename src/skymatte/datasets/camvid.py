"""CamVid as the SegNet tutorial lays it out: ``train|val|test/NAME.*`` and ``trainannot|valannot|testannot/NAME.png``.

Eleven classes from 0 and void as 11 (Badrinarayanan, Kendall & Cipolla 2017, "SegNet", and its CamVid folder; frames
by Brostow, Fauqueur & Cipolla 2009).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.class_labels import read_classes
from skymatte.datasets.entry import Entry, Layout, Listing
from skymatte.datasets.pairing import pair_by_stem
from skymatte.picture.model import Projection

_SKY = 0
_VOID = 11
_SPLITS = ("train", "val", "test")


def decode(path: Path) -> NDArray[np.uint8]:
    """Read an annotation as H×W uint8: 255 sky, 0 non-sky, 128 void.

    Raises:
        LabelError: not class numbers 0–11 in 8 bits.
        PictureError: the file cannot be read.
    """
    return read_classes(path, sky=_SKY, void=range(_VOID, _VOID + 1), highest=_VOID)


def _is_here(folder: Path) -> bool:
    return any(_has(folder, split) for split in _SPLITS)


def _has(folder: Path, split: str) -> bool:
    return (folder / split).is_dir() and (folder / f"{split}annot").is_dir()


def _read(folder: Path) -> Listing:
    entries: list[Entry] = []
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    for split in (split for split in _SPLITS if _has(folder, split)):
        pairing = pair_by_stem(folder / split, folder / f"{split}annot")
        entries += (_entry(stem, picture, label, split) for stem, picture, label in pairing.pairs)
        problems, notes = problems + pairing.problems, notes + pairing.notes
    return Listing(tuple(entries), problems, notes)


def _entry(stem: str, picture: Path, label: Path, split: str) -> Entry:
    drive = stem.partition("_")[0]
    return Entry(stem, picture, label, drive, Projection.PERSPECTIVE, "video", split, decode=decode)


LAYOUT: Final = Layout(
    "CamVid", "train/ with trainannot/ (or val/ with valannot/, test/ with testannot/)", _is_here, _read
)
