"""Street scenes with their classes, from a folder laid out as CamVid or Cityscapes."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.catalogue import read_catalogue, recognise
from skymatte.datasets.street_classes import STREET_CLASSES, StreetClasses
from skymatte.errors import DatasetError, LabelError, PictureError
from skymatte.picture.oiio import FORMATS, decode


@dataclass(frozen=True, slots=True)
class Street:
    """One labelled picture.

    Attributes:
        name: for people.
        picture: H×W×3 uint8, as an 8-bit file has it (sRGB).
        classes: H×W uint8, the class or ``VOID``.
    """

    name: str
    picture: NDArray[np.uint8]
    classes: NDArray[np.uint8]


def street_classes(folder: Path) -> StreetClasses:
    """The classes of a folder of street scenes.

    Raises:
        DatasetError: it is laid out neither as CamVid nor as Cityscapes.
    """
    layout = recognise(folder).name
    if layout not in STREET_CLASSES:
        known = " or ".join(STREET_CLASSES)
        raise DatasetError(f"{folder}: is laid out as {layout}; streets are learnt from {known}")
    return STREET_CLASSES[layout]


def read_streets(folder: Path, split: str, *, height: int | None = None, multiple: int = 1) -> list[Street]:
    """All pictures of a split, in the order of the layout.

    Args:
        folder: laid out as CamVid or Cityscapes.
        split: ``train``, ``val`` or ``test``.
        height: larger pictures are shrunk to so many rows, by their area; their labels to the nearest pixel.
        multiple: sides are cut, on the right and below, to multiples of so many pixels.

    Raises:
        DatasetError: it is not, or has no pictures of that split.
        LabelError: a label is of another size or numbering.
        PictureError: a file cannot be read, or is no 8-bit colour picture.
    """
    classes = street_classes(folder)
    entries = [entry for entry in read_catalogue(folder) if entry.split == split]
    if not entries:
        raise DatasetError(f"{folder}: holds no pictures of the split {split}")
    streets = []
    for entry in entries:
        assert entry.label is not None  # noqa: S101 - both layouts have a label for each picture
        picture, labels = _colours(entry.picture), classes.read(entry.label)
        if picture.shape[:2] != labels.shape:
            raise LabelError(
                f"{entry.label}: is {_size(labels)} px, its picture {_size(picture)}; use labels of its size"
            )
        streets.append(_fitted(Street(entry.name, picture, labels), height, multiple))
    return streets


def _colours(path: Path) -> NDArray[np.uint8]:
    if path.suffix.lower() not in FORMATS:
        raise PictureError(f"{path}: is no PNG, JPEG or the like; use the published pictures")
    samples, _, _ = decode(path)
    if samples.dtype != np.uint8 or samples.shape[2] < 3:
        raise PictureError(f"{path}: is no colour picture of 8 bits; use the published pictures")
    return np.ascontiguousarray(samples[..., :3])


def _fitted(street: Street, height: int | None, multiple: int) -> Street:
    picture, classes = street.picture, street.classes
    if height is not None and height < len(picture):
        size = round(picture.shape[1] * height / len(picture)), height
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        classes = np.asarray(cv2.resize(classes, size, interpolation=cv2.INTER_NEAREST), np.uint8)
    rows, columns = (side - side % multiple for side in classes.shape)
    return Street(street.name, picture[:rows, :columns], classes[:rows, :columns])


def _size(pixels: NDArray[np.uint8]) -> str:
    return f"{pixels.shape[1]}×{pixels.shape[0]}"
