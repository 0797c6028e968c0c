"""`skymatte dataset import` as a person runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.masks.files import read_label
from skymatte.picture.oiio import write_png8
from tests.cli.run import names
from tests.datasets.annotated import (
    BOX,
    HEIGHT,
    UPPER_HALF,
    WIDTH,
    annotation,
    coco,
    coco_annotation,
    coco_image,
    half_sky,
    percent,
    region,
    task,
    write_json,
    write_pictures,
)

BOW_TIE = [[2, 2, 20, 9, 20, 2, 2, 9]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`pictures/a.exr` and `pictures/b.hdr`, twice the size of what the annotations below are drawn on."""
    write_pictures(tmp_path / "pictures", "a.exr", "b.hdr", width=2 * WIDTH, height=2 * HEIGHT)
    return tmp_path


def run(folder: Path, annotations: Path, *words: object, code: int = 0) -> tuple[str, list[str]]:
    """stdout, and the lines of stderr."""
    command = ["dataset", "import", annotations, "--pictures", folder / "pictures", "-o", folder / "out", *words]
    result = CliRunner().invoke(app, [str(word) for word in command])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr.splitlines()


def two_images(*annotations: dict[str, Any]) -> dict[str, Any]:
    """`b` is sound, `a` holds the given annotations beside a sound one."""
    sound = [coco_annotation(1, 1, [UPPER_HALF]), coco_annotation(2, 2, [UPPER_HALF])]
    return coco([coco_image(1, "a.jpg"), coco_image(2, "b.jpg")], [*sound, *annotations])


def label(folder: Path, name: str) -> Any:
    return read_label(folder / "out" / "labels" / f"{name}.png")


def test_coco(folder: Path) -> None:
    path = write_json(folder / "a.json", two_images(coco_annotation(3, 1, [BOX], 2)))
    output, errors = run(folder, path)
    assert output == f"2 label(s) in {folder / 'out' / 'labels'}\n"
    assert errors == []
    twice = np.ones((2, 2), np.uint8)
    expected = half_sky()
    assert np.array_equal(label(folder, "b"), np.kron(expected, twice))
    expected[2:8, 10:20] = 0
    assert np.array_equal(label(folder, "a"), np.kron(expected, twice))


def test_label_studio_and_what_it_leaves_out(folder: Path) -> None:
    tasks = [
        task(1, "/data/local-files/?d=proxies/a.jpg", annotation(1, [region("r1", percent(UPPER_HALF))])),
        task(2, "b.jpg"),
    ]
    output, errors = run(folder, write_json(folder / "a.json", tasks))
    assert output.splitlines() == [
        f"note: {folder / 'a.json'}: left out, not annotated: task 2",
        "note: 1 picture(s) without annotation get no label: b.hdr",
        f"1 label(s) in {folder / 'out' / 'labels'}",
    ]
    assert errors == []


def test_a_folder_of_masks(folder: Path) -> None:
    (folder / "masks").mkdir()
    for name in "ab":
        write_png8(folder / "masks" / f"{name}.mask.png", half_sky())
    run(folder, folder / "masks")
    assert names(folder / "out") == ["labels/a.png", "labels/b.png"]


WRONG = {
    "a polygon outside the picture": (
        coco_annotation(7, 1, [[90, 90, 99, 90, 99, 99]]),
        "annotation 7: lies outside the picture of 80×40",
    ),
    "one that reaches beyond it": (
        coco_annotation(7, 1, [[10, 5, 99, 5, 99, 15, 10, 15]]),
        "annotation 7: reaches beyond the picture of 80×40: (20, 10) – (198, 30); mend it",
    ),
    "one that crosses itself": (coco_annotation(7, 1, BOW_TIE), "annotation 7: crosses itself near (22, 11); mend it"),
    "an empty one": (coco_annotation(7, 1, []), "annotation 7: is empty: it has neither polygon nor mask"),
    "one without an area": (coco_annotation(7, 1, [[1, 1, 9, 9]]), "annotation 7: has 2 corner(s)"),
    "a duplicate id": (coco_annotation(1, 1, [BOX]), "annotation 1: the file holds several of this id"),
    "an unknown category": (coco_annotation(7, 1, [BOX], 9), "annotation 7: its category 9 is not among"),
    "broken run lengths": (
        coco_annotation(7, 1, {"size": [20, 40], "counts": [3]}),
        "annotation 7: its run lengths cover 3 pixels, not 40×20 = 800",
    ),
}


@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_named_and_the_rest_is_done(folder: Path, what: str) -> None:
    wrong, said = WRONG[what]
    path = write_json(folder / "a.json", two_images(wrong))
    output, errors = run(folder, path, code=1)
    assert all(line.startswith(f"error: {path}: image 1 (a.jpg): ") for line in errors)
    assert any(said in line for line in errors)
    assert output == f"1 label(s) in {folder / 'out' / 'labels'}; 1 picture(s) failed\n"
    assert names(folder / "out") == ["labels/b.png"]


@pytest.mark.parametrize("segmentation", [BOW_TIE, [[10, 5, 99, 5, 99, 15, 10, 15]], []])
def test_repair(folder: Path, segmentation: Any) -> None:
    path = write_json(folder / "a.json", two_images(coco_annotation(7, 1, segmentation)))
    output, errors = run(folder, path, "--repair")
    assert f"note: {path}: image 1 (a.jpg): annotation 7: " in output
    assert errors == []
    assert names(folder / "out") == ["labels/a.png", "labels/b.png"]


def test_missing_pictures_and_sizes_that_do_not_fit(folder: Path) -> None:
    images = [coco_image(1, "a.jpg", 50, 20), coco_image(2, "missing.jpg"), coco_image(3, "b.jpg")]
    path = write_json(folder / "a.json", coco(images, [coco_annotation(n, n, [UPPER_HALF]) for n in (1, 2, 3)]))
    _, errors = run(folder, path, code=1)
    pictures = folder / "pictures"
    proportions, missing = errors
    assert (
        f"{path}: image 1 (a.jpg): was annotated on 50×20, but {pictures / 'a.exr'} is 80×40: other pro" in proportions
    )
    assert missing == f"error: {path}: image 2 (missing.jpg): no picture in {pictures} is called missing.*"
    assert names(folder / "out") == ["labels/b.png"]


def test_a_broken_picture_and_masks_with_other_values(folder: Path) -> None:
    (folder / "pictures" / "a.exr").write_bytes(b"no picture")
    (folder / "masks").mkdir()
    write_png8(folder / "masks" / "a.png", half_sky())
    write_png8(folder / "masks" / "b.png", np.full((HEIGHT, WIDTH), 7, np.uint8))
    output, errors = run(folder, folder / "masks", code=1)
    assert output.startswith("0 label(s)")
    assert len(errors) == 2
    assert f"{folder / 'pictures' / 'a.exr'}: " in errors[0]
    assert errors[1].startswith(f"error: {folder / 'masks' / 'b.png'} holds values that mean nothing (7)")
    assert not (folder / "out").exists()


@pytest.mark.parametrize("text", ["", '{"images": [', "[]", "<xml/>"])
def test_corrupt_json(folder: Path, text: str) -> None:
    path = folder / "a.json"
    path.write_text(text)
    _, errors = run(folder, path, code=1)
    assert len(errors) == 1
    assert errors[0].startswith(f"error: {path}: is n")
    assert not (folder / "out").exists()


def test_categories(folder: Path) -> None:
    content = coco(
        [coco_image(1, "a.jpg")],
        [coco_annotation(1, 1, [UPPER_HALF], 4), coco_annotation(2, 1, [BOX], 5)],
        ((4, "Himmel"), (5, "Baum")),
    )
    path = write_json(folder / "a.json", content)
    run(folder, path, code=1)
    run(folder, path, "--categories", "Himmel=sky,5=ignore")
    assert np.unique(label(folder, "a")).tolist() == [0, 128, 255]
    _, errors = run(folder, path, "--categories", "Himmel=blue", code=2)
    assert any("'blue' is not one of sky, hole, ignore" in line for line in errors)


def test_existing_labels(folder: Path) -> None:
    path = write_json(folder / "a.json", two_images())
    run(folder, path)
    run(folder, path)
    write_json(path, two_images(coco_annotation(3, 1, [BOX], 2)))
    _, errors = run(folder, path, code=1)
    assert "a.png exists and differs; say --overwrite" in errors[0]
    run(folder, path, "--overwrite")


@pytest.mark.parametrize("what", ["pictures", "--proxies", "annotations"])
def test_paths_that_lead_nowhere(folder: Path, what: str) -> None:
    path = write_json(folder / "a.json", two_images())
    if what == "pictures":
        (folder / "pictures").rename(folder / "elsewhere")
    words = ["--proxies", folder / "nowhere.json"] if what == "--proxies" else []
    _, errors = run(folder, folder / "nowhere" if what == "annotations" else path, *words, code=1)
    assert len(errors) == 1
    assert errors[0].startswith(f"error: {folder / what if what == 'pictures' else folder / 'nowhere'}")


def test_an_output_that_is_a_file(folder: Path) -> None:
    (folder / "out").touch()
    _, errors = run(folder, write_json(folder / "a.json", two_images()), code=1)
    assert all("out/labels: cannot be made" in line for line in errors)


def test_without_the_extra(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("skymatte.cli.dataset_import.find_spec", lambda name: None if name == "shapely" else object())
    _, errors = run(folder, folder / "a.json", code=2)
    assert errors == ["error: annotations need shapely: install skymatte with its extra, skymatte[dataset]"]
