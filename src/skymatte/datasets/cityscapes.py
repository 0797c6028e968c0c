"""Cityscapes: ``leftImg8bit/SPLIT/CITY/*_leftImg8bit.png`` and ``gtFine/SPLIT/CITY/*_gtFine_labelIds.png``.

Class numbers are the *ids* of the data set's own list (Cordts et al. 2016; labels.py of cityscapesScripts): sky is 23,
0–6 are the category void, 33 is the last.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.class_labels import read_classes
from skymatte.datasets.entry import Entry, Layout, Listing
from skymatte.datasets.pairing import left_out
from skymatte.picture.model import Projection

_PICTURES, _LABELS = "leftImg8bit", "gtFine"
_PICTURE_END, _LABEL_END = "_leftImg8bit.png", "_gtFine_labelIds.png"
_SKY, _VOID, _HIGHEST = 23, range(7), 33
_SPLITS = ("train", "val")


def decode(path: Path) -> NDArray[np.uint8]:
    """Read ``*_labelIds.png`` as H×W uint8: 255 sky, 0 non-sky, 128 void.

    Raises:
        LabelError: not class numbers 0–33 in 8 bits, such as train ids.
        PictureError: the file cannot be read.
    """
    return read_classes(path, sky=_SKY, void=_VOID, highest=_HIGHEST)


def _is_here(folder: Path) -> bool:
    return (folder / _PICTURES).is_dir() and (folder / _LABELS).is_dir()


def _read(folder: Path) -> Listing:
    entries, problems = [], []
    unlabelled: list[str] = []
    for split in _SPLITS:
        pictures = _frames(folder / _PICTURES / split, _PICTURE_END)
        for frame, label in _frames(folder / _LABELS / split, _LABEL_END).items():
            city = label.parent.name
            picture = pictures.pop(frame, None)
            if picture is None:
                wanted = folder / _PICTURES / split / city / (frame + _PICTURE_END)
                problems.append(f"{label}: has no picture {wanted}; unpack {_PICTURES}_trainvaltest.zip completely")
            else:
                entries.append(Entry(frame, picture, label, city, Projection.PERSPECTIVE, "open", split, decode=decode))
        unlabelled += pictures
    notes = left_out("picture(s) without a label", unlabelled)
    if (folder / _PICTURES / "test").is_dir():
        notes += ("left out the split test: its labels are not published",)
    return Listing(tuple(entries), tuple(problems), notes)


def _frames(folder: Path, end: str) -> dict[str, Path]:
    return {path.name.removesuffix(end): path for path in sorted(folder.glob(f"*/*{end}"))}


LAYOUT: Final = Layout("Cityscapes", "leftImg8bit/ with gtFine/", _is_here, _read)
