"""A fine level: tiles where something is open, blended without a seam, the coarser answer elsewhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.runtime.enlarge import enlarge
from skymatte.runtime.look import Look
from skymatte.runtime.tiled import TILE, look_closer, tile_starts, undecided

Array = NDArray[np.float32]


def bright(encoded: Array, _: Array | None) -> Array:
    """A network for which everything above 0.5 in linear light is sky."""
    return np.asarray(encoded[..., 0] > encode("log", np.full(1, 0.5, np.float32)), np.float32)


def obedient(_: Array, prior: Array | None) -> Array:
    """A network that repeats what it is told."""
    assert prior is not None
    return prior


def shown(predict: object, *, wrap: bool = False) -> Look:
    return Look(predict, "log", 32, 1.0, wrap)  # type: ignore[arg-type]


@given(length=st.integers(1, 3000), ring=st.booleans())
def test_tiles_cover_every_pixel_and_share_some(length: int, ring: bool) -> None:
    starts = tile_starts(length, ring=ring)
    gaps = np.diff([*starts, starts[0] + length]) if ring else np.diff(starts)
    assert (gaps <= TILE - 64).all()
    assert starts[0] == 0
    if ring:
        around = np.subtract.outer(np.add(starts, length / 2), starts) % length
        assert np.minimum(around, length - around).min(axis=1).max() <= 1  # half a turn maps tiles on tiles
    else:
        assert starts[-1] + TILE == max(length, TILE)


def skyline(height: int, width: int) -> Array:
    """A bright sky over a dark ground with a wavy edge, H×W×3."""
    edge = height * (0.4 + 0.1 * np.sin(np.arange(width) / width * 6 * np.pi))
    sky = np.arange(height)[:, None] < edge
    return np.where(sky, 4.0, 0.05)[..., None].repeat(3, 2).astype(np.float32)


@pytest.mark.parametrize("size", [(600, 1000), (100, 90), (257, 700), (1000, 256)])
@pytest.mark.parametrize("wrap", [False, True])
def test_the_edge_is_drawn_at_full_resolution(size: tuple[int, int], wrap: bool) -> None:
    pixels = skyline(*size)
    coarser = bright(encode("log", pixels[::4, ::4]), None) * 0.9 + 0.05
    level = look_closer(pixels, coarser, shown(bright, wrap=wrap))
    missed = np.abs(level.matte - (pixels[..., 0] > 0.5)) > 0.01
    assert missed.mean() < 1e-4, "but for steps of the coarser answer's own grid"


def test_only_tiles_on_the_skyline_are_looked_at() -> None:
    pixels = skyline(2000, 3000)
    level = look_closer(pixels, bright(encode("log", pixels[::2, ::2]), None), shown(bright))
    assert level.of == 11 * 16
    assert 16 <= level.tiles <= 4 * 16
    np.testing.assert_array_equal(level.matte > 0.5, pixels[..., 0] > 0.5)


def test_where_all_is_decided_nothing_is_looked_at() -> None:
    pixels = np.ones((400, 600, 3), np.float32)
    level = look_closer(pixels, np.ones((100, 150), np.float32), shown(obedient))
    assert level.tiles == 0
    np.testing.assert_array_equal(level.matte, 1)


@pytest.mark.parametrize("wrap", [False, True])
def test_the_network_is_told_what_was_said_of_the_very_place(wrap: bool) -> None:
    """A network that repeats its prior gives back the enlarged coarser answer, tiles or not."""
    coarser = np.random.default_rng(0).random((130, 170), dtype=np.float32)
    level = look_closer(np.ones((390, 510, 3), np.float32), coarser, shown(obedient, wrap=wrap))
    assert level.tiles == level.of
    np.testing.assert_allclose(level.matte, enlarge(coarser, 390, 510, wrap=wrap), atol=1e-4)


@settings(max_examples=10, deadline=None)
@given(turn=st.integers(0, 599))
def test_a_turned_level_is_looked_at_as_if_the_picture_had_been_turned(turn: int) -> None:
    pixels, coarser = skyline(300, 600), bright(encode("log", skyline(150, 300)), None)
    turned = look_closer(np.roll(pixels, turn, axis=1), coarser, shown(bright, wrap=True), turn=turn)
    np.testing.assert_array_equal(
        turned.matte, np.roll(look_closer(pixels, coarser, shown(bright, wrap=True)).matte, turn, 1)
    )


def test_open_is_what_is_unsure_or_an_edge() -> None:
    answer = np.zeros((20, 40), np.float32)
    answer[:, 20:] = 1
    answer[10, 5] = 0.3
    found = undecided(answer, wrap=False)
    assert found[:, 17:23].all()
    assert not found[:, 24:].any()
    assert found[8:13, 3:8].all()
    assert not found[:5, :12].any()


def test_the_wrap_of_a_panorama_is_an_edge_too() -> None:
    answer = np.zeros((8, 40), np.float32)
    answer[:, 20:] = 1
    assert undecided(answer, wrap=True)[:, [0, -1]].all()
    assert not undecided(answer, wrap=False)[:, [0, -1]].any()
