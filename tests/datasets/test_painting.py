"""Shapes painted into labels."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets.drawings import Drawing, Role, Shape
from skymatte.datasets.painting import nearest, paint
from skymatte.errors import LabelError
from skymatte.masks.polygons import draw
from tests.datasets.annotated import corners

WIDTH, HEIGHT = 24, 16
ALL = (0, 0, 24, 0, 24, 16, 0, 16)


def box(left: float, top: float, right: float, bottom: float) -> tuple[float, ...]:
    return left, top, right, top, right, bottom, left, bottom


def shape(role: Role, *flat: float, name: str = "annotation 1") -> Shape:
    return Shape(name, role, corners(*flat))


def drawing(*shapes: Shape, size: tuple[int, int] | None = (WIDTH, HEIGHT)) -> Drawing:
    return Drawing("a.json: image 1", (("a.jpg",),), size, shapes)


def painted(*shapes: Shape) -> NDArray[np.uint8]:
    result = paint(drawing(*shapes), WIDTH, HEIGHT)
    assert result.problems == result.notes == ()
    return result.label


def filled(*boxes: tuple[int, tuple[float, ...]]) -> NDArray[np.uint8]:
    """The label of boxes painted one after the other."""
    label = np.zeros((HEIGHT, WIDTH), np.uint8)
    for value, (left, top, right, _, _, bottom, *_) in boxes:
        label[int(top) : int(bottom), int(left) : int(right)] = value
    return label


def test_nothing_drawn_is_no_sky() -> None:
    assert not painted().any()


def test_what_lies_inside_is_painted_over_whatever_the_order() -> None:
    # Sky, a tree crown in it, a gap in the crown, and a leaf in the gap that cannot be judged.
    sky, crown, gap, leaf = ALL, box(4, 2, 20, 14), box(8, 4, 16, 12), box(10, 6, 12, 8)
    shapes = [shape(Role.SKY, *sky), shape(Role.HOLE, *crown), shape(Role.SKY, *gap), shape(Role.IGNORE, *leaf)]
    expected = filled((255, sky), (0, crown), (255, gap), (128, leaf))
    for order in itertools.permutations(shapes):
        assert np.array_equal(painted(*order), expected)


def test_where_shapes_overlap_the_hole_wins() -> None:
    # A house drawn generously, larger than the strip of sky beside it.
    strip, house = box(0, 0, 8, 16), box(5, 3, 24, 16)
    for order in itertools.permutations([shape(Role.SKY, *strip), shape(Role.HOLE, *house)]):
        assert np.array_equal(painted(*order), filled((255, strip), (0, house)))
    haze = [shape(Role.SKY, *strip), shape(Role.IGNORE, *house)]
    assert np.array_equal(painted(*haze), filled((255, strip), (128, house)))


def test_the_same_shape_as_sky_and_hole_is_a_hole() -> None:
    same = box(2, 2, 9, 9)
    for order in itertools.permutations([shape(Role.SKY, *same), shape(Role.HOLE, *same)]):
        assert not painted(*order).any()


def test_a_polygon_is_filled_in_the_size_of_the_picture() -> None:
    triangle = (1, 1, 9, 1, 5, 7)
    label = paint(drawing(shape(Role.SKY, *triangle), size=(12, 8)), WIDTH, HEIGHT).label
    assert np.array_equal(label == 255, draw([2 * corners(*triangle)], WIDTH, HEIGHT))


def test_percent_without_a_size() -> None:
    label = paint(drawing(shape(Role.SKY, *box(0, 0, 100, 50)), size=None), WIDTH, HEIGHT).label
    assert np.array_equal(label, filled((255, box(0, 0, 24, 8))))


@given(st.integers(1, 6))
def test_masks_are_enlarged_by_whole_pixels(factor: int) -> None:
    mask = np.random.default_rng(0).random((8, 12)) < 0.5
    stencil = Shape("annotation 1", Role.SKY, mask=lambda: mask)
    label = paint(drawing(stencil, size=(12, 8)), 12 * factor, 8 * factor).label
    assert np.array_equal(label == 255, np.kron(mask, np.ones((factor, factor), np.bool_)))


def test_values_are_never_mixed() -> None:
    values = np.random.default_rng(0).choice([0, 128, 255], (50, 70)).astype(np.uint8)
    assert set(np.unique(nearest(values, (31, 22)))) <= {0, 128, 255}
    assert nearest(values, (70, 50)) is values


def unreadable() -> NDArray[np.bool_]:
    raise LabelError("its run lengths cover 3 pixels")


UNSOUND = {
    "crosses itself": shape(Role.SKY, 2, 2, 20, 14, 20, 2, 2, 14),
    "reaches beyond the picture": shape(Role.SKY, *box(0, 0, 24, 19)),
    "was never closed": Shape("annotation 1", Role.SKY, corners(*box(1, 1, 9, 9)), closed=False),
    "is empty: it has neither": Shape("annotation 1", Role.SKY),
    "has 2 corner(s)": shape(Role.SKY, 1, 1, 5, 5),
    "encloses nothing": shape(Role.SKY, 1, 1, 5, 5, 9, 9),
    "is empty;": Shape("annotation 1", Role.SKY, mask=lambda: np.zeros((HEIGHT, WIDTH), np.bool_)),
}
BEYOND_REPAIR = {
    "lies outside the picture": shape(Role.SKY, *box(50, 50, 60, 60)),
    "no place in any picture": shape(Role.SKY, 1, 1, np.nan, 1, 5, 5),
    "is no place in any": shape(Role.SKY, 1, 1, 1e300, 1, 5, 5),
    "cover 3 pixels": Shape("annotation 1", Role.SKY, mask=unreadable),
}


@pytest.mark.parametrize("said", [*UNSOUND, *BEYOND_REPAIR])
def test_unsound_shapes_are_problems_with_a_name(said: str) -> None:
    result = paint(drawing((UNSOUND | BEYOND_REPAIR)[said]), WIDTH, HEIGHT)
    (problem,) = result.problems
    assert problem.startswith("annotation 1: ")
    assert said in problem
    assert ("--repair" in problem) == (said in UNSOUND)


@pytest.mark.parametrize("said", UNSOUND)
def test_repair_mends_or_leaves_out_with_a_note(said: str) -> None:
    sound = shape(Role.SKY, *box(0, 14, 24, 16), name="annotation 2")
    result = paint(drawing(UNSOUND[said], sound), WIDTH, HEIGHT, repair=True)
    assert result.problems == ()
    (note,) = result.notes
    assert note.startswith("annotation 1: ")
    assert note.endswith(("; mended", "; left out"))
    assert (result.label[14:] == 255).all()
    assert result.label[:14].any() == note.endswith("; mended")


@pytest.mark.parametrize("said", BEYOND_REPAIR)
def test_what_cannot_be_right_is_not_repaired(said: str) -> None:
    (problem,) = paint(drawing(BEYOND_REPAIR[said]), WIDTH, HEIGHT, repair=True).problems
    assert said in problem
