"""Masks into annotations that people can go on from: Label Studio's pre-annotations, and COCO."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote

import numpy as np
import shapely
from numpy.typing import NDArray

from skymatte import __version__
from skymatte.datasets.painting import nearest
from skymatte.datasets.picture_index import PictureIndex
from skymatte.datasets.proportions import same_proportions
from skymatte.errors import LabelError
from skymatte.masks import brush_rle, coco_rle
from skymatte.masks.files import read_label
from skymatte.masks.labels import SKY
from skymatte.masks.matching import stem_of
from skymatte.masks.outlines import outline
from skymatte.masks.polygons import Points
from skymatte.picture.atomic import replacing
from skymatte.picture.size import read_size

Shapes = Literal["polygons", "rle"]

CONTROL_TAG: Final = "label"
"""Name of the control tag in the labelling configuration: ``<PolygonLabels name="label" toName="image">``."""

IMAGE_TAG: Final = "image"
"""Name of the object tag, and key of the picture in the data of a task: ``<Image name="image" value="$image"/>``."""

_MODEL: Final = f"skymatte-{__version__}"
_SKY, _HOLE = 1, 2
_CATEGORIES: Final = [{"id": _SKY, "name": "sky"}, {"id": _HOLE, "name": "hole"}]


@dataclass(frozen=True, slots=True)
class Predicted:
    """A mask and the picture that annotators will see.

    Attributes:
        name: path of the picture below the folder of pictures, with ``/``.
        mask: H×W bool in the size of that picture, True = sky.
    """

    name: str
    mask: NDArray[np.bool_]


def read_predicted(mask: Path, pictures: PictureIndex) -> Predicted:
    """A mask, brought to the size of the picture that annotators will see by nearest neighbour.

    What a label ignores is exported as non-sky, for annotators to decide.

    Raises:
        LabelError: no mask, or of other proportions than the picture.
        PictureError: no picture of that name, or one that cannot be read.
    """
    label = read_label(mask)
    picture = pictures.find((f"{stem_of(mask)}.png",))
    size, own = read_size(picture), (label.shape[1], label.shape[0])
    if not same_proportions(own, size):
        raise LabelError(
            f"{mask}: is {own[0]}×{own[1]}, but {picture} is {size[0]}×{size[1]}: other proportions, "
            "so not of one picture; check that the names match"
        )
    return Predicted(picture.relative_to(pictures.folder).as_posix(), nearest(label, size) == SKY)


def label_studio_tasks(
    predicted: Iterable[Predicted], *, shapes: Shapes, tolerance: float, prefix: str
) -> Iterator[dict[str, Any]]:
    """One task with a prediction per mask, to be imported into a Label Studio project.

    Polygons are labelled Sky and, where they enclose something, Hole; the import paints what lies inside over what
    lies around it.  Brush masks are labelled Sky.

    Args:
        predicted: the masks.
        shapes: polygons, which people can edit, or brush masks, which are exact.
        tolerance: see :func:`skymatte.masks.outlines.outline`; brush masks stay exact.
        prefix: what comes before a picture's name in its address.
    """
    for each in predicted:
        height, width = each.mask.shape
        ids = count(1)
        if shapes == "polygons":
            results = [
                _region(next(ids), each.mask.shape, "polygonlabels", label, {"points": _percent(ring, width, height)})
                for label, ring in _rings(each.mask, tolerance)
            ]
        else:
            value = {"format": "rle", "rle": brush_rle.encode(each.mask)}
            results = [_region(next(ids), each.mask.shape, "brushlabels", "Sky", value)] if each.mask.any() else []
        address = prefix + quote(each.name) if prefix else each.name
        yield {"data": {IMAGE_TAG: address}, "predictions": [{"model_version": _MODEL, "result": results}]}


def coco_dataset(predicted: Iterable[Predicted], *, shapes: Shapes, tolerance: float) -> dict[str, Any]:
    """A COCO data set of all masks: category 1 is sky, 2 are holes in it.

    As run lengths each picture has one exact annotation, marked ``iscrowd`` as COCO does with run lengths.

    Args:
        predicted: the masks.
        shapes: polygons or run lengths.
        tolerance: see :func:`skymatte.masks.outlines.outline`; run lengths stay exact.
    """
    images: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    for number, each in enumerate(predicted, start=1):
        height, width = each.mask.shape
        images.append({"id": number, "file_name": each.name, "width": width, "height": height})
        found = _coco_polygons(each.mask, tolerance) if shapes == "polygons" else _coco_runs(each.mask)
        annotations += [{"id": len(annotations) + i, "image_id": number, **one} for i, one in enumerate(found, start=1)]
    info = {"description": "sky masks", "contributor": _MODEL}
    return {"info": info, "images": images, "categories": _CATEGORIES, "annotations": annotations}


def write_json(path: Path, content: Any) -> None:
    """Write JSON, whole or not at all.

    Raises:
        OutputError: it cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")) + "\n", encoding="utf-8")


def _rings(mask: NDArray[np.bool_], tolerance: float) -> Iterator[tuple[str, Points]]:
    for region in outline(mask, tolerance):
        yield "Sky", region.shell
        yield from (("Hole", hole) for hole in region.holes)


def _percent(ring: Points, width: int, height: int) -> list[list[float]]:
    corners: list[list[float]] = np.round(ring * 100 / (width, height), 8).tolist()
    return corners


def _region(number: int, shape: tuple[int, ...], kind: str, label: str, value: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"skymatte-{number}",
        "type": kind,
        "from_name": CONTROL_TAG,
        "to_name": IMAGE_TAG,
        "original_width": shape[1],
        "original_height": shape[0],
        "image_rotation": 0,
        "value": {**value, kind: [label]} | ({"closed": True} if kind == "polygonlabels" else {}),
    }


def _coco_polygons(mask: NDArray[np.bool_], tolerance: float) -> Iterator[dict[str, Any]]:
    for label, ring in _rings(mask, tolerance):
        low, high = ring.min(axis=0), ring.max(axis=0)
        yield {
            "category_id": _SKY if label == "Sky" else _HOLE,
            "segmentation": [ring.ravel().tolist()],
            "area": float(shapely.Polygon(ring).area),
            "bbox": [*low.tolist(), *(high - low).tolist()],
            "iscrowd": 0,
        }


def _coco_runs(mask: NDArray[np.bool_]) -> Iterator[dict[str, Any]]:
    if not mask.any():
        return
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    yield {
        "category_id": _SKY,
        "segmentation": {"size": list(mask.shape), "counts": coco_rle.encode(mask)},
        "area": int(np.count_nonzero(mask)),
        "bbox": [left, top, int(columns[-1]) - left + 1, int(rows[-1]) - top + 1],
        "iscrowd": 1,
    }
