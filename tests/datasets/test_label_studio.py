"""Exports of Label Studio, sound and not; its SDK is the oracle."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.datasets.painting import paint
from skymatte.errors import LabelError
from skymatte.masks import brush_rle
from tests.datasets.annotated import (
    BOX,
    HEIGHT,
    UPPER_HALF,
    WIDTH,
    annotation,
    half_sky,
    percent,
    read,
    region,
    task,
)

GOLDEN = json.loads(Path(__file__).with_name("label_studio_golden.json").read_text(encoding="utf-8"))
SKY = region("r1", percent(UPPER_HALF))
HOLE = region("r2", percent(BOX), "Hole")
UPLOAD = "/data/upload/1/0a1b2c3d-a.jpg"


def export(tmp_path: Path, *annotations: dict[str, Any], **more: Any) -> Any:
    return read(tmp_path / "a.json", [task(1, UPLOAD, *annotations)], **more)


def label_of(tmp_path: Path, *regions: dict[str, Any]) -> NDArray[np.uint8]:
    (drawing,) = export(tmp_path, annotation(1, list(regions))).drawings
    assert drawing.problems == ()
    return paint(drawing, WIDTH, HEIGHT).label


def test_polygons(tmp_path: Path) -> None:
    expected = half_sky()
    expected[2:8, 10:20] = 0
    assert np.array_equal(label_of(tmp_path, HOLE, SKY), expected)


def test_an_export_and_what_the_sdk_makes_of_it(tmp_path: Path) -> None:
    ours = read(tmp_path / "export.json", GOLDEN["tasks"]).drawings
    theirs = read(tmp_path / "coco.json", GOLDEN["coco"]).drawings
    for one, other in zip(ours, theirs, strict=True):
        assert one.references == other.references
        assert one.size == other.size is not None
        assert one.size
        label = paint(one, *one.size).label
        assert 0.1 < (label == 255).mean() < 0.9
        assert np.array_equal(label, paint(other, *one.size).label)


def test_brush_masks(tmp_path: Path) -> None:
    mask = np.random.default_rng(0).random((HEIGHT, WIDTH)) < 0.5
    value = {"format": "rle", "rle": brush_rle.encode(mask)}
    assert np.array_equal(label_of(tmp_path, region("r1", value, kind="brushlabels")) == 255, mask)


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_rotating_the_view_changes_nothing(tmp_path: Path, rotation: int) -> None:
    assert np.array_equal(label_of(tmp_path, SKY | {"image_rotation": rotation}), half_sky())


def test_labels_given_by_a_tag_of_their_own(tmp_path: Path) -> None:
    # <Labels> with <Polygon>: the shape comes twice under one id, bare and with its label.
    bare = region("r1", percent(UPPER_HALF), None, kind="polygon")
    labelled = region("r1", percent(UPPER_HALF), kind="labels")
    assert np.array_equal(label_of(tmp_path, bare, labelled), half_sky())


def test_what_is_no_shape_is_passed_over(tmp_path: Path) -> None:
    choice = {"id": "r1", "type": "choices", "value": {"choices": ["dusk"]}, "from_name": "c", "to_name": "image"}
    relation = {"type": "relation", "from_id": "r1", "to_id": "r2"}
    point = region("r9", {"x": 5, "y": 5, "width": 0.3}, kind="keypointlabels")
    assert np.array_equal(label_of(tmp_path, SKY, choice, relation, point), half_sky())


def test_an_annotation_without_regions_says_no_sky(tmp_path: Path) -> None:
    assert not label_of(tmp_path).any()


def test_cancelled_annotations_do_not_count(tmp_path: Path) -> None:
    (drawing,) = export(tmp_path, annotation(1, [HOLE]) | {"was_cancelled": True}, annotation(2, [SKY])).drawings
    assert [shape.where for shape in drawing.shapes] == ["annotation 2, region r1"]
    assert drawing.notes == ()


@pytest.mark.parametrize(
    ("more", "why"),
    [({"ground_truth": True, "updated_at": "2020"}, "marked as ground truth"), ({"updated_at": "2027"}, "the latest")],
)
def test_of_several_annotations_one_counts_and_is_named(tmp_path: Path, more: dict[str, Any], why: str) -> None:
    others = [annotation(number, [HOLE], updated_at=f"202{number}-05-01T10:00:00Z") for number in (1, 3)]
    (drawing,) = export(tmp_path, others[0], annotation(2, [SKY], **more), others[1]).drawings
    assert [shape.where for shape in drawing.shapes] == ["annotation 2, region r1"]
    assert drawing.notes == (f"has 3 annotations; 2 was taken, {why}",)


def test_tasks_without_annotation_are_left_out_and_named(tmp_path: Path) -> None:
    skipped = annotation(1, []) | {"was_cancelled": True}
    tasks = [task(1, "a.jpg", annotation(9, [SKY])), task(2, "b.jpg"), task(3, "c.jpg", skipped)]
    read_ = read(tmp_path / "a.json", tasks)
    assert len(read_.drawings) == 1
    assert read_.notes == (f"{tmp_path / 'a.json'}: left out, not annotated: task 2, 3",)


def test_a_single_task_and_old_exports(tmp_path: Path) -> None:
    single = task(1, UPLOAD, annotation(1, [SKY]))
    assert len(read(tmp_path / "a.json", single).drawings) == 1
    old = {"id": 1, "data": {"image": UPLOAD}, "completions": [annotation(1, [SKY])]}
    assert len(read(tmp_path / "a.json", [old]).drawings[0].shapes) == 1


@pytest.mark.parametrize(
    ("regions", "said"),
    [
        ([region("r1", percent(BOX), "Tree")], "region r1: its label 'Tree' means neither sky nor hole"),
        ([region("r1", percent(BOX), None)], "region r1: has no label"),
        ([region("r1", percent(BOX) | {"labels": ["Hole"]})], "region r1: its labels Hole, Sky contradict"),
        ([SKY, SKY], "region r1: the annotation holds several regions of this id"),
        ([region("r1", {"points": [1, 2, 3]})], "region r1: its points are no list of [x, y]"),
        ([region("r1", {"points": [["a", 1]]})], "region r1: its points are no list of [x, y]"),
        (
            [region("r1", {"x": 1, "y": 1, "width": 9, "height": 9, "rotation": 0}, kind="rectanglelabels")],
            "region r1: is a rectangle; only polygons and brush masks are read",
        ),
        ([region("r1", {"imageDataURL": "data:,"}, kind="bitmasklabels")], "region r1: is a bitmask; only"),
        (
            [region("r1", {"rle": [1]}, size=None, kind="brushlabels")],
            "region r1: is a brush mask without original_width",
        ),
        ([SKY, region("r2", percent(BOX), "Hole", (80, 40))], "its regions lie on several pictures"),
        ([SKY, HOLE | {"item_index": 1}], "its regions lie on several pictures"),
        ([region("r1", percent(BOX), size=(0, 20))], "its original size 0×20 is no size of a picture"),
        ([region("r1", percent(BOX), size=(10**9, 20))], "its original size 1000000000×20 is no size of a picture"),
    ],
)
def test_wrong_regions_are_named(tmp_path: Path, regions: list[dict[str, Any]], said: str) -> None:
    (drawing,) = export(tmp_path, annotation(31, regions)).drawings
    assert drawing.where == f"{tmp_path / 'a.json'}: task 1"
    assert drawing.problems
    for problem in drawing.problems:
        assert problem.startswith("annotation 31")
        assert said in problem


@pytest.mark.parametrize("result", [None, {}, "abc", [1], [None]])
def test_a_result_that_is_none(tmp_path: Path, result: Any) -> None:
    (drawing,) = export(tmp_path, annotation(31, result)).drawings
    assert drawing.problems == ("annotation 31: its result is no list of regions; export it again",)


def test_tasks_that_are_there_twice_or_broken(tmp_path: Path) -> None:
    tasks = [task(1, "a.jpg", annotation(1, [SKY])), task(1, "b.jpg"), task(2, "c.jpg", annotation(3, [SKY]))]
    tasks.append({"id": 4, "data": {"image": "d.jpg"}, "annotations": "none"})
    read_ = read(tmp_path / "a.json", tasks)
    assert [drawing.where for drawing in read_.drawings] == [f"{tmp_path / 'a.json'}: task 2"]
    path = tmp_path / "a.json"
    assert [problem.removeprefix(f"{path}: ") for problem in read_.problems] == [
        "task 1: the file holds several tasks of this id; was it exported once?",
        "task 1: the file holds several tasks of this id; was it exported once?",
        'task 4: its annotations are no list of annotations; export it again as "JSON"',
    ]


def test_a_task_that_names_no_picture(tmp_path: Path) -> None:
    nameless = task(1, "", annotation(1, [SKY])) | {"data": {"text": "no file here"}}
    (drawing,) = read(tmp_path / "a.json", [nameless]).drawings
    assert drawing.problems == ("its data names no picture: nothing in it looks like a file name",)


def test_the_export_json_min_is_refused_by_name(tmp_path: Path) -> None:
    minimal = {"image": UPLOAD, "id": 1, "label": [], "annotator": 1, "annotation_id": 1}
    with pytest.raises(LabelError, match="JSON-MIN"):
        read(tmp_path / "a.json", [minimal])


def test_nothing_annotated_at_all_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="holds no annotated picture; left out, not annotated: task 1, 2"):
        read(tmp_path / "a.json", [task(1, "a.jpg"), task(2, "b.jpg")])
