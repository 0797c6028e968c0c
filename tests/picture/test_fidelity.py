"""PSNR and SSIM: by hand, by a plain reference, by published figures; and of light as it is perceived."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from benchmarks.superres_pictures import prepared, set_pictures
from skymatte.picture.bicubic import bicubic
from skymatte.picture.fidelity import psnr, pu21_psnr, ssim

Array = NDArray[np.float32]


def noise(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).random(shape, np.float32)


def plain_ssim(x: Array, y: Array) -> float:
    """Window by window, straight from Wang et al. 2004, equations 13 to 16."""
    away = np.arange(-5, 6)
    window = np.exp(-(away[:, None] ** 2 + away**2) / (2 * 1.5**2))
    window /= window.sum()
    found = []
    for top in range(x.shape[0] - 10):
        for left in range(x.shape[1] - 10):
            a, b = (each[top : top + 11, left : left + 11].astype(np.float64) for each in (x, y))
            mean_a, mean_b = (window * a).sum(), (window * b).sum()
            var_a, var_b = (window * (a - mean_a) ** 2).sum(), (window * (b - mean_b) ** 2).sum()
            both = (window * (a - mean_a) * (b - mean_b)).sum()
            light = (2 * mean_a * mean_b + 0.01**2) / (mean_a**2 + mean_b**2 + 0.01**2)
            found.append(light * (2 * both + 0.03**2) / (var_a + var_b + 0.03**2))
    return float(np.mean(found))


@pytest.mark.parametrize(("step", "decibels"), [(1, 48.1308), (16, 24.0484), (255, 0.0)])
def test_psnr_by_hand(step: float, decibels: float) -> None:
    truth = np.zeros((4, 5), np.float32)
    assert psnr(truth + np.float32(step), truth, peak=255) == pytest.approx(decibels, abs=1e-4)


def test_the_border_counts_nowhere() -> None:
    truth = noise(1, 20, 21)
    answer = truth.copy()
    answer[:2], answer[-2:], answer[:, :2], answer[:, -2:] = 9, 9, 9, 9
    assert psnr(answer, truth, border=2) == math.inf
    assert ssim(answer, truth, border=2) == pytest.approx(1)
    assert psnr(answer, truth, border=1) < 30


def test_psnr_does_not_mind_the_unit() -> None:
    truth, answer = noise(1, 8, 9, 3), noise(2, 8, 9, 3)
    assert psnr(answer * 255, truth * 255, peak=255) == pytest.approx(psnr(answer, truth), abs=1e-4)


@pytest.mark.parametrize("shape", [(11, 11), (14, 19)])
@pytest.mark.parametrize("blend", [0.1, 0.6])
def test_a_plain_reference_finds_the_same_similarity(shape: tuple[int, int], blend: float) -> None:
    truth = noise(3, *shape)
    answer = ((1 - blend) * truth + blend * noise(4, *shape)).astype(np.float32)
    expected = plain_ssim(answer, truth)
    assert ssim(answer, truth) == pytest.approx(expected, abs=1e-6)
    assert ssim(answer * 255, truth * 255, peak=255) == pytest.approx(expected, abs=1e-6)


@given(st.integers(0, 2**32 - 1), st.floats(0, 1))
def test_similarity_is_symmetric_and_at_most_one(seed: int, blend: float) -> None:
    truth = noise(seed, 12, 13)
    answer = (truth + np.float32(blend) * noise(seed + 1, 12, 13)).astype(np.float32)
    found = ssim(answer, truth)
    assert found == pytest.approx(ssim(truth, answer), abs=1e-12)
    assert -1 <= found <= 1 + 1e-12
    assert ssim(truth, truth) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("scale", "published"), [(2, 0.9299), (3, 0.8682), (4, 0.8104)])
def test_published_similarity_of_bicubic_on_set5(shared_data: Path, scale: int, published: float) -> None:
    found = []
    for picture in set_pictures(shared_data, "Set5"):
        pair = prepared(picture, scale)
        up = np.clip(np.rint(bicubic(pair.small, *pair.truth.shape) * 255), 0, 255)
        found.append(ssim(up, np.rint(pair.truth * 255), border=scale, peak=255))
    assert np.mean(found) == pytest.approx(published, abs=5e-4)


@pytest.mark.parametrize(
    ("answer", "truth", "decibels"),
    [(0.005, 100, 0.0), (10_000, 100, -2.449), (1e6, 100, -2.449), (0, 0.005, math.inf)],
)
def test_perceived_light_runs_from_0_to_256_at_white_to_595(answer: float, truth: float, decibels: float) -> None:
    """PU21's published range: 0.005, 100 and 10 000 cd/m² are 0, 256 and 595.39; the arguments are cd/m²."""
    found = pu21_psnr(np.full((3, 3), answer / 100), np.full((3, 3), truth / 100))
    assert found == pytest.approx(decibels, abs=0.02)


def test_the_same_ratio_matters_as_much_in_the_light_as_in_twice_the_light() -> None:
    """About: PU21 is nearly logarithmic there.  Plain PSNR would lose 6 dB."""
    light = 0.5 + noise(5, 16, 16, 3)
    near, far = pu21_psnr(1.1 * light, light), pu21_psnr(2.2 * light, 2 * light)
    assert abs(near - far) < 1
    assert psnr(1.1 * light, light) - psnr(2.2 * light, 2 * light) == pytest.approx(6.02, abs=0.01)


@pytest.mark.parametrize("measure", [psnr, pu21_psnr, ssim])
def test_only_pictures_of_one_shape_can_be_compared(measure: Callable[..., float]) -> None:
    with pytest.raises(ValueError, match="different shapes"):
        measure(noise(1, 12, 12), noise(1, 12, 13))
    with pytest.raises(ValueError, match="nothing is left inside a border of 6 px"):
        measure(noise(1, 12, 30), noise(1, 12, 30), border=6)


@pytest.mark.parametrize("shape", [(10, 30), (30, 30, 3)])
def test_similarity_needs_a_window_and_one_channel(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one channel of at least 11×11 px"):
        ssim(noise(1, *shape), noise(1, *shape))
