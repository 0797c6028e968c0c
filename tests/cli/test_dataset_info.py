"""``skymatte dataset info``: what it counts, and what it names as wrong."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from tests.datasets.public_trees import classes, write_camvid, write_cityscapes, write_numbers, write_picture
from tests.datasets.trees import write_manifest, write_row


def info(*arguments: object) -> Result:
    result = CliRunner().invoke(app, ["dataset", "info", *map(str, arguments)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def told(*arguments: object) -> tuple[int, dict[str, Any]]:
    result = info("--json", *arguments)
    return result.exit_code, json.loads(result.stdout)


def test_counts_by_split_stratum_and_licence(tmp_path: Path) -> None:
    rows = [
        write_row(tmp_path, "lake_01_1k", seed=1),
        write_row(tmp_path, "lake_02_1k", seed=2),
        write_row(tmp_path, "hall", label="", stratum="negative"),
        write_row(tmp_path, "wood", split="val", licence="MIT"),
    ]
    write_manifest(tmp_path, rows)
    code, found = told(tmp_path)
    assert code == 0
    assert (found["layout"], found["pictures"], found["places"], found["problems"]) == ("manifest", 4, 3, [])
    hall, lake, wood = found["groups"]
    assert (hall["stratum"], hall["pictures"], hall["sky"], hall["without_sky"]) == ("negative", 1, 0, 1)
    assert (lake["split"], lake["licence"], lake["pictures"], lake["places"]) == ("train", "CC0", 2, 1)
    labels = [cv2.imread(str(tmp_path / "labels" / f"lake_0{n}_1k.png"), cv2.IMREAD_UNCHANGED) for n in (1, 2)]
    assert lake["sky"] == pytest.approx(np.mean([np.mean(label == 255) for label in labels]))
    assert lake["ignored"] == pytest.approx(np.mean([np.mean(label == 128) for label in labels]))
    assert (wood["split"], wood["licence"], wood["without_sky"]) == ("val", "MIT", 0)


def test_the_table(tmp_path: Path) -> None:
    result = info(write_camvid(tmp_path))
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    assert "CamVid, 4 pictures of 3 places" in words
    assert "train video not stated 2 2 50.0% 8.3% 0" in words
    assert "note: 1 of 3 places in more than one split: 0016E5 (train, val)" in words
    assert words.endswith("0 problem(s)")
    assert result.stderr == ""


def test_everything_wrong_is_named(tmp_path: Path) -> None:
    for name in "abcdef":
        write_picture(tmp_path / "pictures" / f"{name}.png")
        write_numbers(tmp_path / "labels" / f"{name}.png", classes(255, 0, 128))
    (tmp_path / "pictures" / "a.png").unlink()
    write_picture(tmp_path / "pictures" / "b.jpg")
    write_numbers(tmp_path / "labels" / "c.png", classes(1, 0))
    write_numbers(tmp_path / "labels" / "d.png", np.zeros((5, 9), np.uint8))
    (tmp_path / "pictures" / "e.png").write_bytes(b"no picture")
    result = info(tmp_path)
    assert result.exit_code == 1
    for named in (
        "labels/a.png: has no picture a.*",
        "(b.jpg, b.png); keep one",
        "labels/c.png holds values that mean nothing (1)",
        "labels/d.png: is 9×5, its picture d.png 16×12",
        "pictures/e.png",
    ):
        assert named in result.stderr
    assert result.stderr.count("error: ") == 5
    assert result.stdout.rstrip().endswith("5 problem(s)")
    assert "Traceback" not in result.output


def test_quick_opens_nothing_and_misses_no_file(tmp_path: Path) -> None:
    rows = [write_row(tmp_path, "a"), write_row(tmp_path, "b"), write_row(tmp_path, "b")]
    write_manifest(tmp_path, rows)
    (tmp_path / "pictures" / "a.hdr").unlink()
    (tmp_path / "labels" / "b.png").write_bytes(b"not looked at")
    code, found = told("--quick", tmp_path)
    assert code == 1
    missing, repeated = sorted(found["problems"], reverse=True)
    assert "the name 'b' occurs more than once" in missing + repeated
    assert f"{tmp_path / 'pictures' / 'a.hdr'}: no such file" in missing + repeated
    assert found["groups"][0]["sky"] is None


def test_one_place_is_remarked(tmp_path: Path) -> None:
    for name in ("walk_01", "walk_02"):
        write_picture(tmp_path / "pictures" / f"{name}.png")
        write_numbers(tmp_path / "labels" / f"{name}.png", classes(255, 0))
    code, found = told("--quick", tmp_path)
    assert code == 0
    assert found["notes"] == ["all pictures count as the place 'walk': a split by place needs two or more"]


def test_a_wrong_table_fails(tmp_path: Path) -> None:
    write_manifest(tmp_path, [write_row(tmp_path, "field")], columns=("picture", "label"))
    result = info(tmp_path)
    assert result.exit_code == 1
    assert "manifest.csv: lacks the column(s) licence" in result.stderr


@pytest.mark.parametrize("name", ["nowhere", "."])
def test_a_folder_of_no_layout_is_asked_for_wrongly(name: str, tmp_path: Path) -> None:
    result = info(tmp_path / name)
    assert result.exit_code == 2
    assert result.stderr.startswith("error: ")
    assert result.stdout == ""


def test_a_folder_above_names_what_to_give(tmp_path: Path) -> None:
    write_cityscapes(tmp_path / "cityscapes")
    assert f"name one of the data sets in it: {tmp_path / 'cityscapes'}" in info(tmp_path).stderr
