"""ADE20K, the 150 classes of the scene parsing challenge or the whole of it.

Challenge (Zhou et al. 2017, ADEChallengeData2016): ``images/training|validation/NAME.jpg`` and
``annotations/training|validation/NAME.png``; class 3 of objectInfo150.txt is sky, 0 is everything outside the classes.
Whole (release 2021_17_01): ``images/ADE/training|validation/…/NAME.jpg`` and ``NAME_seg.png`` beside it, whose red and
green hold the class, ⌊R/10⌋·256 + G (Zhou et al. 2019; utils_ade20k.py of the data set): 2420 is sky, 0 unlabelled.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.class_labels import read_classes
from skymatte.datasets.entry import Entry, Layout, Listing
from skymatte.datasets.pairing import left_out, pair_by_stem
from skymatte.errors import LabelError
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.picture.limits import check_file
from skymatte.picture.model import Projection

_SKY, _HIGHEST = 3, 150
_SKY_OF_ALL = 2420
_SPLITS = {"training": "train", "validation": "val"}
_SEGMENTS = "_seg.png"

Decode = Callable[[Path], NDArray[np.uint8]]


def decode(path: Path) -> NDArray[np.uint8]:
    """Read a challenge annotation as H×W uint8: 255 sky, 0 another of the 150 classes, 128 none of them.

    Raises:
        LabelError: not class numbers 0–150 in 8 bits.
        PictureError: the file cannot be read.
    """
    return read_classes(path, sky=_SKY, void=range(1), highest=_HIGHEST)


def decode_segments(path: Path) -> NDArray[np.uint8]:
    """Read ``*_seg.png`` of the whole data set as H×W uint8: 255 sky, 0 another class, 128 unlabelled.

    Raises:
        LabelError: no colour picture of 8 bits.
        PictureError: missing or empty.
    """
    check_file(path)
    colours = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if colours is None or colours.dtype != np.uint8 or colours.ndim != 3 or colours.shape[2] != 3:
        raise LabelError(f"{path}: is no 8-bit RGB picture; unpack it again from the data set")
    classes = colours[..., 2].astype(np.int32) // 10 * 256 + colours[..., 1]
    label = np.where(classes == _SKY_OF_ALL, np.uint8(SKY), np.uint8(NON_SKY))
    label[classes == 0] = IGNORE
    return np.asarray(label, np.uint8)


def _entry(name: str, picture: Path, label: Path, split: str, read: Decode) -> Entry:
    return Entry(name, picture, label, name, Projection.PERSPECTIVE, "open", split, decode=read)


def _challenge_is_here(folder: Path) -> bool:
    return any((folder / "images" / s).is_dir() and (folder / "annotations" / s).is_dir() for s in _SPLITS)


def _read_challenge(folder: Path) -> Listing:
    entries: list[Entry] = []
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    for name, split in _SPLITS.items():
        pictures, labels = folder / "images" / name, folder / "annotations" / name
        if pictures.is_dir() and labels.is_dir():
            pairing = pair_by_stem(pictures, labels)
            entries += (_entry(stem, picture, label, split, decode) for stem, picture, label in pairing.pairs)
            problems, notes = problems + pairing.problems, notes + pairing.notes
    return Listing(tuple(entries), problems, notes)


def _whole_is_here(folder: Path) -> bool:
    return any((folder / "images" / "ADE" / name).is_dir() for name in _SPLITS)


def _read_whole(folder: Path) -> Listing:
    entries, unlabelled = [], []
    for name, split in _SPLITS.items():
        for picture in sorted((folder / "images" / "ADE" / name).rglob("*.jpg")):
            label = picture.with_name(picture.stem + _SEGMENTS)
            if label.is_file():
                entries.append(_entry(picture.stem, picture, label, split, decode_segments))
            else:
                unlabelled.append(picture.stem)
    return Listing(tuple(entries), (), left_out(f"picture(s) without {_SEGMENTS}", unlabelled))


CHALLENGE: Final = Layout(
    "ADE20K challenge", "images/training/ with annotations/training/", _challenge_is_here, _read_challenge
)
WHOLE: Final = Layout("ADE20K", "images/ADE/training/", _whole_is_here, _read_whole)
