"""Rows and sums of the table."""

from __future__ import annotations

import math

import numpy as np
import pytest

from skymatte.masks.metrics import MEASURES, POOLED, Confusion, PictureScores, Worst, score_picture, sum_up

LABEL = np.zeros((40, 80), np.uint8)
LABEL[:20] = 255
LABEL[10:12] = 0
LABEL[:, 70:] = 128


def test_a_perfect_matte_of_a_panorama() -> None:
    scores = score_picture("a", LABEL == 255, LABEL, matte=(LABEL == 255).astype(np.float32), panorama=True)
    assert list(scores.values) == [measure.key for measure in MEASURES]
    for measure in MEASURES:
        perfect = 1 if measure.higher_is_better else 0
        assert scores.values[measure.key] == pytest.approx(perfect, abs=1e-12), measure.key


def test_what_does_not_apply_is_absent() -> None:
    scores = score_picture("a", LABEL == 255, LABEL)
    keys = {measure.key for measure in MEASURES if not measure.matte} - {"solid_angle_iou"}
    assert scores.values.keys() == keys


def test_a_reference_matte_takes_the_place_of_the_label() -> None:
    truth = np.where(LABEL == 255, 0.75, 0.25).astype(np.float32)
    scores = score_picture("a", LABEL == 255, LABEL, matte=truth, truth=truth)
    assert scores.values["mad"] == scores.values["edge_sad"] == 0
    scores = score_picture("a", LABEL == 255, LABEL, matte=truth)
    assert scores.values["mad"] == 0.25


def row(name: str, confusion: Confusion, **values: float) -> PictureScores:
    return PictureScores(name, confusion, {"iou": confusion.iou, "mcr": confusion.mcr, **values})


def test_pooled_mean_and_worst() -> None:
    big = row("big", Confusion(tp=90, fn=10), thin_recall=math.nan)
    small = row("small", Confusion(tp=1, fp=1, tn=8), thin_recall=0.5, mad=0.25)
    folder = sum_up([big, small])
    assert folder.pictures == (big, small)
    assert set(folder.pooled) == set(POOLED)
    assert folder.pooled["iou"] == pytest.approx(91 / 102)
    assert folder.mean["iou"] == pytest.approx((0.9 + 0.5) / 2)
    assert folder.worst["iou"] == Worst(0.5, "small")
    assert folder.worst["mcr"].name == "big"
    assert folder.worst["mcr"].value == pytest.approx(0.1)
    assert folder.mean["thin_recall"] == 0.5
    assert folder.worst["thin_recall"] == Worst(0.5, "small")
    assert folder.mean["mad"] == 0.25
    assert "sad" not in folder.mean


def test_nothing_sums_up_to_nothing() -> None:
    folder = sum_up([])
    assert math.isnan(folder.pooled["iou"])
    assert not folder.mean
    assert not folder.worst
