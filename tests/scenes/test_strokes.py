from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.scenes import strokes
from skymatte.scenes.canvas import Canvas
from skymatte.scenes.capsules import Capsules, disc, from_segments
from skymatte.scenes.sampling import Block
from skymatte.scenes.sky import direction
from tests.scenes.references import meets_round_segment, rays, share

W, H = 256, 128


def capsules(p0: object, p1: object, r0: float, r1: float, colour: float = 1.0) -> Capsules:
    a, b = np.atleast_2d(np.asarray(p0, float)), np.atleast_2d(np.asarray(p1, float))
    c = np.full((len(a), 3), colour)
    return from_segments(a, b, np.full(len(a), r0), np.full(len(a), r1), c, c)


def covered(caps: Capsules, width: int = W, height: int = H) -> NDArray[np.float32]:
    canvas = Canvas(Block(width, height, 0, height))
    strokes.paint(canvas, caps)
    return (1 - canvas.matte()).reshape(height, width)


@pytest.mark.parametrize(
    ("p0", "p1", "r0", "r1"),
    [
        ((10, 1, 1), (10, 4, 6), 0.4, 0.2),  # a tapered bough
        ((8, -1, 2), (8, 1, 2.2), 0.03, 0.03),  # a wire much thinner than a pixel, over the wrap
        ((1, 0.5, 6), (-0.4, -0.6, 7), 0.2, 0.1),  # near the zenith
        ((5, 5, -2), (5, 5, 4), 0.12, 0.08),  # an upright pole
    ],
)
def test_coverage_agrees_with_rays_against_the_solid_segment(
    p0: tuple[float, ...], p1: tuple[float, ...], r0: float, r1: float
) -> None:
    got = covered(capsules(p0, p1, r0, r1))
    assert got.any()
    rows = range(int(np.flatnonzero(got.any(1))[0]), int(np.flatnonzero(got.any(1))[-1]) + 1)
    rows = rows[:: max(len(rows) // 6, 1)]
    d = rays(np.random.default_rng(1), W, H, rows, range(W), 64)
    want = share(d, lambda x: meets_round_segment(x, np.array(p0, float), np.array(p1, float), r0, r1))
    # 64 random rays have a deviation of up to 0.06 per pixel; the mean over an edge's pixels is far better.
    assert np.abs(got[rows] - want).max() < 0.25
    assert abs(got[rows].sum() - want.sum()) < 0.02 * want.sum() + 0.1


@pytest.mark.parametrize("width", [256, 512, 1024])
@pytest.mark.parametrize("rise", [0.3, 2.0, 9.0])
def test_a_wire_of_a_tenth_of_a_pixel_keeps_its_solid_angle(width: int, rise: float) -> None:
    """In a plane through the camera a straight wire at distance h is 2r·cos(a)/h wide at the angle a from its foot."""
    height, r = width // 2, 0.012 * 256 / width
    p0, p1 = np.array([10.0, -8, -rise]), np.array([10.0, 8, rise])
    got = covered(capsules(p0, p1, r, r), width, height)
    e = np.pi / 2 - (np.arange(height) + 0.5) * np.pi / height
    area = (got * np.cos(e)[:, None]).sum() * (2 * np.pi / width) * (np.pi / height)
    length = np.linalg.norm(p1 - p0)
    exact = 2 * r / 10 * 2 * np.sin(np.arctan2(length / 2, 10))
    assert area == pytest.approx(exact, rel=0.06)
    assert 0 < got.max() < 0.25


@given(st.integers(0, W - 1), st.integers(0, 10**6))
@settings(max_examples=15)
def test_turning_the_world_by_whole_pixels_rolls_the_picture(columns: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    p0 = rng.normal(0, 5, (6, 3))
    p1 = p0 + rng.normal(0, 1.5, (6, 3))
    turn = 2 * np.pi * columns / W
    spin = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    still = covered(capsules(p0, p1, 0.1, 0.02))
    turned = covered(capsules(p0 @ spin.T, p1 @ spin.T, 0.1, 0.02))
    # float32: a sample exactly on an edge may fall to either side.
    assert np.abs(np.roll(still, columns, axis=1) - turned).max() <= 2 / 64


def test_splitting_rows_into_blocks_changes_nothing() -> None:
    rng = np.random.default_rng(5)
    p0 = rng.normal(0, 5, (50, 3))
    caps = capsules(p0, p0 + rng.normal(0, 1, (50, 3)), 0.2, 0.05)
    whole = covered(caps)
    for row0, row1 in ((0, 1), (1, 40), (40, 41), (41, H)):
        canvas = Canvas(Block(W, H, row0, row1))
        strokes.paint(canvas, caps)
        assert np.array_equal(1 - canvas.matte().reshape(-1, W), whole[row0:row1])


def test_overlapping_strokes_count_once_and_the_nearer_gives_the_colour() -> None:
    near, far = capsules((5, 0, 0), (5, 0, 2), 0.5, 0.5, 1.0), capsules((10, 0, 0), (10, 0, 4), 1.0, 1.0, 9.0)
    both = Capsules.join([near, far])
    assert np.array_equal(covered(both), np.maximum(covered(near), covered(far)))
    canvas = Canvas(Block(W, H, 0, H))
    strokes.paint(canvas, both)
    middle = canvas.ground().reshape(H, W, 3)[H // 2 - 8, 0]
    assert middle.tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("elevation", [0.3, 1.2, 1.56])
def test_a_disc_covers_its_solid_angle(elevation: float) -> None:
    radius = 0.05
    index, part = strokes.coverage(disc(direction(1.0, elevation), radius), Block(1024, 512, 0, 512))
    e = np.pi / 2 - (index // 1024 + 0.5) * np.pi / 512
    area = (part * np.cos(e)).sum() * (2 * np.pi / 1024) * (np.pi / 512)
    assert area == pytest.approx(2 * np.pi * (1 - np.cos(radius)), rel=0.01)
