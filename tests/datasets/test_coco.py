"""COCO files, sound and not; pycocotools is the oracle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools import mask as rle

from skymatte.datasets.painting import paint
from skymatte.errors import LabelError
from tests.datasets.annotated import (
    BOX,
    HEIGHT,
    UPPER_HALF,
    WIDTH,
    coco,
    coco_annotation,
    coco_image,
    half_sky,
    read,
)
from tests.masks.strategies import coco_decode

IMAGE = coco_image(1, "a.jpg")


def test_several_categories(tmp_path: Path) -> None:
    content = coco([IMAGE], [coco_annotation(1, 1, [BOX], 2), coco_annotation(2, 1, [UPPER_HALF], 1)])
    (drawing,) = read(tmp_path / "a.json", content).drawings
    expected = half_sky()
    expected[2:8, 10:20] = 0
    assert np.array_equal(paint(drawing, WIDTH, HEIGHT).label, expected)
    assert drawing.size == (WIDTH, HEIGHT)


def test_every_kind_of_segmentation_as_pycocotools_reads_it(tmp_path: Path) -> None:
    parts = [[1.5, 2.5, 18.2, 3.1, 9.9, 15.7], [25.3, 4.4, 38.6, 1.2, 33.3, 18.8]]
    packed = rle.merge(rle.frPyObjects(parts, HEIGHT, WIDTH))
    expected = coco_decode(packed)
    column_runs = np.diff(np.flatnonzero(np.diff(expected.T.ravel(), prepend=False, append=not expected[-1, -1])))
    first = int(np.flatnonzero(expected.T.ravel())[0])
    counts = [first, *column_runs.tolist()]
    texts = {"size": [HEIGHT, WIDTH], "counts": packed["counts"].decode("ascii")}
    for segmentation in (parts, texts, {"size": [HEIGHT, WIDTH], "counts": counts}):
        (drawing,) = read(tmp_path / "a.json", coco([IMAGE], [coco_annotation(1, 1, segmentation)])).drawings
        assert np.array_equal(paint(drawing, WIDTH, HEIGHT).label == 255, expected), segmentation


def test_without_names_1_is_sky_and_2_a_hole(tmp_path: Path) -> None:
    content = {"images": [IMAGE], "annotations": [coco_annotation(1, 1, [UPPER_HALF]), coco_annotation(2, 1, [BOX], 2)]}
    (drawing,) = read(tmp_path / "a.json", content).drawings
    assert [str(shape.role) for shape in drawing.shapes] == ["sky", "hole"]


def test_label_studio_numbers_from_0_by_name(tmp_path: Path) -> None:
    content = coco(
        [IMAGE], [coco_annotation(1, 1, [UPPER_HALF], 1), coco_annotation(2, 1, [BOX], 0)], ((0, "Hole"), (1, "Sky"))
    )
    (drawing,) = read(tmp_path / "a.json", content).drawings
    assert [str(shape.role) for shape in drawing.shapes] == ["sky", "hole"]


def test_names_with_folders_and_upload_prefixes(tmp_path: Path) -> None:
    names = ["shoot/a.jpg", "images/0a1b2c3d-a.jpg", "..\\upload\\a.jpg", "frame_000001"]
    content = coco([coco_image(number, name) for number, name in enumerate(names)], [])
    references = [drawing.references for drawing in read(tmp_path / "a.json", content).drawings]
    assert references == [
        (("shoot/a.jpg",),),
        (("images/0a1b2c3d-a.jpg", "images/a.jpg"),),
        (("../upload/a.jpg",),),
        (("frame_000001",),),
    ]


def test_an_image_without_annotations_has_no_sky_and_is_named(tmp_path: Path) -> None:
    read_ = read(tmp_path / "a.json", coco([IMAGE, coco_image(2, "b.jpg")], [coco_annotation(1, 1, [UPPER_HALF])]))
    assert [len(drawing.shapes) for drawing in read_.drawings] == [1, 0]
    (note,) = read_.notes
    assert note == f"{tmp_path / 'a.json'}: without annotations, so taken to hold no sky: b.jpg"


@pytest.mark.parametrize(
    ("annotation", "said"),
    [
        (
            coco_annotation(7, 1, [UPPER_HALF], 3),
            "annotation 7: its category 3 is not among the file's categories (1, 2)",
        ),
        (coco_annotation(7, 1, [UPPER_HALF], None), "annotation 7: has no category"),
        (coco_annotation(7, 1, [[1, 2, 3, 4, 5]]), "annotation 7: its polygon is no list of x, y, x, y, … (5 numbers)"),
        (coco_annotation(7, 1, [["a", "b"]]), "annotation 7: its polygon is no list of numbers"),
        (coco_annotation(7, 1, [[[1, 2], [3, 4]]]), "annotation 7: its polygon is no list of x, y, x, y"),
        (coco_annotation(7, 1, "abc"), "annotation 7: its segmentation is neither polygons nor run lengths"),
        (
            coco_annotation(7, 1, {"size": [WIDTH, HEIGHT], "counts": "d0"}),
            "annotation 7: its mask has the size [40, 20], its image [20, 40]",
        ),
    ],
)
def test_a_wrong_annotation_is_named(tmp_path: Path, annotation: dict[str, Any], said: str) -> None:
    content = coco([IMAGE, coco_image(2, "b.jpg")], [annotation, coco_annotation(8, 2, [UPPER_HALF])])
    wrong, sound = read(tmp_path / "a.json", content).drawings
    assert wrong.where == f"{tmp_path / 'a.json'}: image 1 (a.jpg)"
    assert [problem.startswith(said) for problem in wrong.problems] == [True], wrong.problems
    assert sound.problems == ()


def test_an_unknown_category_says_how_to_tell_it(tmp_path: Path) -> None:
    content = coco([IMAGE], [coco_annotation(7, 1, [UPPER_HALF], 5)], ((5, "Tree"),))
    (drawing,) = read(tmp_path / "a.json", content).drawings
    (problem,) = drawing.problems
    assert "its category 'Tree' (number 5) means neither sky nor hole" in problem
    assert '--categories "Tree=hole"' in problem
    assert read(tmp_path / "a.json", content, Tree="hole").drawings[0].problems == ()


def test_ids_that_are_there_twice(tmp_path: Path) -> None:
    images = [coco_image(1, "a.jpg"), coco_image(1, "b.jpg"), coco_image(2, "c.jpg"), coco_image(3, "d.jpg")]
    annotations = [
        coco_annotation(5, 2, [UPPER_HALF]),
        coco_annotation(5, 2, [BOX], 2),
        coco_annotation(6, 3, [UPPER_HALF]),
    ]
    drawings = read(tmp_path / "a.json", coco(images, annotations)).drawings
    assert ["several images of the id 1" in "".join(drawing.problems) for drawing in drawings] == [
        True,
        True,
        False,
        False,
    ]
    assert len(drawings[2].problems) == 2
    assert all("annotation 5: the file holds several of this id" in problem for problem in drawings[2].problems)
    assert drawings[3].problems == ()


def test_categories_that_are_there_twice_spoil_the_file(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match="category 1 is there more than once"):
        read(tmp_path / "a.json", coco([IMAGE], [], ((1, "sky"), (1, "hole"))))


def test_records_that_belong_nowhere(tmp_path: Path) -> None:
    images = [IMAGE, {"id": 2}, {"file_name": "x.jpg"}, "x"]
    annotations = [coco_annotation(5, 9, [UPPER_HALF]), {"id": 6}, coco_annotation(7, 1, [UPPER_HALF], "sky")]
    problems = read(tmp_path / "a.json", coco(images, annotations)).problems  # type: ignore[arg-type]
    path = tmp_path / "a.json"
    assert [problem.removeprefix(f"{path}: ") for problem in problems] == [
        "image 2: file_name: field required",
        "image number 3 in the list: id: field required",
        "image number 4 in the list: input should be a valid dictionary or instance of _Image",
        "annotation 6: image_id: field required",
        "annotation 7: category_id: input should be a valid integer, unable to parse string as an integer",
        "annotation 5: belongs to image 9, which the file does not list",
    ]


@pytest.mark.parametrize(("width", "height"), [(None, None), (40, None)])
def test_a_size_must_be_known_where_something_was_drawn(tmp_path: Path, width: int | None, height: int | None) -> None:
    images = [coco_image(1, "a.jpg", width, height), coco_image(2, "b.jpg", width, height)]
    drawn, bare = read(tmp_path / "a.json", coco(images, [coco_annotation(1, 1, [UPPER_HALF])])).drawings
    assert "does not say its width and height" in drawn.problems[0]
    assert bare.problems == ()


@pytest.mark.parametrize("key", ["annotations", "categories"])
def test_what_must_be_a_list(tmp_path: Path, key: str) -> None:
    with pytest.raises(LabelError, match=f"a.json: its {key} are no list"):
        read(tmp_path / "a.json", coco([IMAGE], []) | {key: {}})
