"""Masks to annotations; what is written is read back by others and by ourselves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets.annotation_export import (
    Predicted,
    coco_dataset,
    label_studio_tasks,
    read_predicted,
    write_json,
)
from skymatte.datasets.categories import Categories
from skymatte.datasets.importing import read_drawings
from skymatte.datasets.painting import paint
from skymatte.datasets.picture_index import PictureIndex
from skymatte.errors import LabelError, PictureError
from skymatte.picture.oiio import write_png8
from tests.datasets.annotated import HEIGHT, WIDTH, half_sky, write_pictures
from tests.masks.strategies import coco_decode, masks

SHAPE = (HEIGHT, WIDTH)


def leaves() -> NDArray[np.bool_]:
    """Sky with a crown in it, gaps in the crown, and a twig across a gap."""
    mask = np.asarray(half_sky() == 255)
    mask[2:14, 8:30] = False
    mask[4:9, 11:20] = True
    mask[6, 12:19] = False
    return mask


def annotated(tasks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The predictions as a person would submit them unchanged."""
    return [
        {"id": number, "data": each["data"], "annotations": [{"id": number, **each["predictions"][0]}]}
        for number, each in enumerate(tasks, start=1)
    ]


def exported(kind: str, shapes: Any, mask: NDArray[np.bool_], tolerance: float = 0) -> Any:
    predicted = [Predicted("shoot/a.jpg", mask)]
    if kind == "coco":
        return coco_dataset(predicted, shapes=shapes, tolerance=tolerance)
    return annotated(
        list(label_studio_tasks(predicted, shapes=shapes, tolerance=tolerance, prefix="/data/local-files/?d="))
    )


def again(path: Path, content: Any) -> NDArray[np.uint8]:
    """What an import makes of it."""
    write_json(path, content)
    (drawing,) = read_drawings(path, Categories()).drawings
    assert drawing.problems == ()
    assert drawing.references == (("shoot/a.jpg",),)
    painted = paint(drawing, WIDTH, HEIGHT)
    assert painted.problems == painted.notes == ()
    return painted.label


@pytest.mark.parametrize("kind", ["coco", "label-studio"])
@pytest.mark.parametrize("shapes", ["polygons", "rle"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(mask=st.just(leaves()) | masks(SHAPE))
def test_there_and_back_exactly(tmp_path: Path, kind: str, shapes: str, mask: NDArray[np.bool_]) -> None:
    label = again(tmp_path / "a.json", exported(kind, shapes, mask))
    assert np.array_equal(label, np.where(mask, 255, 0))


@pytest.mark.parametrize("kind", ["coco", "label-studio"])
def test_a_tolerance_changes_edges_only(tmp_path: Path, kind: str) -> None:
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    mask = ((x - 20) / 16) ** 2 + ((y - 10) / 8) ** 2 < 1
    rough, exact = (exported(kind, "polygons", mask, tolerance) for tolerance in (0.7, 0))
    label = again(tmp_path / "a.json", rough) == 255
    assert (label & mask).sum() / (label | mask).sum() > 0.9
    assert len(json.dumps(rough)) < len(json.dumps(exact))


def test_coco_run_lengths_are_what_pycocotools_reads() -> None:
    mask = leaves()
    dataset = coco_dataset(
        [Predicted("a.jpg", mask), Predicted("b.jpg", np.zeros_like(mask))], shapes="rle", tolerance=1
    )
    assert dataset["images"] == [
        {"id": 1, "file_name": "a.jpg", "width": WIDTH, "height": HEIGHT},
        {"id": 2, "file_name": "b.jpg", "width": WIDTH, "height": HEIGHT},
    ]
    (one,) = dataset["annotations"]
    assert np.array_equal(coco_decode(one["segmentation"]), mask)
    assert (one["id"], one["image_id"], one["category_id"], one["iscrowd"]) == (1, 1, 1, 1)
    assert one["area"] == mask.sum()
    assert one["bbox"] == [0, 0, 40, 10]


def test_coco_polygons_have_ids_areas_and_boxes() -> None:
    dataset = coco_dataset([Predicted("a.jpg", leaves())] * 2, shapes="polygons", tolerance=0)
    annotations = dataset["annotations"]
    assert [each["id"] for each in annotations] == list(range(1, len(annotations) + 1))
    assert {each["image_id"] for each in annotations} == {1, 2}
    crown = next(each for each in annotations if each["category_id"] == 1)
    assert crown["area"] == 40 * 10 - 22 * 8  # the crown opens to the ground, so it is no hole
    assert crown["bbox"] == [0, 0, 40, 10]
    assert [each["area"] for each in annotations if each["category_id"] == 2] == [7, 7]  # the twig


def test_label_studio_regions_are_complete() -> None:
    (task,) = label_studio_tasks(
        [Predicted("a b/c.jpg", leaves())], shapes="polygons", tolerance=0, prefix="http://h/x/"
    )
    assert task["data"] == {"image": "http://h/x/a%20b/c.jpg"}
    (prediction,) = task["predictions"]
    assert prediction["model_version"].startswith("skymatte-")
    regions = prediction["result"]
    assert len({each["id"] for each in regions}) == len(regions)
    for each in regions:
        assert (each["from_name"], each["to_name"], each["type"]) == ("label", "image", "polygonlabels")
        assert (each["original_width"], each["original_height"], each["image_rotation"]) == (WIDTH, HEIGHT, 0)
        assert each["value"]["closed"] is True
        assert np.array(each["value"]["points"]).min() >= 0
        assert np.array(each["value"]["points"]).max() <= 100
    assert [each["value"]["polygonlabels"] for each in regions] == [["Sky"], ["Sky"], ["Hole"]]


def test_the_live_sdk_reads_the_tasks() -> None:
    pytest.importorskip("label_studio_sdk", reason="the oracle label-studio-sdk is not installed")
    from label_studio_sdk.converter.brush import decode_from_annotation
    from label_studio_sdk.label_interface import LabelInterface

    config = (
        '<View><Image name="image" value="$image"/>'
        '<{0} name="label" toName="image"><Label value="Sky"/><Label value="Hole"/></{0}></View>'
    )
    for shapes, tag in (("polygons", "PolygonLabels"), ("rle", "BrushLabels")):
        (task,) = label_studio_tasks([Predicted("a.jpg", leaves())], shapes=shapes, tolerance=0, prefix="")  # type: ignore[arg-type]
        interface = LabelInterface(config.format(tag))
        assert interface.validate_prediction(task["predictions"][0], return_errors=True) == []
    region = task["predictions"][0]["result"][0]
    flat = {**region["value"], "type": "brushlabels", "original_width": WIDTH, "original_height": HEIGHT}
    (layer,) = decode_from_annotation("label", [flat]).values()
    assert np.array_equal(layer > 0, leaves())


def test_masks_are_brought_to_the_size_that_people_see(tmp_path: Path) -> None:
    pictures = PictureIndex(write_pictures(tmp_path / "pictures", "sub/a.jpg", width=20, height=10))
    write_png8(tmp_path / "a.mask.png", half_sky())
    predicted = read_predicted(tmp_path / "a.mask.png", pictures)
    assert predicted.name == "sub/a.jpg"
    assert np.array_equal(predicted.mask, half_sky()[::2, ::2] == 255)


def test_ignored_pixels_are_for_people_to_decide(tmp_path: Path) -> None:
    pictures = PictureIndex(write_pictures(tmp_path / "pictures", "a.jpg"))
    write_png8(tmp_path / "a.png", np.full(SHAPE, 128, np.uint8))
    assert not read_predicted(tmp_path / "a.png", pictures).mask.any()


def test_masks_that_fit_no_picture(tmp_path: Path) -> None:
    pictures = PictureIndex(write_pictures(tmp_path / "pictures", "a.jpg"))
    write_png8(tmp_path / "a.png", np.zeros((40, 40), np.uint8))
    write_png8(tmp_path / "b.png", np.zeros(SHAPE, np.uint8))
    with pytest.raises(LabelError, match=r"a\.png: is 40×40, but .*a\.jpg is 40×20: other proportions"):
        read_predicted(tmp_path / "a.png", pictures)
    with pytest.raises(PictureError, match="is called b"):
        read_predicted(tmp_path / "b.png", pictures)
