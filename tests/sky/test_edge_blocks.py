"""Blocks cover every open pixel once, follow the edge, and see across the frame as the picture does."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skymatte.sky.edge_blocks import BLOCK, CELL, Block, open_blocks


@given(st.integers(1, 700), st.integers(1, 700), st.booleans(), st.integers(0, 99))
def test_every_open_pixel_and_its_neighbourhood_is_in_one_block(height: int, width: int, wrap: bool, seed: int) -> None:
    rng = np.random.default_rng(seed)
    matte = np.ones((height, width), np.float32)
    points = rng.integers(0, (height, width), (3, 2))
    for y, x in points:
        matte[y:, x] = 0
        matte[y, x] = rng.random()
    count = np.zeros(matte.shape, int)
    for block in open_blocks(matte, 0.05, wrap=wrap):
        assert block.bottom - block.top <= BLOCK
        assert block.right - block.left <= BLOCK
        block.part(count)[:] += 1
    assert count.max() <= 1
    y, x = np.nonzero((matte > 0.05) & (matte < 0.95))
    for down in (-CELL, 0, CELL):
        for across in (-CELL, 0, CELL):
            column = (x + across) % width if wrap else np.clip(x + across, 0, width - 1)
            assert (count[np.clip(y + down, 0, height - 1), column] == 1).all() or (wrap and width % CELL)


def test_work_follows_the_edge_not_the_area() -> None:
    def area(size: int) -> int:
        matte = np.where(np.arange(size)[:, None] < size / 2, 1, 0) * np.ones((1, size))
        blocks = open_blocks(matte.astype(np.float32), 0.05, wrap=False)
        return sum((block.bottom - block.top) * (block.right - block.left) for block in blocks)

    assert area(2048) / area(1024) == 2


def test_sure_pictures_have_no_blocks() -> None:
    for value in (0.0, 0.04, 0.97, 1.0):
        assert not list(open_blocks(np.full((300, 300), value, np.float32), 0.05, wrap=True))


def test_a_window_goes_on_at_the_other_side_of_a_panorama() -> None:
    image = np.arange(64 * 96, dtype=np.float32).reshape(64, 96)
    window = Block(0, 32, 64, 96).window(image, 16, wrap=True)
    assert window.shape == (64, 64)
    np.testing.assert_array_equal(window[16:, -16:], image[:48, :16])
    np.testing.assert_array_equal(window[:16], np.flip(window[16:32], axis=0))


def test_a_window_mirrors_at_the_frame() -> None:
    image = np.arange(64 * 96, dtype=np.float32).reshape(64, 96)
    window = Block(32, 64, 64, 96).window(image, 40, wrap=False)
    np.testing.assert_array_equal(window, np.pad(image, 40, "symmetric")[32:144, 64:176])
