"""Which structures are thin, and how many of them are kept."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from numpy.typing import NDArray

from skymatte.masks.metrics import thin_structure_recall, thin_structures
from tests.masks.strategies import two_masks_and_label


def sky(height: int = 60, width: int = 80) -> NDArray[np.uint8]:
    return np.full((height, width), 255, np.uint8)


@pytest.mark.parametrize(("width", "thin"), [(1, True), (3, True), (7, True), (8, False), (12, False)])
def test_a_pole_is_thin_below_eight_pixels(width: int, thin: bool) -> None:
    label = sky()
    label[:, 40 : 40 + width] = 0
    assert np.array_equal(thin_structures(label), (label == 0) & thin)


@pytest.mark.parametrize(("thickness", "thin"), [(5, True), (13, False)])
def test_a_slanting_wire_is_measured_across(thickness: int, thin: bool) -> None:
    label = sky(120, 160)
    cv2.line(label, (-20, 10), (180, 105), 0, thickness, cv2.LINE_8)
    inner = np.s_[:, 8:-8]  # where the frame cuts a slanting wire its width is that of the cut
    share = np.count_nonzero(thin_structures(label)[inner]) / np.count_nonzero(label[inner] == 0)
    assert share == pytest.approx(1.0 if thin else 0.0, abs=0.001)


def test_corners_edges_and_the_frame_are_not_thin() -> None:
    label = sky(200, 300)
    label[150:] = 0
    label[60:150, 100:140] = 0  # a house on the ground
    label[90:, 250:] = 0  # one cut by the frame
    cv2.fillPoly(label, [np.array([[150, 150], [190, 60], [230, 150]])], 0)  # a gable
    thin = thin_structures(label)
    tip = np.zeros_like(thin)
    tip[60:75, 185:196] = True  # the gable's tip is narrower than 8 px, and nothing else is
    assert np.array_equal(thin & ~tip, np.zeros_like(thin))
    assert thin.any()


def test_a_mast_stands_out_of_its_house() -> None:
    label = sky(100, 100)
    label[60:] = 0
    label[20:60, 50:53] = 0
    thin = thin_structures(label)
    assert thin[20:57, 50:53].all()
    assert not thin[60:].any()


def test_ignore_makes_nothing_thin_and_is_never_thin() -> None:
    label = np.full((40, 40), 128, np.uint8)
    label[:, 18:21] = 0  # a trunk in ignored foliage
    label[:10] = 255
    label[5, :] = 128
    assert not thin_structures(label).any()


def test_a_gap_between_two_walls_is_sky_not_thin_non_sky() -> None:
    label = np.zeros((40, 40), np.uint8)
    label[:, 18:21] = 255
    assert not thin_structures(label).any()


def test_recall_counts_the_kept_pixels() -> None:
    label = sky(50, 50)
    label[10:13] = 0  # a wire of 150 px
    mask = np.ones((50, 50), np.bool_)
    mask[11] = False
    assert thin_structure_recall(mask, label) == pytest.approx(50 / 150)
    assert thin_structure_recall(label == 255, label) == 1
    assert thin_structure_recall(np.ones((50, 50), np.bool_), label) == 0


def test_no_thin_structure_is_no_score() -> None:
    assert math.isnan(thin_structure_recall(np.ones((20, 20), np.bool_), sky(20, 20)))


def test_the_wrap_makes_two_halves_one_broad_thing() -> None:
    label = sky()
    label[:, :6] = 0
    label[:, -6:] = 0
    assert not thin_structures(label, wrap=True).any()
    label[:, -6:] = 255
    assert not thin_structures(label).any()  # goes on behind the frame, as far as anybody knows
    assert np.array_equal(thin_structures(label, wrap=True), label == 0)


@settings(deadline=None)
@given(two_masks_and_label())
def test_properties(drawn: Any) -> None:
    mask, other, label = drawn
    label = np.kron(label, np.ones((4, 4), np.uint8))
    mask, other = (np.kron(each, np.ones((4, 4), np.uint8)) > 0 for each in (mask, other))
    reference = thin_structure_recall(mask, label)
    assert thin_structure_recall(np.where(label == 128, other, mask), label) == pytest.approx(reference, nan_ok=True)
    for flip in (np.s_[::-1], np.s_[:, ::-1]):
        flipped = thin_structures(label[flip].copy())
        assert np.array_equal(flipped, thin_structures(label)[flip])
    assert not (thin_structures(label) & (label != 0)).any()
