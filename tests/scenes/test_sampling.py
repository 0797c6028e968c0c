from __future__ import annotations

import numpy as np
import pytest

from skymatte.scenes.sampling import NET_X, NET_Y, Block, pack


def test_every_strip_of_a_64th_holds_exactly_one_sample() -> None:
    for values in (NET_X, NET_Y):
        assert sorted(np.floor(values * 64).astype(int)) == list(range(64))


@pytest.mark.parametrize(("columns", "rows"), [(2, 32), (4, 16), (8, 8), (16, 4), (32, 2)])
def test_every_elementary_box_holds_exactly_one_sample(columns: int, rows: int) -> None:
    cells = np.floor(NET_X * columns).astype(int) * rows + np.floor(NET_Y * rows).astype(int)
    assert sorted(cells) == list(range(64))


def test_a_slanted_edge_is_measured_within_three_64ths() -> None:
    """Against the exact area that a line through a unit square cuts off, by 2000×2000 points."""
    fine = (np.arange(2000) + 0.5) / 2000
    for angle in np.linspace(0, np.pi, 23):
        for offset in (-0.31, -0.02, 0.2, 0.47):
            c, s = np.cos(angle), np.sin(angle)
            exact = ((fine - 0.5) * c + (fine[:, None] - 0.5) * s < offset).mean()
            measured = ((NET_X - 0.5) * c + (NET_Y - 0.5) * s < offset).mean()
            assert abs(measured - exact) < 3 / 64


def test_directions_point_where_the_pixel_is() -> None:
    block = Block(64, 32, 0, 32)
    d = block.directions.reshape(32, 64, 3)
    assert np.allclose(np.linalg.norm(d, axis=-1), 1, atol=1e-6)
    assert np.allclose(np.degrees(np.arcsin(d[0, 0, 2])), 90 - 180 / 32 / 2, atol=1e-3)
    assert np.allclose(np.degrees(np.arctan2(d[16, 16, 1], d[16, 16, 0])), (16 + 0.5) * 360 / 64, atol=1e-3)


def test_samples_lie_inside_their_pixel() -> None:
    block = Block(64, 32, 8, 24)
    index = np.arange(16 * 64)
    x, y, z = (v.astype(np.float64) for v in block.sample_directions(index))
    row = (np.pi / 2 - np.arcsin(z)) * 32 / np.pi
    column = np.arctan2(y, x) % (2 * np.pi) * 64 / (2 * np.pi)
    assert np.all(np.abs(row - (index // 64 + 8.5)[:, None]) < 0.5)
    assert np.all(np.abs(column - (index % 64 + 0.5)[:, None]) < 0.5)


def test_pack_puts_sample_k_in_bit_k() -> None:
    inside = np.zeros((2, 64), bool)
    inside[0, 0] = inside[1, 63] = True
    assert pack(inside).tolist() == [1, 1 << 63]
