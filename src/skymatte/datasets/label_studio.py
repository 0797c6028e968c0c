"""Label Studio's JSON export (`labelstud.io <https://labelstud.io/guide/export>`_): polygons and brush masks.

Coordinates are in percent of the picture before it was rotated in the editor, so ``image_rotation`` is of no account.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from skymatte.datasets.categories import Categories
from skymatte.datasets.drawings import Drawing, Drawings, Role, Shape
from skymatte.datasets.json_files import repeated
from skymatte.datasets.picture_names import references
from skymatte.errors import LabelError
from skymatte.masks import brush_rle
from skymatte.masks.polygons import Points
from skymatte.picture.limits import MAX_SIDE

_OTHER_SHAPES: Final = ("rectangle", "ellipse", "bitmask", "vector", "magicwand")


def is_label_studio(content: Any) -> bool:
    """Whether JSON content looks like tasks of Label Studio: a list of them, or one."""
    tasks = content if isinstance(content, list) else [content]
    return bool(tasks) and all(isinstance(task, dict) for task in tasks) and ("data" in tasks[0] or _minimal(tasks[0]))


def read_label_studio(path: Path, content: Any, categories: Categories) -> Drawings:
    """The drawings of an export; of each task one annotation that was not cancelled.

    Of several annotations the one marked as ground truth counts, else the latest; tasks without any are left out.
    Predictions and drafts do not count.

    Args:
        path: named in messages.
        content: what is in it.
        categories: what its labels mean.

    Raises:
        LabelError: it is the export "JSON-MIN".
    """
    tasks = content if isinstance(content, list) else [content]
    if any(_minimal(task) for task in tasks):
        raise LabelError(f'{path}: is the export "JSON-MIN", which does not say what was cancelled; export as "JSON"')
    same = repeated(str(task["id"]) for task in tasks if "id" in task)
    drawings, problems, bare = [], [], []
    for index, task in enumerate(tasks):
        name = f"task {task['id']}" if "id" in task else f"task number {index + 1} in the list"
        where = f"{path}: {name}"
        if str(task.get("id")) in same:
            problems.append(f"{where}: the file holds several tasks of this id; was it exported once?")
            continue
        try:
            annotation, notes = _chosen(task)
        except LabelError as error:
            problems.append(f"{where}: {error}")
            continue
        if annotation is None:
            bare.append(name.removeprefix("task "))
        else:
            drawings.append(_drawing(where, task, annotation, notes, categories))
    left_out = (f"{path}: left out, not annotated: task {', '.join(bare)}",) if bare else ()
    return Drawings(tuple(drawings), tuple(problems), left_out)


def _minimal(task: dict[str, Any]) -> bool:
    return "data" not in task and "annotation_id" in task


def _chosen(task: dict[str, Any]) -> tuple[dict[str, Any] | None, tuple[str, ...]]:
    """The annotation that counts, and a note if there were several."""
    annotations = task.get("annotations", task.get("completions", []))
    if not isinstance(annotations, list) or not all(isinstance(each, dict) for each in annotations):
        raise LabelError('its annotations are no list of annotations; export it again as "JSON"')
    valid = [each for each in annotations if not each.get("was_cancelled")]
    if not valid:
        return None, ()
    chosen = max(valid, key=lambda each: (bool(each.get("ground_truth")), str(each.get("updated_at", ""))))
    if len(valid) == 1:
        return chosen, ()
    why = "marked as ground truth" if chosen.get("ground_truth") else "the latest"
    return chosen, (f"has {len(valid)} annotations; {chosen.get('id')} was taken, {why}",)


def _drawing(
    where: str, task: dict[str, Any], annotation: dict[str, Any], notes: tuple[str, ...], categories: Categories
) -> Drawing:
    named = f"annotation {annotation.get('id')}"
    names = references(task)
    problems = [] if names else ["its data names no picture: nothing in it looks like a file name"]
    results = annotation.get("result")
    shapes: list[Shape] = []
    size = None
    try:
        shapes, size = _shapes(results, named, categories, problems)
    except LabelError as error:
        problems.append(f"{named}: {error}")
    return Drawing(where, names, size, tuple(shapes), problems=tuple(problems), notes=notes)


def _shapes(
    results: Any, named: str, categories: Categories, problems: list[str]
) -> tuple[list[Shape], tuple[int, int] | None]:
    if not isinstance(results, list) or not all(isinstance(each, dict) for each in results):
        raise LabelError("its result is no list of regions; export it again")
    regions = [each for each in results if _is_shape(each)]
    labelled = [each for each in regions if _labels(each)]
    known = {_id(each) for each in labelled}
    same = repeated(_id(each) for each in labelled)
    size = _size(regions)
    shapes = []
    for region in regions:
        if _id(region) in known and not _labels(region):
            continue  # the bare shape beside the same shape with its label, of <Labels> with <Polygon> or <Brush>
        where = f"{named}, region {_id(region)}"
        try:
            if _id(region) in same:
                raise LabelError("the annotation holds several regions of this id; was it put together by hand?")
            shapes.append(_shape(where, region, size, categories))
        except LabelError as error:
            problems.append(f"{where}: {error}")
    return shapes, size


def _is_shape(result: dict[str, Any]) -> bool:
    """Whether a result draws something; choices, texts, key points and relations do not."""
    value = result.get("value")
    if not isinstance(value, dict):
        return False
    drawn = {"points", "rle", "radiusX", "imageDataURL", "vertices"} & value.keys()
    kind = str(result.get("type", "")).removesuffix("labels")
    return bool(drawn) or kind in _OTHER_SHAPES or (kind == "" and {"x", "width", "height"} <= value.keys())


def _labels(region: dict[str, Any]) -> list[str]:
    """All labels of a region, whatever the tag that gave them (``polygonlabels``, ``brushlabels``, ``labels``)."""
    lists = (value for key, value in region["value"].items() if key.endswith("labels") and isinstance(value, list))
    return [str(label) for labels in lists for label in labels]


def _size(regions: list[dict[str, Any]]) -> tuple[int, int] | None:
    """Width and height of the picture that was drawn over, which every region repeats."""
    sizes = {_original_size(each) for each in regions} - {None}
    if len(sizes) > 1 or any(each.get("item_index") for each in regions):
        raise LabelError("its regions lie on several pictures; make one task of each picture")
    return sizes.pop() if sizes else None


def _original_size(region: dict[str, Any]) -> tuple[int, int] | None:
    width, height = region.get("original_width"), region.get("original_height")
    if width is None and height is None:
        return None
    if isinstance(width, int) and isinstance(height, int) and 0 < width <= MAX_SIDE and 0 < height <= MAX_SIDE:
        return width, height
    raise LabelError(f"its original size {width}×{height} is no size of a picture")


def _id(region: dict[str, Any]) -> str | None:
    return None if region.get("id") is None else str(region["id"])


def _shape(where: str, region: dict[str, Any], size: tuple[int, int] | None, categories: Categories) -> Shape:
    value, role = region["value"], _role(_labels(region), categories)
    if "rle" in value:
        if size is None:
            raise LabelError("is a brush mask without original_width and original_height, so its shape is not known")
        return Shape(where, role, mask=partial(brush_rle.decode, value["rle"], *size))
    if "points" not in value:
        kind = str(region.get("type", "shape")).removesuffix("labels") or "rectangle"
        raise LabelError(f"is a {kind}; only polygons and brush masks are read: draw it as one of these")
    points = _points(value["points"])
    closed = value.get("closed") is not False
    return Shape(where, role, points * (np.asarray(size) / 100) if size else points, closed)


def _role(labels: list[str], categories: Categories) -> Role:
    roles = {categories.role(label) for label in labels}
    if not labels:
        raise LabelError("has no label; give it one, such as Sky")
    if None in roles:
        raise LabelError(
            f"its label {', '.join(labels)!r} means neither sky nor hole; say what it means with --categories, "
            f'as in --categories "{labels[0]}=hole"'
        )
    if len(roles) > 1:
        raise LabelError(f"its labels {', '.join(labels)} contradict each other; leave one")
    return Role(roles.pop() or "")


def _points(value: Any) -> Points:
    try:
        points = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        points = np.zeros(1)
    if points.size == 0:
        return np.zeros((0, 2))
    if points.ndim != 2 or points.shape[1] != 2:
        raise LabelError("its points are no list of [x, y]")
    return points
