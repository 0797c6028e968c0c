"""Street roofs: shapes on a level plane above the camera, the same from wherever one looks."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.datasets.overhead import draw_overhead
from skymatte.datasets.views import View
from skymatte.picture.projection import equirectangular_directions

SEEDS = st.integers(0, 2**32)


def clear(directions: NDArray[np.float32] | None, height: int = 64, width: int = 128) -> View:
    sky = np.ones((height, width), np.float32)
    return View(np.ones((height, width, 3), np.float32), sky, sky.copy(), directions)


def roof(directions: NDArray[np.float32], seed: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    height, width = directions.shape[:2]
    return draw_overhead(clear(directions, height, width), 2.0, np.random.default_rng(seed))


@given(SEEDS)
def test_nothing_hangs_at_or_below_the_horizon(seed: int) -> None:
    directions = equirectangular_directions(128, 64)
    cover, _ = roof(directions, seed)
    assert cover[directions[..., 1] < 0].max() == 0
    assert cover.min() >= 0
    assert cover.max() <= 1


@given(SEEDS, st.integers(1, 127))
def test_a_turned_camera_sees_the_same_roof_turned(seed: int, turn: int) -> None:
    directions = equirectangular_directions(128, 64)
    cover, colour = roof(directions, seed)
    turned_cover, turned_colour = roof(np.roll(directions, -turn, axis=1), seed)
    inner = np.ones(128, bool)  # where the finer directions are not interpolated over the sides of the picture
    inner[[0, -1, (turn - 1) % 128, turn % 128]] = False
    back = np.roll(turned_cover, turn, axis=1)
    np.testing.assert_allclose(back[:, inner], cover[:, inner], atol=1e-4)
    whole = (cover > 0.99) & inner
    np.testing.assert_allclose(np.roll(turned_colour, turn, axis=1)[whole], colour[whole], rtol=1e-3)


def test_plain_pictures_get_a_camera_that_looks_up() -> None:
    mean = np.mean([draw_overhead(clear(None), 1.0, np.random.default_rng(seed))[0] for seed in range(32)], axis=0)
    assert mean.mean() > 0.1
    assert mean[0].mean() > mean[-1].mean()
