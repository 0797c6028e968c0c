"""`skymatte evaluate` as a person runs it."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.picture.exr_write import write_channels
from skymatte.picture.oiio import write_png8

LABEL = np.zeros((30, 50), np.uint8)
LABEL[:15] = 255


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    """A folder of two results (`good` perfect, `poor` with 5 of 20 rows wrong) and one of their labels."""
    out, labels = tmp_path / "out", tmp_path / "labels"
    out.mkdir()
    labels.mkdir()
    for name, rows in (("good", 15), ("poor", 20)):
        write_png8(labels / f"{name}.png", LABEL)
        mask = np.zeros_like(LABEL)
        mask[:rows] = 255
        write_png8(out / f"{name}.mask.png", mask)
    return out, labels


def run(*words: object, code: int = 0) -> tuple[str, str]:
    result = CliRunner().invoke(app, ["evaluate", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr


def test_the_table(folders: tuple[Path, Path]) -> None:
    output, errors = run(*folders)
    rows = [line.split() for line in output.splitlines()]
    assert ["picture", "IoU", "mIoU", "MCR", "Dice", "accuracy"] in [row[:6] for row in rows]
    figures = {row[0]: row[1:5] for row in rows if len(row) > 6 and row[1][0].isdigit()}
    assert figures == {
        "good": ["1.0000", "1.0000", "0.0000", "1.0000"],
        "poor": ["0.7500", "0.7083", "0.1667", "0.8571"],
        "pooled": ["0.8571", "0.8452", "0.0833", "0.9231"],
        "mean": ["0.8750", "0.8542", "0.0833", "0.9286"],
        "worst": ["0.7500", "0.7083", "0.1667", "0.8571"],
    }
    assert "worst: poor (IoU, mIoU, MCR, Dice, accuracy" in output
    assert errors == ""


def test_json_is_complete_and_strict(folders: tuple[Path, Path]) -> None:
    output, _ = run(*folders, "--json")

    def refuse(constant: str) -> float:
        raise AssertionError(constant)

    scores = json.loads(output, parse_constant=refuse)
    good, poor = scores["pictures"]
    assert (good["name"], good["iou"], good["thin_recall"]) == ("good", 1, None)
    assert (poor["tp"], poor["fp"], poor["fn"], poor["tn"]) == (750, 250, 0, 500)
    assert scores["pooled"]["iou"] == pytest.approx(30 / 35)
    assert scores["mean"]["mcr"] == pytest.approx(1 / 12)
    assert scores["worst"]["mcr"] == {"value": pytest.approx(1 / 6), "name": "poor"}
    assert scores["failed"] == []


def test_csv(folders: tuple[Path, Path], tmp_path: Path) -> None:
    run(*folders, "--csv", tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["kind"], row["name"], row["iou"]) for row in rows] == [
        ("picture", "good", "1"),
        ("picture", "poor", "0.75"),
        ("pooled", "", "0.857143"),
        ("mean", "", "0.875"),
        ("worst", "", "0.75"),
    ]
    assert rows[0]["thin_recall"] == rows[0]["mad"] == ""


def test_a_csv_that_cannot_be_written_is_an_error(folders: tuple[Path, Path], tmp_path: Path) -> None:
    _, errors = run(*folders, "--csv", tmp_path / "missing" / "scores.csv", code=1)
    assert "scores.csv: cannot be written" in errors


def test_two_files_and_a_threshold(tmp_path: Path) -> None:
    write_png8(tmp_path / "a.png", LABEL)
    write_channels(tmp_path / "a.matte.exr", {"sky.A": np.where(LABEL == 255, 0.75, 0.625).astype(np.float16)})
    words = (tmp_path / "a.matte.exr", tmp_path / "a.png", "--json")
    low, high = (json.loads(run(*words, *more)[0])["pictures"][0] for more in ((), ("--threshold", "0.7")))
    assert (low["iou"], high["iou"]) == (0.5, 1)
    assert low["mad"] == high["mad"] == pytest.approx((0.25 + 0.625) / 2)
    output, _ = run(*words[:2])
    assert "edge Grad" in output
    assert "worst" not in output


def test_missing_counterparts_are_reported_and_the_rest_is_done(folders: tuple[Path, Path]) -> None:
    out, labels = folders
    (out / "good.mask.png").rename(out / "better.mask.png")
    output, errors = run(out, labels, "--json", code=1)
    scores = json.loads(output)
    assert [each["name"] for each in scores["pictures"]] == ["poor"]
    assert [each["name"] for each in scores["failed"]] == ["better", "good"]
    assert len(errors.splitlines()) == 2
    assert "better.mask.png: no label of that name" in errors
    assert "good.png: no prediction of that name" in errors


def test_a_broken_file_does_not_stop_the_rest(folders: tuple[Path, Path]) -> None:
    out, labels = folders
    (out / "good.mask.png").write_bytes(b"no picture at all")
    write_png8(labels / "strange.png", np.full((30, 50), 7, np.uint8))
    write_png8(out / "strange.mask.png", LABEL)
    output, errors = run(out, labels, code=1)
    assert "poor" in output
    lines = errors.splitlines()
    assert len(lines) == 2
    assert "good.mask.png: cannot be read" in lines[0]
    assert "strange.png holds values that mean nothing (7)" in lines[1]


def test_paths_and_numbers_that_make_no_sense(folders: tuple[Path, Path], tmp_path: Path) -> None:
    _, errors = run(tmp_path / "nowhere", folders[1], code=1)
    assert errors.splitlines() == [f"error: {tmp_path / 'nowhere'}: no such file or folder; check the path"]
    run(*folders, "--threshold", "7", code=2)
    run(folders[0], code=2)


def test_audited_labels_score_perfectly_against_themselves(shared_data: Path) -> None:
    labels = shared_data / "hdri" / "labels"
    output, _ = run(labels / "arboretum_crop.png", labels / "arboretum_crop.png", "--json", "--threshold", "0.9")
    (scores,) = json.loads(output)["pictures"]
    for key in ("iou", "boundary_f_2", "boundary_iou", "thin_recall"):
        assert scores[key] == 1, key
