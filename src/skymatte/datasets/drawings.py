"""What a person drew over one picture, whatever program it was drawn in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.polygons import Points


class Role(StrEnum):
    """What a shape says of its pixels."""

    SKY = "sky"
    HOLE = "hole"
    IGNORE = "ignore"


@dataclass(frozen=True, slots=True)
class Shape:
    """One annotated shape.

    Attributes:
        where: what the annotation file calls it, for messages: ``annotation 12``.
        role: what it says of its pixels.
        polygon: its corners in pixels of the annotated picture, or in percent if the size of that is not known.
        closed: whether the person closed the polygon.
        mask: gives the H×W bool mask in the size of the annotated picture, in the place of a polygon; raises
            LabelError if the file holds no such mask.
    """

    where: str
    role: Role
    polygon: Points | None = None
    closed: bool = True
    mask: Callable[[], NDArray[np.bool_]] | None = None


@dataclass(frozen=True, slots=True)
class Drawing:
    """All shapes over one picture.

    Attributes:
        where: annotation file and what it calls the picture, for messages.
        references: what names the picture: usually one tuple of file names, the surest first; several tuples if the
            file does not say which of them is the picture.
        size: width and height of the picture that was drawn over, if known.
        shapes: what was drawn.
        label: reads the finished label in the place of shapes: H×W uint8, 255 sky, 0 non-sky, 128 ignore.
        problems: why it cannot become a label.
        notes: what a person should know.
    """

    where: str
    references: tuple[tuple[str, ...], ...]
    size: tuple[int, int] | None
    shapes: tuple[Shape, ...] = ()
    label: Callable[[], NDArray[np.uint8]] | None = None
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawings:
    """What an annotation file or folder holds.

    Attributes:
        drawings: one a picture, in the order of the file.
        problems: what belongs to no picture.
        notes: what was left out, and why.
    """

    drawings: tuple[Drawing, ...]
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
