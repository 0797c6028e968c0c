"""Shapes painted into a label."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.drawings import Drawing, Role, Shape
from skymatte.errors import LabelError
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.masks.polygons import SLACK, Points, beyond, defect, draw, mend, stencil

_VALUES: Final = {Role.SKY: SKY, Role.HOLE: 1, Role.IGNORE: IGNORE}
"""What is painted; a hole differs from what nobody drew until all shapes are there."""

_INSIDE: Final = 0.95
"""Share of a shape that must lie in another to be drawn inside it, and not merely across its edge."""

_FARTHEST: Final = 1e7
"""Coordinates are below, or they are no coordinates: the widest pictures have 131072 pixels."""

_MEND: Final = "mend it in the annotation tool, or say --repair to"


@dataclass(frozen=True, slots=True)
class Painted:
    """What became of the shapes.

    Attributes:
        label: H×W uint8, 255 sky, 0 non-sky, 128 ignore; of no use if there are problems.
        problems: shapes that cannot be painted, each with its name.
        notes: shapes that were mended or left out, each with its name.
    """

    label: NDArray[np.uint8]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Stencil:
    """A shape in the pixels of the picture: where it lies, and which pixels there are its own."""

    role: Role
    box: tuple[slice, slice]
    mask: NDArray[np.bool_]
    area: int


def paint(drawing: Drawing, width: int, height: int, *, repair: bool = False) -> Painted:
    """Paint the shapes of a drawing into a label of the picture's size; what nobody drew is non-sky.

    Polygons are scaled to the picture and then filled, so that their edges are as fine as the picture; masks are
    enlarged by nearest neighbour.  A shape inside another (95 % of it) is painted over it, whatever their order in the
    file.  Where shapes only overlap, hole and ignore win over sky.

    Args:
        drawing: of proportions that fit the picture.
        width: of the picture, pixels.
        height: of the picture, pixels.
        repair: cut polygons off at the frame, fill those that cross themselves by the even–odd rule, close open ones
            and leave out empty ones, with a note each, where they are problems otherwise.
    """
    problems: list[str] = []
    notes: list[str] = []
    stencils = []
    for shape in drawing.shapes:
        problem, stencil = _stencil(shape, drawing.size, (width, height), repair)
        if problem:
            (problems if stencil is None else notes).append(f"{shape.where}: {problem}")
        if stencil is not None and stencil.area:
            stencils.append(stencil)
    if problems:
        return Painted(np.zeros((0, 0), np.uint8), tuple(problems), tuple(notes))
    return Painted(_paint(stencils, width, height), (), tuple(notes))


def _paint(stencils: list[_Stencil], width: int, height: int) -> NDArray[np.uint8]:
    canvas = np.zeros((height, width), np.uint8)
    for each in sorted(stencils, key=lambda each: (-each.area, each.role is Role.HOLE)):
        target, mask = canvas[each.box], each.mask
        if each.role is Role.SKY:
            kept = mask & ((target == NON_SKY) | (target == SKY))
            inside = 1 - np.count_nonzero(kept) / each.area >= _INSIDE
            mask = mask if inside else kept
        target[mask] = _VALUES[each.role]
    canvas[canvas == _VALUES[Role.HOLE]] = NON_SKY
    return canvas


def _stencil(
    shape: Shape, drawn: tuple[int, int] | None, size: tuple[int, int], repair: bool
) -> tuple[str, _Stencil | None]:
    """What is wrong with a shape, and the shape in the picture's pixels; ``None`` if it cannot be painted."""
    if shape.mask is not None:
        try:
            mask = _enlarged(shape.mask(), size)
        except LabelError as error:
            return str(error), None
        return ("", _cropped(shape.role, mask)) if mask.any() else _empty(shape.role, "is empty", repair)
    if shape.polygon is None or not len(shape.polygon):
        return _empty(shape.role, "is empty: it has neither polygon nor mask", repair)
    if not (np.abs(shape.polygon) < _FARTHEST).all():  # NaN too
        return "has a corner that is no place in any picture", None
    scale = np.asarray(size, np.float64) / (drawn or (100, 100))
    return _polygon(shape, shape.polygon * scale, size, SLACK * max(1.0, float(scale.max()) if drawn else 1.0), repair)


def _polygon(
    shape: Shape, points: Points, size: tuple[int, int], slack: float, repair: bool
) -> tuple[str, _Stencil | None]:
    problem = defect(points, *size, slack) or ("" if shape.closed else "was never closed")
    if not problem:
        return "", _drawn(shape.role, [points], size)
    if len(points) >= 3 and beyond(points, *size):
        return f"{problem}: was it drawn over another picture, or are its coordinates in another unit?", None
    rings = mend(points, *size)
    if not rings:
        return _empty(shape.role, problem, repair)
    if not repair:
        return f"{problem}; {_MEND} cut it off at the frame and fill it by the even–odd rule", None
    return f"{problem}; mended", _drawn(shape.role, rings, size)


def _empty(role: Role, problem: str, repair: bool) -> tuple[str, _Stencil | None]:
    if not repair:
        return f"{problem}; {_MEND} leave it out", None
    return f"{problem}; left out", _Stencil(role, (slice(0, 0), slice(0, 0)), np.zeros((0, 0), np.bool_), 0)


def _drawn(role: Role, rings: list[Points], size: tuple[int, int]) -> _Stencil:
    if len(rings) == 1:
        box, mask = stencil(rings[0], *size)
        return _Stencil(role, box, mask, int(np.count_nonzero(mask)))
    return _cropped(role, draw(rings, *size))


def _cropped(role: Role, mask: NDArray[np.bool_]) -> _Stencil:
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    box = tuple(slice(int(each[0]), int(each[-1]) + 1) if each.size else slice(0, 0) for each in (rows, columns))
    return _Stencil(role, (box[0], box[1]), mask[box].copy(), int(np.count_nonzero(mask)))


def _enlarged(mask: NDArray[np.bool_], size: tuple[int, int]) -> NDArray[np.bool_]:
    return nearest(mask.view(np.uint8), size).view(np.bool_)


def nearest(values: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """H×W values in another size (width, height), each pixel that of the nearest centre: no value is invented."""
    if values.shape == (size[1], size[0]):
        return values
    return np.asarray(cv2.resize(values, size, interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)
