"""Linear light of PQ, HLG and display numbers, against published values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from skymatte.video.frame import Transfer
from skymatte.video.transfer import linear_light, tagged

NITS = 203.0


def grey(signal: float, dtype: type[np.generic] = np.uint16) -> np.ndarray:
    top = 1.0 if dtype is np.float32 else np.iinfo(dtype).max  # type: ignore[type-var]
    return np.full((1, 1, 3), round(signal * top) if top > 1 else signal, dtype)


# SMPTE ST 2084's curve as published in ITU-R BT.2100 and BT.2408: signal and cd/m².
@pytest.mark.parametrize(("signal", "nits"), [(0.0, 0), (0.5081, 100), (0.5807, 203), (0.7518, 1000), (1.0, 10000)])
def test_pq_gives_the_published_luminances(signal: float, nits: float) -> None:
    for dtype in (np.uint16, np.float32):
        light = linear_light(grey(signal, dtype), Transfer.PQ)
        np.testing.assert_allclose(light * NITS, nits, rtol=2e-3, atol=1e-6)


# ITU-R BT.2408-7, table 1: signal in whole per cent of PQ and HLG, and cd/m² on a display of 1000 cd/m².
@pytest.mark.parametrize(("pq", "hlg", "nits"), [(38, 38, 26), (56, 71, 162), (57, 73, 179), (58, 75, 203)])
def test_pq_and_hlg_levels_of_production_are_met(pq: int, hlg: int, nits: int) -> None:
    for transfer, percent in ((Transfer.PQ, pq), (Transfer.HLG, hlg)):
        below, above = (linear_light(grey((percent + d) / 100), transfer)[0, 0, 0] * NITS for d in (-0.6, 0.6))
        assert below <= nits <= above


def test_diffuse_white_is_one() -> None:
    assert linear_light(grey(0.5807), Transfer.PQ).max() == pytest.approx(1, abs=2e-3)
    assert linear_light(grey(0.75), Transfer.HLG).max() == pytest.approx(1, abs=2e-3)
    assert linear_light(grey(1.0), Transfer.SDR).max() == 1


def test_hlg_turns_scene_light_into_that_of_a_display() -> None:
    """BT.2100-2, table 5: red alone at full signal, E = (1, 0, 0): F = 1000 · 0.2627^0.2 · E."""
    red = np.array([[[65535, 0, 0]]], np.uint16)
    np.testing.assert_allclose(linear_light(red, Transfer.HLG)[0, 0] * NITS, [1000 * 0.2627**0.2, 0, 0], rtol=1e-5)


def test_eight_bits_meet_sixteen_and_floats() -> None:
    codes = np.arange(256, dtype=np.uint8).reshape(16, 16, 1).repeat(3, axis=2)
    for transfer in Transfer:
        eight = linear_light(codes, transfer)
        np.testing.assert_allclose(eight, linear_light(codes.astype(np.uint16) * 257, transfer), rtol=1e-5, atol=1e-8)
        floats = linear_light(np.asarray(codes / 255, np.float32), transfer)
        np.testing.assert_allclose(eight, floats, rtol=1e-5, atol=1e-8)


def test_the_answer_is_new_and_contiguous_even_of_a_view() -> None:
    view: NDArray[np.float32] = np.random.default_rng(1).random((6, 20, 3), np.float32)[:, 3:11]
    light = linear_light(view, Transfer.LINEAR)
    assert np.array_equal(light, view)
    light *= 2
    assert np.array_equal(linear_light(view, Transfer.LINEAR), view)
    assert np.array_equal(linear_light(view[:, ::-1], Transfer.SDR), linear_light(view.copy(), Transfer.SDR)[:, ::-1])


@given(hnp.arrays(np.float32, (3, 4, 3), elements=st.floats(width=32, allow_nan=True, allow_infinity=True)))
def test_any_float_becomes_finite_light(pixels: np.ndarray) -> None:
    for transfer in Transfer:
        if transfer is Transfer.SDR:
            continue  # has no upper end that a float could not exceed
        light = linear_light(pixels, transfer)
        assert light.dtype == np.float32
        assert (np.isfinite(light) & (light >= 0)).all()


@given(st.sampled_from([Transfer.SDR, Transfer.PQ, Transfer.HLG]), st.integers(0, 65534))
def test_more_signal_is_more_light(transfer: Transfer, code: int) -> None:
    low, high = (linear_light(np.full((1, 1, 3), value, np.uint16), transfer)[0, 0, 0] for value in (code, code + 1))
    assert low <= high


@pytest.mark.parametrize(("tag", "transfer"), [(16, Transfer.PQ), (18, Transfer.HLG), (8, Transfer.LINEAR), (2, "sdr")])
def test_tags(tag: int, transfer: Transfer) -> None:
    assert tagged(tag) == transfer
