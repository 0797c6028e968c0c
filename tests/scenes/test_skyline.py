from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.scenes import noise, skyline
from skymatte.scenes.canvas import Canvas
from skymatte.scenes.sampling import Block
from skymatte.scenes.skyline import CORNERS, Skyline

W, H = 256, 128


def covered(line: Skyline) -> NDArray[np.float64]:
    canvas = Canvas(Block(W, H, 0, H))
    index, bits = skyline.cover(line, canvas)
    out = np.zeros(W * H)
    out[index] = np.bitwise_count(bits) / 64
    return out.reshape(H, W)


def exact(line: Skyline) -> NDArray[np.float64]:
    """The covered share of each pixel by integrating the clipped height over 4096 azimuths per column."""
    a = (np.arange(W)[:, None] + (np.arange(4096) + 0.5) / 4096) * (2 * np.pi / W)
    x = a / (2 * np.pi) * CORNERS
    heights = np.interp(x, np.arange(CORNERS + 1), np.append(line.height, line.height[0]))
    bottom = np.pi / 2 - (np.arange(H) + 1) * np.pi / H
    return np.stack([np.clip((heights - b) / (np.pi / H), 0, 1).mean(1) for b in bottom])


def test_smooth_hills_are_exact_to_three_64ths() -> None:
    line = Skyline(0.1 + 0.05 * noise.ring(np.random.default_rng(0), CORNERS, 1.5).astype(np.float64))
    assert np.abs(covered(line) - exact(line)).max() < 3 / 64


def test_needles_thinner_than_a_pixel_keep_their_share() -> None:
    line = Skyline(skyline.conifers(np.random.default_rng(1), 0.2, 0.004))
    got, want = covered(line), exact(line)
    assert np.abs(got - want).max() < 8 / 64
    assert abs((got - want).mean()) < 1e-4


def test_a_level_horizon_takes_half_of_its_row() -> None:
    got = covered(Skyline.level(np.pi / H / 2))
    assert np.all(got[H // 2 - 1] == 0.5)
    assert np.all(got[H // 2 :] == 1)
    assert np.all(got[: H // 2 - 1] == 0)


def test_heights_wrap() -> None:
    line = Skyline(np.sin(skyline.azimuths() * 3))
    a = np.linspace(-1, 1, 50)
    assert np.allclose(line.at(a), line.at(a + 2 * np.pi))
