from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.scenes import solids
from skymatte.scenes.canvas import Canvas
from skymatte.scenes.facade import Facade
from skymatte.scenes.sampling import FULL, Block
from skymatte.scenes.solids import Solid, prism, pyramid
from tests.scenes.references import meets_box, rays, share

W, H = 256, 128
GREY = Facade((0.5, 0.5, 0.5))


def box(low: NDArray[np.float64], high: NDArray[np.float64]) -> Solid:
    (x0, y0, z0), (x1, y1, z1) = low, high
    base = np.array([[x0, y0, z0], [x1, y0, z0], [x1, y1, z0], [x0, y1, z0]])
    return prism(base, np.array([0, 0, z1 - z0]), GREY)


def covered(solid: Solid, rows: tuple[int, int] = (0, H)) -> NDArray[np.float64]:
    canvas = Canvas(Block(W, H, *rows))
    index, bits = solids.cover(solid, canvas)
    out = np.zeros((rows[1] - rows[0]) * W)
    out[index] = np.bitwise_count(bits) / 64
    return out.reshape(-1, W)


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ((5, -2, -1.7), (9, 3, 6)),  # a house over the wrap
        ((-30, -8, 4), (40, -2, 5)),  # a long deck beside and above
        ((-3, -4, 3), (5, 6, 3.5)),  # a roof overhead, over the zenith
        ((-4, 7, -1.7), (-3.9, 7.1, 8)),  # a thin post
        ((1, 1, -1.9), (30, 30, -1.7)),  # a slab below the eye
    ],
)
def test_coverage_agrees_with_rays_against_slabs(low: tuple[float, ...], high: tuple[float, ...]) -> None:
    lo, hi = np.array(low, float), np.array(high, float)
    got = covered(box(lo, hi))
    rows = range(3, H, 11)
    d = rays(np.random.default_rng(2), W, H, rows, range(W), 200)
    want = share(d, lambda x: meets_box(x, lo, hi))
    assert want.any()
    assert np.abs(got[rows] - want).max() < 0.15  # 200 random rays: a deviation of 0.035
    assert np.abs(got[rows] - want).mean() < 0.003
    assert abs(got[rows].sum() - want.sum()) < 0.01 * want.sum() + 0.2


def test_blocks_and_whole_agree() -> None:
    solid = pyramid(np.array([[5, -1, -1], [7, -1, -1], [7, 1, -1], [5, 1, -1.0]]), np.array([6, 0, 8.0]), GREY)
    whole = covered(solid)
    assert np.array_equal(np.concatenate([covered(solid, (0, 50)), covered(solid, (50, H))]), whole)


def test_rays_enter_by_the_face_that_looks_at_the_camera() -> None:
    solid = box(np.array([5, -2, -1.0]), np.array([9, 2, 3.0]))
    face, distance = solid.hits(np.array([[1, 0, 0]], np.float32))
    assert solid.normals[face[0]].tolist() == [-1, 0, 0]
    assert distance[0] == pytest.approx(5)


def test_a_solid_around_the_camera_has_no_silhouette() -> None:
    assert len(box(np.array([-1, -1, -1.0]), np.array([1, 1, 1.0])).cone) == 0


def test_full_pixels_are_not_offered_again() -> None:
    canvas = Canvas(Block(W, H, 0, H))
    canvas.paint(np.arange(W * H), np.uint64(FULL), np.ones((W * H, 3), np.float32))
    index, _ = solids.cover(box(np.array([5, -2, -1.0]), np.array([9, 2, 3.0])), canvas)
    assert len(index) == 0
