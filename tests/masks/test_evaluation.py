"""From files to scores."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from skymatte.masks.evaluation import evaluate_pair
from skymatte.masks.matching import Pair, match
from skymatte.masks.metrics import PictureScores
from skymatte.picture.exr_write import write_channels
from skymatte.picture.oiio import write_png8

LABEL = np.zeros((40, 80), np.uint8)
LABEL[:20] = 255


def only_pair(folder: Path) -> Pair:
    (pair,) = match(folder, folder.parent / "label.png").pairs
    return pair


@pytest.fixture
def out(tmp_path: Path) -> Path:
    write_png8(tmp_path / "label.png", LABEL)
    folder = tmp_path / "out"
    folder.mkdir()
    return folder


def write_matte(out: Path, values: np.ndarray) -> None:
    write_channels(out / "label.matte.exr", {"sky.A": values.astype(np.float16)})


def score(out: Path, **options: object) -> PictureScores:
    return evaluate_pair(only_pair(out), **options)  # type: ignore[arg-type]


def test_mask_and_matte_are_both_used(out: Path) -> None:
    matte = np.where(LABEL == 255, 0.75, 0.25)
    matte[20] = 0.625
    write_matte(out, matte)
    write_png8(out / "label.mask.png", LABEL)
    both = score(out)
    assert both.values["iou"] == 1  # the mask as written
    assert both.values["mad"] == pytest.approx((0.25 * 39 + 0.625) / 40)
    assert score(out, threshold=0.6).values["iou"] == pytest.approx(20 / 21)  # the matte at 0.6
    assert score(out, threshold=0.8).values["iou"] == 0


def test_a_matte_alone_counts_from_one_half(out: Path) -> None:
    write_matte(out, np.where(LABEL == 255, 0.5, 0.49))
    assert score(out).values["iou"] == 1


def test_grey_values_in_a_plain_mask_make_it_a_matte(out: Path) -> None:
    write_png8(out / "label.png", np.where(LABEL == 255, 255, 51).astype(np.uint8))
    assert score(out).values["mad"] == pytest.approx(0.1)
    assert score(out, threshold=0.1).values["iou"] == 0.5
    write_png8(out / "label.png", LABEL)
    assert "mad" not in score(out).values


def test_another_size_is_resized_and_said(out: Path) -> None:
    write_png8(out / "label.mask.png", np.kron(LABEL, np.ones((3, 3), np.uint8)))
    scores = score(out)
    assert scores.values["iou"] == 1
    assert scores.notes[0] == "resized from 240×120 to its label's 80×40"


def test_the_projection_comes_from_the_report_then_from_the_shape(out: Path) -> None:
    write_png8(out / "label.mask.png", LABEL)
    guessed = score(out)
    assert guessed.values["solid_angle_iou"] == 1
    assert "2:1" in guessed.notes[0]
    assert "solid_angle_iou" not in score(out, projection="perspective").values
    report = out / "label.sky.json"
    report.write_text(json.dumps({"projection": {"name": "perspective"}}))
    assert "solid_angle_iou" not in score(out).values
    assert score(out).notes == ()
    report.write_text(json.dumps({"projection": {"name": "equirectangular"}}))
    assert score(out).values["solid_angle_iou"] == 1
    assert score(out).notes == ()
    report.write_text("{ broken")
    assert "2:1" in score(out).notes[0]


def test_a_reference_matte_measures_fractions(tmp_path: Path) -> None:
    truth, found = tmp_path / "truth.matte.exr", tmp_path / "found.matte.exr"
    write_channels(truth, {"sky.A": np.full((8, 8), 0.75, np.float16)})
    write_channels(found, {"sky.A": np.full((8, 8), 0.5, np.float16)})
    (pair,) = match(found, truth).pairs
    assert evaluate_pair(pair).values["mad"] == 0.25
