"""Outlines along the edges of pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from skymatte.masks.outlines import outline
from skymatte.masks.polygons import defect, draw
from tests.masks.strategies import SHAPES, masks


@given(SHAPES.flatmap(masks))
def test_drawn_again_they_are_the_mask(mask: NDArray[np.bool_]) -> None:
    height, width = mask.shape
    regions = outline(mask)
    every = [ring for region in regions for ring in (region.shell, *region.holes)]
    assert np.array_equal(draw(every, width, height), mask)
    assert all(defect(ring, width, height) == "" for ring in every)


@given(SHAPES.flatmap(masks))
def test_every_hole_is_with_its_region(mask: NDArray[np.bool_]) -> None:
    height, width = mask.shape
    drawn = [draw([region.shell, *region.holes], width, height) for region in outline(mask)]
    assert np.array_equal(np.sum(drawn, axis=0, dtype=int) if drawn else np.zeros_like(mask, int), mask.astype(int))
    assert [each.sum() for each in drawn] == [each[mask].sum() for each in drawn]


def test_a_ring_around_a_ring() -> None:
    mask = np.zeros((9, 9), np.bool_)
    mask[1:8, 1:8] = True
    mask[2:7, 2:7] = False
    mask[3:6, 3:6] = True
    mask[4, 4] = False
    outer, inner = outline(mask)
    assert sorted(map(tuple, outer.shell)) == [(1, 1), (1, 8), (8, 1), (8, 8)]
    assert [sorted(map(tuple, hole)) for hole in outer.holes] == [[(2, 2), (2, 7), (7, 2), (7, 7)]]
    assert [sorted(map(tuple, hole)) for hole in inner.holes] == [[(4, 4), (4, 5), (5, 4), (5, 5)]]


def test_a_tolerance_saves_corners_and_costs_little() -> None:
    y, x = np.mgrid[:200, :300]
    mask = ((x - 150) / 120) ** 2 + ((y - 100) / 80) ** 2 < 1
    mask &= (x - 150) ** 2 + (y - 100) ** 2 > 30**2
    mask[3, 3] = True
    (exact, _), (rough,) = outline(mask), outline(mask, 1.0)
    assert len(rough.shell) < len(exact.shell) / 5
    again = draw([rough.shell, *rough.holes], 300, 200)
    assert (again & mask).sum() / (again | mask).sum() == pytest.approx(1, abs=0.01)
    assert np.abs(rough.shell - exact.shell[:, None]).max(axis=-1).min(axis=0).max() <= 1


@given(SHAPES.flatmap(masks))
def test_simpler_outlines_are_sound(mask: NDArray[np.bool_]) -> None:
    for region in outline(np.kron(mask, np.ones((3, 3), np.bool_)), 1.0):
        for ring in (region.shell, *region.holes):
            assert defect(ring, 3 * mask.shape[1], 3 * mask.shape[0]) == ""


def test_nothing_has_no_outline() -> None:
    assert outline(np.zeros((3, 4), np.bool_)) == []
