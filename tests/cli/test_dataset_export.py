"""`skymatte dataset export` as a person runs it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.picture.oiio import write_png8
from tests.cli.run import names
from tests.datasets.annotated import half_sky, write_pictures


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """`pictures/a.jpg`, `pictures/b.jpg` and masks of both as `skymatte segment` calls them."""
    write_pictures(tmp_path / "pictures", "a.jpg", "b.jpg")
    (tmp_path / "masks").mkdir()
    for name in "ab":
        write_png8(tmp_path / "masks" / f"{name}.mask.png", half_sky())
    (tmp_path / "masks" / "a.overlay.jpg").touch()
    return tmp_path


def run(folder: Path, *words: object, code: int = 0) -> tuple[str, list[str]]:
    command = [
        "dataset",
        "export",
        folder / "masks",
        "--pictures",
        folder / "pictures",
        "-o",
        folder / "out.json",
        *words,
    ]
    result = CliRunner().invoke(app, [str(word) for word in command])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr.splitlines()


def test_label_studio(folder: Path) -> None:
    output, errors = run(folder, "--format", "label-studio")
    assert output == f"2 picture(s) in {folder / 'out.json'}\n"
    assert errors == []
    tasks = json.loads((folder / "out.json").read_text())
    assert [each["data"]["image"] for each in tasks] == ["/data/local-files/?d=a.jpg", "/data/local-files/?d=b.jpg"]
    (region,) = tasks[0]["predictions"][0]["result"]
    assert sorted(map(tuple, region["value"]["points"])) == [(0, 0), (0, 50), (100, 0), (100, 50)]


def test_options(folder: Path) -> None:
    run(folder, "--format", "label-studio", "--shapes", "rle", "--prefix", "s3://bucket/")
    (task, _) = json.loads((folder / "out.json").read_text())
    assert task["data"]["image"] == "s3://bucket/a.jpg"
    assert task["predictions"][0]["result"][0]["type"] == "brushlabels"
    speck = half_sky()
    speck[15, 3] = 255
    write_png8(folder / "masks" / "a.mask.png", speck)
    for tolerance, count in ((0, 3), (1, 2)):
        run(folder, "--format", "coco", "--tolerance", tolerance)
        assert len(json.loads((folder / "out.json").read_text())["annotations"]) == count


def test_a_mask_without_picture_and_one_of_no_mask(folder: Path) -> None:
    write_png8(folder / "masks" / "c.png", half_sky())
    write_png8(folder / "masks" / "b.mask.png", np.full((20, 40), 7, np.uint8))
    output, errors = run(folder, "--format", "coco", code=1)
    assert output == f"1 picture(s) in {folder / 'out.json'}; 2 mask(s) failed\n"
    assert f"{folder / 'masks' / 'b.mask.png'} holds values that mean nothing (7)" in errors[0]
    assert errors[1].startswith(f"error: {folder / 'masks' / 'c.png'}: no picture in")
    assert [image["file_name"] for image in json.loads((folder / "out.json").read_text())["images"]] == ["a.jpg"]


def test_nothing_to_export_writes_nothing(folder: Path) -> None:
    write_png8(folder / "masks" / "a.mask.png", np.zeros((5, 5), np.uint8))
    (folder / "masks" / "b.mask.png").unlink()
    run(folder, "--format", "coco", code=1)
    assert "out.json" not in names(folder)
    (folder / "masks" / "a.mask.png").unlink()
    _, errors = run(folder, "--format", "coco", code=1)
    assert "holds no mask such as NAME.png" in errors[0]


def test_what_cannot_be_asked(folder: Path) -> None:
    run(folder, "--format", "yolo", code=2)
    run(folder, code=2)
    run(folder, "--format", "coco", "--tolerance", -1, code=2)


def test_a_place_that_cannot_be_written(folder: Path) -> None:
    (folder / "out.json").mkdir()
    _, errors = run(folder, "--format", "coco", code=1)
    assert "out.json: cannot be written: a folder of that name is in the way" in errors[0]
