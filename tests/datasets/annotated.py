"""Annotation files as tools write them, and small pictures that they belong to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.categories import Categories
from skymatte.datasets.drawings import Drawings
from skymatte.datasets.importing import read_drawings
from skymatte.masks.polygons import Points
from tests.scenery import pixels, write_exr, write_other

WIDTH, HEIGHT = 40, 20
UPPER_HALF = [0, 0, 40, 0, 40, 10, 0, 10]
"""A COCO polygon over the upper half of a picture of 40×20."""

BOX = [10, 2, 20, 2, 20, 8, 10, 8]
"""A COCO polygon inside the upper half."""


def half_sky() -> NDArray[np.uint8]:
    """The label that :data:`UPPER_HALF` makes."""
    label = np.zeros((HEIGHT, WIDTH), np.uint8)
    label[:10] = 255
    return label


def write_pictures(folder: Path, *names: str, width: int = WIDTH, height: int = HEIGHT) -> Path:
    """Write pictures of that size, in the formats of their suffixes; returns the folder."""
    for name in names:
        path = folder / name
        write_exr(path, pixels(height, width)) if path.suffix == ".exr" else write_other(path, pixels(height, width))
    return folder


def write_json(path: Path, content: Any) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def coco_image(number: int | str, name: str, width: int | None = WIDTH, height: int | None = HEIGHT) -> dict[str, Any]:
    return {"id": number, "file_name": name, "width": width, "height": height}


def coco_annotation(number: int, image: int | str, segmentation: Any, category: Any = 1) -> dict[str, Any]:
    bare = {"id": number, "image_id": image, "category_id": category, "iscrowd": 0, "area": 1, "bbox": [0, 0, 1, 1]}
    return {**bare, "segmentation": segmentation}


def coco(
    images: list[dict[str, Any]],
    annotations: list[dict[str, Any]],
    categories: tuple[tuple[int, str], ...] = ((1, "sky"), (2, "hole")),
) -> dict[str, Any]:
    listed = [{"id": number, "name": name, "supercategory": ""} for number, name in categories]
    return {"images": images, "categories": listed, "annotations": annotations}


def region(
    number: str,
    value: dict[str, Any],
    label: str | None = "Sky",
    size: tuple[int, int] | None = (WIDTH, HEIGHT),
    kind: str = "polygonlabels",
) -> dict[str, Any]:
    """A region of Label Studio."""
    labels = {} if label is None else {kind: [label]}
    sizes = {} if size is None else {"original_width": size[0], "original_height": size[1], "image_rotation": 0}
    return {"id": number, "type": kind, "from_name": "label", "to_name": "image", "value": {**value, **labels}, **sizes}


def percent(flat: list[int], size: tuple[int, int] = (WIDTH, HEIGHT)) -> dict[str, Any]:
    """A COCO polygon as the value of a region of Label Studio."""
    corners = np.array(flat, float).reshape(-1, 2) * 100 / size
    return {"points": corners.tolist(), "closed": True}


def annotation(number: int, regions: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"id": number, "result": regions, "was_cancelled": False, "ground_truth": False, **more}


def task(number: int, image: str, *annotations: dict[str, Any]) -> dict[str, Any]:
    return {"id": number, "data": {"image": image}, "annotations": list(annotations), "drafts": [], "predictions": []}


def corners(*flat: float) -> Points:
    return np.array(flat, np.float64).reshape(-1, 2)


def read(path: Path, content: Any, **roles: Any) -> Drawings:
    """The drawings of JSON content."""
    return read_drawings(write_json(path, content), Categories(roles))
