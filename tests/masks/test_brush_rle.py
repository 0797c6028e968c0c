"""Label Studio's brush masks, with its own SDK as the oracle: what it wrote is checked in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.masks.brush_rle import decode, encode
from tests.masks.strategies import SHAPES, masks

GOLDEN = json.loads((Path(__file__).parents[1] / "datasets" / "label_studio_golden.json").read_text(encoding="utf-8"))
SMALL = np.array([[1, 1, 0], [0, 1, 0]], np.bool_)


def golden_mask(brush: dict[str, Any]) -> NDArray[np.bool_]:
    runs = brush["runs"]
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs).reshape(brush["height"], brush["width"])


def stream(chunks: list[tuple[bool, list[int]]], count: int, sizes: tuple[int, ...] = (3, 4, 8, 16)) -> list[int]:
    """A stream written bit by bit, as text: chunks of one repeated word or of several listed ones."""
    bits = f"{count:032b}{7:05b}" + "".join(f"{size - 1:04b}" for size in sizes)
    for repeated, words in chunks:
        choice = next(i for i, size in enumerate(sizes) if len(words) <= 1 << size)
        bits += f"{repeated:b}{choice:02b}{len(words) - 1:0{sizes[choice]}b}"
        bits += "".join(f"{word:08b}" for word in (words[:1] if repeated else words))
    bits += "0" * (-len(bits) % 8)
    return [int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)]


@pytest.mark.parametrize("brush", GOLDEN["brushes"], ids=lambda brush: f"{brush['width']}x{brush['height']}")
def test_what_the_sdk_writes_and_would_write(brush: dict[str, Any]) -> None:
    mask, rle = golden_mask(brush), brush["rle"]
    assert np.array_equal(decode(rle, brush["width"], brush["height"]), mask)
    ours = encode(mask)
    # The SDK fills up the last byte with zeros, a whole one of them if it is full already.
    assert rle[: len(ours)] == ours
    assert not any(rle[len(ours) :])


@given(SHAPES.flatmap(masks))
def test_there_and_back(mask: NDArray[np.bool_]) -> None:
    assert np.array_equal(decode(encode(mask), mask.shape[1], mask.shape[0]), mask)


def test_the_live_sdk_reads_what_is_written() -> None:
    brush = pytest.importorskip(
        "label_studio_sdk.converter.brush", reason="the oracle label-studio-sdk is not installed"
    )
    rng = np.random.default_rng(0)
    for density in (0.0, 0.1, 0.5, 1.0):
        mask = rng.random((37, 53)) < density
        read = brush.decode_rle(encode(mask)).reshape(37, 53, 4)
        assert (read == np.where(mask, 255, 0)[..., None]).all()
        assert np.array_equal(decode(brush.mask2rle(np.where(mask, 255, 0)), 53, 37), mask)


@pytest.mark.parametrize("sizes", [(3, 4, 8, 16), (1, 2, 5, 9)])
def test_listed_words_at_any_bit(sizes: tuple[int, ...]) -> None:
    # What the editor writes: the colour of the brush and alpha, pixel by pixel, in chunks of listed words.
    rng = np.random.default_rng(1)
    mask = rng.random((6, 7)) < 0.5
    words = np.stack([np.full_like(mask, 200, np.uint8)] * 3 + [np.where(mask, 255, 0)], axis=-1).ravel().tolist()
    for cut in range(1, 40, 3):
        chunks = [(False, words[:cut]), (False, words[cut : cut + 1]), (False, words[cut + 1 :])]
        assert np.array_equal(decode(stream(chunks, len(words), sizes), 7, 6), mask)


def test_faint_and_blurred_brushes() -> None:
    # Old versions wrote the opacity of the display as alpha; the rim of a stroke is blurred.
    alpha = [[0, 30, 64], [100, 127, 127]]
    words = [word for row in alpha for value in row for word in (255, 0, 0, value)]
    assert decode(stream([(False, words)], 24), 3, 2).tolist() == [[False, False, True], [True, True, True]]
    assert not decode(stream([(True, [0] * 24)], 24), 3, 2).any()


@pytest.mark.parametrize("bad", [None, "abc", [], [1, 2, 3], [300] * 9, [-1] * 9, [0.5] * 9, ["x"] * 9])
def test_no_list_of_bytes(bad: Any) -> None:
    with pytest.raises(LabelError, match="no list of byte values"):
        decode(bad, 3, 2)


def test_cut_off_anywhere() -> None:
    whole = encode(SMALL)
    for length in range(7, len(whole) - 1):
        with pytest.raises(LabelError, match="cut off"):
            decode(whole[:length], 3, 2)


def test_another_size_than_its_picture() -> None:
    with pytest.raises(LabelError, match=r"holds 24 words of 8 bits, not the 4×2×4 bytes"):
        decode(encode(SMALL), 4, 2)
    with pytest.raises(LabelError, match=r"more than the 24 bytes"):
        decode(stream([(True, [0] * 25)], 24), 3, 2)
