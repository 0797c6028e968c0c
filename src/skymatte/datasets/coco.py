"""COCO instance annotations (`cocodataset.org <https://cocodataset.org/#format-data>`_), as CVAT, Label Studio and
others write them: polygons, packed and plain run lengths."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from skymatte.datasets.categories import Categories
from skymatte.datasets.drawings import Drawing, Drawings, Role, Shape
from skymatte.datasets.json_files import first_fault, repeated
from skymatte.datasets.picture_names import file_names
from skymatte.errors import LabelError
from skymatte.masks import coco_rle
from skymatte.masks.polygons import Points
from skymatte.picture.limits import MAX_SIDE

_Id = int | str


class _Image(BaseModel):
    id: _Id
    file_name: str = Field(min_length=1)
    width: int | None = Field(None, ge=1, le=MAX_SIDE)
    height: int | None = Field(None, ge=1, le=MAX_SIDE)


class _Annotation(BaseModel):
    id: _Id | None = None
    image_id: _Id
    category_id: int | None = None
    segmentation: Any = None


class _Category(BaseModel):
    id: int
    name: str = ""


_Record = TypeVar("_Record", _Image, _Annotation, _Category)

_RULE: Final = "COCO wants every id once"


def is_coco(content: Any) -> bool:
    """Whether JSON content looks like COCO."""
    return isinstance(content, dict) and isinstance(content.get("images"), list)


def read_coco(path: Path, content: dict[str, Any], categories: Categories) -> Drawings:
    """The drawings of a COCO file; a picture without annotations is drawn on nowhere, so it holds no sky.

    Args:
        path: named in messages.
        content: what is in it.
        categories: what its categories mean.

    Raises:
        LabelError: ``annotations`` or ``categories`` are no lists, or two categories share an id.
    """
    for key in ("annotations", "categories"):
        if not isinstance(content.get(key, []), list):
            raise LabelError(f"{path}: its {key} are no list, so it is no COCO file; export it again")
    problems: list[str] = []
    names = _category_names(path, content.get("categories", []), problems)
    images = _records(path, "image", content["images"], _Image, problems)
    annotations = _records(path, "annotation", content.get("annotations", []), _Annotation, problems)
    twice = repeated(annotation.id for annotation in annotations)
    by_image: dict[_Id, list[_Annotation]] = defaultdict(list)
    for annotation in annotations:
        by_image[annotation.image_id].append(annotation)
    same = repeated(image.id for image in images)
    drawings = tuple(
        _drawing(path, image, by_image.get(image.id, []), same, twice, names, categories) for image in images
    )
    for image_id in by_image.keys() - {image.id for image in images}:
        ids = ", ".join(str(annotation.id) for annotation in by_image[image_id])
        problems.append(f"{path}: annotation {ids}: belongs to image {image_id}, which the file does not list")
    bare = [image.file_name for image in images if image.id not in by_image]
    notes = (f"{path}: without annotations, so taken to hold no sky: {', '.join(bare)}",) if bare else ()
    return Drawings(drawings, tuple(problems), notes)


def _records(path: Path, what: str, items: list[Any], kind: type[_Record], problems: list[str]) -> list[_Record]:
    records = []
    for index, item in enumerate(items):
        try:
            records.append(kind.model_validate(item))
        except ValidationError as error:
            known = item.get("id") if isinstance(item, dict) else None
            which = f"{what} {known}" if known is not None else f"{what} number {index + 1} in the list"
            problems.append(f"{path}: {which}: {first_fault(error)}")
    return records


def _category_names(path: Path, items: list[Any], problems: list[str]) -> dict[int, str]:
    categories = _records(path, "category", items, _Category, problems)
    twice = repeated(category.id for category in categories)
    if twice:
        raise LabelError(f"{path}: category {_listed(twice)} is there more than once, so it may mean anything; {_RULE}")
    return {category.id: category.name for category in categories}


def _drawing(
    path: Path,
    image: _Image,
    annotations: list[_Annotation],
    same_images: set[Any],
    same_annotations: set[Any],
    names: dict[int, str],
    categories: Categories,
) -> Drawing:
    problems: list[str] = []
    if image.id in same_images:
        problems.append(
            f"the file holds several images of the id {image.id}, so its annotations may belong to any; {_RULE}"
        )
    size = (image.width, image.height) if image.width and image.height else None
    if size is None and annotations:
        problems.append("the file does not say its width and height, in whose pixels it was annotated; add them")
    shapes: list[Shape] = []
    for annotation in [] if problems else annotations:
        if annotation.id in same_annotations:
            problems.append(f"annotation {annotation.id}: the file holds several of this id; {_RULE}")
            continue
        try:
            role = _role(annotation, names, categories)
            shapes += _shapes(f"annotation {annotation.id}", role, annotation.segmentation, size or (0, 0))
        except LabelError as error:
            problems.append(f"annotation {annotation.id}: {error}")
    files = file_names(image.file_name) or (image.file_name,)
    where = f"{path}: image {image.id} ({image.file_name})"
    return Drawing(where, (files,), size, tuple(shapes), problems=tuple(problems))


def _role(annotation: _Annotation, names: dict[int, str], categories: Categories) -> Role:
    number = annotation.category_id
    if number is None:
        raise LabelError("has no category; give it one")
    if names and number not in names:
        raise LabelError(f"its category {number} is not among the file's categories ({_listed(names)})")
    name = names.get(number, "")
    role = categories.role(name, number)
    if role is None:
        called = f"{name!r} (number {number})" if name else str(number)
        raise LabelError(
            f"its category {called} means neither sky nor hole; say what it means with --categories, "
            f'as in --categories "{name or number}=hole"'
        )
    return role


def _shapes(where: str, role: Role, segmentation: Any, size: tuple[int, int]) -> list[Shape]:
    if isinstance(segmentation, dict):
        width, height = size
        if segmentation.get("size") != [height, width]:
            raise LabelError(f"its mask has the size {segmentation.get('size')}, its image [{height}, {width}]")
        mask = partial(coco_rle.decode, segmentation.get("counts"), width, height)
        return [Shape(where, role, mask=mask)]
    if not isinstance(segmentation, list | None):
        raise LabelError("its segmentation is neither polygons nor run lengths")
    if not segmentation:
        return [Shape(where, role)]
    flat = all(isinstance(number, int | float) for number in segmentation)
    return [Shape(where, role, _points(numbers)) for numbers in ([segmentation] if flat else segmentation)]


def _points(numbers: Any) -> Points:
    try:
        points = np.asarray(numbers, np.float64)
    except (TypeError, ValueError):
        raise LabelError("its polygon is no list of numbers") from None
    if points.ndim != 1 or points.size % 2:
        raise LabelError(f"its polygon is no list of x, y, x, y, … ({points.size} numbers)")
    return points.reshape(-1, 2)


def _listed(ids: Any) -> str:
    return ", ".join(str(each) for each in sorted(ids, key=str))
