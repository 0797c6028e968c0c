"""IoU and its relatives against counts made by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given

from skymatte.errors import LabelError
from skymatte.masks import metrics
from skymatte.masks.metrics import Confusion
from tests.masks.strategies import mask_and_label, two_masks_and_label

# Two rows of sky, a row of non-sky with one ignored pixel.  By hand: TP 5, FN 3, FP 1, TN 2.
LABEL = np.array([[255, 255, 255, 255], [255, 255, 255, 255], [0, 0, 128, 0]], np.uint8)
MASK = np.array([[1, 1, 1, 1], [1, 0, 0, 0], [1, 0, 1, 0]], np.bool_)


def test_counts_by_hand() -> None:
    assert metrics.confusion(MASK, LABEL) == Confusion(tp=5, fp=1, fn=3, tn=2)
    assert metrics.iou(MASK, LABEL) == pytest.approx(5 / 9)
    assert metrics.miou(MASK, LABEL) == pytest.approx((5 / 9 + 2 / 6) / 2)
    assert metrics.mcr(MASK, LABEL) == pytest.approx(4 / 11)
    assert metrics.accuracy(MASK, LABEL) == pytest.approx(7 / 11)
    assert metrics.dice(MASK, LABEL) == pytest.approx(10 / 14)
    assert metrics.false_sky(MASK, LABEL) == pytest.approx(1 / 3)


def test_a_picture_without_sky_counts_one_if_none_is_predicted() -> None:
    label = np.zeros((3, 4), np.uint8)
    none = np.zeros((3, 4), np.bool_)
    one = none.copy()
    one[0, 0] = True
    assert metrics.iou(none, label) == metrics.dice(none, label) == metrics.miou(none, label) == 1
    assert metrics.iou(one, label) == metrics.dice(one, label) == 0
    assert metrics.false_sky(none, label) == 0
    assert metrics.false_sky(one, label) == pytest.approx(1 / 12)


def test_no_non_sky_means_no_false_sky() -> None:
    assert metrics.false_sky(np.ones((2, 2), np.bool_), np.full((2, 2), 255, np.uint8)) == 0


def test_everything_ignored_is_no_score() -> None:
    label = np.full((2, 3), 128, np.uint8)
    mask = np.ones((2, 3), np.bool_)
    for measure in (metrics.iou, metrics.miou, metrics.mcr, metrics.dice, metrics.accuracy, metrics.false_sky):
        assert math.isnan(measure(mask, label))


def test_pooling_weighs_by_pixels() -> None:
    pooled = Confusion(tp=1) + Confusion(tp=8, fp=1, fn=2, tn=3)
    assert pooled == Confusion(tp=9, fp=1, fn=2, tn=3)
    assert pooled.iou == pytest.approx(9 / 12)


def test_solid_angle_of_two_rows_of_four() -> None:
    # Rows of 45° height: sin 90° − sin 45° = 0.2929 at the poles, sin 45° − sin 0° = 0.7071 at the equator.
    label = np.zeros((4, 8), np.uint8)
    label[:2] = 255
    mask = np.zeros((4, 8), np.bool_)
    mask[1] = True
    mask[3] = True  # the lower pole
    pole, equator = 1 - math.sqrt(0.5), math.sqrt(0.5)
    assert metrics.solid_angle_iou(mask, label) == pytest.approx(equator / (pole + equator + pole), rel=1e-6)
    assert metrics.iou(mask, label) == pytest.approx(1 / 3)


@given(mask_and_label())
def test_agrees_with_counting_pixel_by_pixel(pair: Any) -> None:
    mask, label = pair
    pixels = [(bool(m), int(v) == 255) for m, v in zip(mask.flat, label.flat, strict=True) if v != 128]
    counts = metrics.confusion(mask, label)
    assert counts.tp == pixels.count((True, True))
    assert counts.fp == pixels.count((True, False))
    assert counts.fn == pixels.count((False, True))
    assert counts.tn == pixels.count((False, False))
    assert counts.total == len(pixels)


@given(two_masks_and_label())
def test_what_lies_under_ignore_does_not_count(drawn: Any) -> None:
    mask, other, label = drawn
    changed = np.where(label == 128, other, mask)
    assert metrics.confusion(changed, label) == metrics.confusion(mask, label)


@given(mask_and_label(values=(0, 255)))
def test_iou_and_dice_do_not_care_which_is_the_label(pair: Any) -> None:
    mask, label = pair
    swapped_mask, swapped_label = label == 255, np.where(mask, 255, 0).astype(np.uint8)
    assert metrics.iou(mask, label) == metrics.iou(swapped_mask, swapped_label)
    assert metrics.dice(mask, label) == metrics.dice(swapped_mask, swapped_label)
    assert metrics.miou(mask, label) == pytest.approx(metrics.miou(~mask, (255 - label).astype(np.uint8)))


@pytest.mark.parametrize(
    ("mask", "label", "words"),
    [
        (np.zeros((2, 3), np.bool_), np.zeros((3, 2), np.uint8), "one size"),
        (np.zeros((2, 2), np.float32), np.zeros((2, 2), np.uint8), "float32"),
        (np.zeros((2, 2), np.bool_), np.array([[0, 1], [2, 255]], np.uint8), "(1, 2)"),
        (np.zeros((2, 2), np.bool_), np.zeros((2, 2), np.uint16), "8-bit"),
        (np.zeros((0, 2), np.bool_), np.zeros((0, 2), np.uint8), "at least one pixel"),
    ],
)
def test_refuses_what_cannot_be_compared(mask: Any, label: Any, words: str) -> None:
    with pytest.raises(LabelError) as caught:
        metrics.iou(mask, label)
    assert words in str(caught.value)
