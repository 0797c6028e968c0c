"""Boundary F and Boundary IoU against hand-made cases and a pixel-by-pixel search."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.masks.metrics import boundary_f, boundary_iou
from tests.masks.strategies import mask_and_label, two_masks_and_label

Point = tuple[int, int]


def half_sky(rows: int, height: int = 40, width: int = 30) -> NDArray[np.bool_]:
    mask = np.zeros((height, width), np.bool_)
    mask[:rows] = True
    return mask


def as_label(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    return np.where(mask, np.uint8(255), np.uint8(0))


@pytest.mark.parametrize(("shift", "expected"), [(0, 1.0), (2, 1.0), (3, 0.0), (8, 0.0)])
def test_a_shift_by_more_than_the_tolerance_misses(shift: int, expected: float) -> None:
    assert boundary_f(half_sky(20 + shift), as_label(half_sky(20)), 2) == expected


def test_half_of_a_horizon_found() -> None:
    # The left half of the horizon is right, the right half is 10 px too low.  Precision: 15 of the 15 + 15 horizontal
    # boundary pixels, and of the 9 more along the step (rows 20…28) those two within 2 px of a true one (19, col 15):
    # rows 20 and 21.  Recall: columns 0…14, and of the others 15, 1 px from (20, 15), and 16, 2 px from (19, 14).
    mask = half_sky(20)
    mask[20:30, 15:] = True
    found = 15 + 15 + 9
    precision = (15 + 2) / found
    recall = (15 + 2) / 30
    assert boundary_f(mask, as_label(half_sky(20)), 2) == pytest.approx(2 * precision * recall / (precision + recall))


def test_boundary_iou_of_a_shifted_horizon() -> None:
    # Bands of 3 rows, rows 17…19 and 19…21: one in five rows in common.
    assert boundary_iou(half_sky(22), as_label(half_sky(20)), distance=3) == pytest.approx(1 / 5)


def test_boundary_iou_takes_two_percent_of_the_diagonal() -> None:
    # 300×400: diagonal 500, band 10 rows.  Shifted by 5: 5 rows in common of 15.
    assert boundary_iou(half_sky(205, 300, 400), as_label(half_sky(200, 300, 400))) == pytest.approx(5 / 15)


def test_the_frame_is_no_edge() -> None:
    everything = np.ones((20, 20), np.bool_)
    assert boundary_f(everything, as_label(everything), 2) == boundary_iou(everything, as_label(everything)) == 1
    assert boundary_f(everything, as_label(half_sky(10, 20, 20)), 2) == 0
    assert boundary_iou(everything, as_label(half_sky(10, 20, 20))) == 0


def test_the_rim_of_an_ignored_region_is_no_edge() -> None:
    label = np.full((40, 40), 255, np.uint8)
    label[20:] = 128
    sky_only = np.ones((40, 40), np.bool_)
    assert boundary_f(sky_only, label, 2) == boundary_iou(sky_only, label) == 1
    assert boundary_f(half_sky(20, 40, 40), label, 2) == boundary_iou(half_sky(20, 40, 40), label) == 1


def test_an_edge_beside_ignored_pixels_is_not_judged_by_its_distance() -> None:
    # Sky, five ignored rows, non-sky: where in between the edge runs nobody knows.
    label = as_label(half_sky(20))
    label[18:23] = 128
    for rows in (18, 20, 23):
        assert boundary_f(half_sky(rows), label, 2) == 1
        assert boundary_iou(half_sky(rows), label, distance=8) == 1
    assert boundary_f(half_sky(30), label, 2) == 0


def test_nothing_to_judge_is_no_score() -> None:
    label = as_label(half_sky(20))
    label[:, ::2] = 128
    assert boundary_f(half_sky(20), label, 2) == 1  # every boundary pixel has its partner
    assert math.isnan(boundary_f(half_sky(23), label, 2))  # none has, but one might be hidden
    assert math.isnan(boundary_iou(half_sky(20), np.full((40, 30), 128, np.uint8)))


def test_the_wrap_joins_left_and_right() -> None:
    label = as_label(np.tile(np.arange(40) < 20, (10, 1)))
    mask = np.tile((np.arange(40) < 20) | (np.arange(40) == 39), (10, 1))
    # Wrapped, column 39 is sky beside sky: the edge moved by one.  Flat, it is an edge far from any other.
    assert boundary_f(mask, label, 2, wrap=True) == 1
    assert boundary_f(mask, label, 2) < 0.7


def brute_boundary(sky: NDArray[np.bool_], valid: NDArray[np.bool_]) -> set[Point]:
    height, width = sky.shape
    found = set()
    for y, x in itertools.product(range(height), range(width)):
        for v, u in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= v < height and 0 <= u < width and valid[y, x] and valid[v, u] and sky[y, x] and not sky[v, u]:
                found.add((y, x))
    return found


def close(point: Point, others: Any, radius: float) -> bool:
    return any((point[0] - y) ** 2 + (point[1] - x) ** 2 <= radius**2 for y, x in others)


@settings(deadline=None, max_examples=60)
@given(mask_and_label(), st.sampled_from([1, 2, 3]))
def test_boundary_f_agrees_with_a_search_over_all_pixels(pair: Any, radius: int) -> None:
    mask, label = pair
    valid = label != 128
    ignored = list(zip(*np.nonzero(~valid), strict=True))
    found, true = brute_boundary(mask, valid), brute_boundary(label == 255, valid)
    score = boundary_f(mask, label, radius)

    def far(point: Point) -> bool:
        return not close(point, ignored, radius)

    found_hits = [close(point, true, radius) for point in found if close(point, true, radius) or far(point)]
    true_hits = [close(point, found, radius) for point in true if close(point, found, radius) or far(point)]
    if not found_hits and not true_hits:
        assert math.isnan(score) if found or true else score == 1
        return
    precision = np.mean(found_hits) if found_hits else 1.0
    recall = np.mean(true_hits) if true_hits else 1.0
    expected = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    assert score == pytest.approx(expected)


@settings(deadline=None, max_examples=60)
@given(mask_and_label(), st.sampled_from([1, 2, 4]))
def test_boundary_iou_agrees_with_a_search_over_all_pixels(pair: Any, distance: int) -> None:
    mask, label = pair
    valid = label != 128

    def band(sky: NDArray[np.bool_]) -> set[Point]:
        inside = zip(*np.nonzero(sky & valid), strict=True)
        outside = list(zip(*np.nonzero(~sky & valid), strict=True))
        return {(int(y), int(x)) for y, x in inside if close((int(y), int(x)), outside, distance)}

    found, true = band(mask), band(label == 255)
    score = boundary_iou(mask, label, distance=distance)
    if not valid.any():
        assert math.isnan(score)
    else:
        assert score == pytest.approx(len(found & true) / len(found | true) if found | true else 1.0)


@settings(deadline=None)
@given(two_masks_and_label(), st.booleans())
def test_properties(drawn: Any, wrap: bool) -> None:
    mask, other, label = drawn

    def scores(a: NDArray[np.bool_], b: NDArray[np.uint8]) -> list[float]:
        return [boundary_f(a, b, 2, wrap=wrap), boundary_f(a, b, 8, wrap=wrap), boundary_iou(a, b, wrap=wrap)]

    reference = scores(mask, label)
    assert not reference[1] < reference[0]  # more tolerance never costs
    assert scores(np.where(label == 128, other, mask), label) == pytest.approx(reference, nan_ok=True)
    assert scores(mask[:, ::-1].copy(), label[:, ::-1].copy()) == pytest.approx(reference, nan_ok=True)
    assert all(math.isnan(score) or score == 1 for score in scores(label == 255, label))
    if wrap:
        rolled = scores(np.roll(mask, 3, axis=1), np.roll(label, 3, axis=1))
        assert rolled == pytest.approx(reference, nan_ok=True)
    else:
        assert scores(mask[::-1].copy(), label[::-1].copy()) == pytest.approx(reference, nan_ok=True)
