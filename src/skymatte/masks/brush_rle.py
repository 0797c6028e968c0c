"""Label Studio's brush masks: run lengths of RGBA bytes in a stream of bits, given as a list of byte values.

The stream (thi.ng/rle-pack) begins with the number of words (32 bits), the bits of a word less one (5) and four sizes
of counts less one (4 each).  Then come chunks: a bit that says whether one word is repeated or many are listed, two
bits that choose the size of the count, the count less one, and the word or words.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError

_CHANNELS: Final = 4
_WORD: Final = 8
_COUNT_SIZES: Final = (3, 4, 8, 16)
_HEAD_BITS: Final = 32 + 5 + 4 * 4


def decode(rle: Any, width: int, height: int) -> NDArray[np.bool_]:
    """The mask of a brush region: H×W bool.

    Painted is what has at least half the highest alpha: Label Studio blurs the rim of strokes, and older versions
    wrote the opacity of the display (about one half) as alpha.

    Args:
        rle: the list of byte values, 0…255.
        width: of the annotated picture.
        height: of the annotated picture.

    Raises:
        LabelError: no such list, cut off, or of another size.
    """
    data = _bytes(rle)
    bits = _Bits(data)
    count, word = bits.take(32), bits.take(5) + 1
    sizes = tuple(bits.take(4) + 1 for _ in range(4))
    if word != _WORD or count != width * height * _CHANNELS:
        raise LabelError(
            f"its brush mask holds {count} words of {word} bits, not the {width}×{height}×4 bytes of its picture"
        )
    words = np.zeros(count, np.uint8)
    done = 0
    while done < count:
        repeated = bits.take(1)
        end = done + bits.take(sizes[bits.take(2)]) + 1
        if end > count:
            raise LabelError(f"its brush mask holds more than the {count} bytes that it announces")
        words[done:end] = bits.take(_WORD) if repeated else bits.take_words(end - done)
        done = end
    alpha = words[_CHANNELS - 1 :: _CHANNELS].reshape(height, width)
    painted: NDArray[np.bool_] = (alpha > 0) & (2 * alpha.astype(np.uint16) >= alpha.max())
    return painted


def encode(mask: NDArray[np.bool_]) -> list[int]:
    """The brush mask of an H×W bool mask: byte values 0…255, all four channels alike, as Label Studio writes them."""
    flat = np.asarray(mask, np.uint8).ravel()
    starts = np.concatenate(([0], np.flatnonzero(np.diff(flat)) + 1))
    lengths = np.diff(np.concatenate((starts, [flat.size]))) * _CHANNELS
    counts, values = _chunks(lengths, flat[starts] * np.uint8(255))
    choice = np.searchsorted([1 << size for size in _COUNT_SIZES], counts)
    sizes = np.array(_COUNT_SIZES, np.int64)[choice]
    codes = (((1 << 2 | choice) << sizes | (counts - 1)) << _WORD) | values
    head = _pack(
        np.array([flat.size * _CHANNELS, _WORD - 1, *(size - 1 for size in _COUNT_SIZES)]),
        np.array([32, 5, 4, 4, 4, 4]),
    )
    body = _pack(codes, 3 + sizes + _WORD)
    return [int(value) for value in np.packbits(np.concatenate((head, body)))]


def _chunks(lengths: NDArray[np.int64], values: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Runs split into counts of at most 2¹⁶, and their values."""
    most = 1 << _COUNT_SIZES[-1]
    pieces = -(-lengths // most)
    counts = np.full(int(pieces.sum()), most, np.int64)
    last = np.cumsum(pieces) - 1
    counts[last] = lengths - (pieces - 1) * most
    return counts, np.repeat(values, pieces).astype(np.int64)


def _pack(codes: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Numbers as bits, high bits first, each in as many as its size says: uint8 of 0 and 1."""
    ends = np.cumsum(sizes)
    place = np.repeat(ends, sizes) - 1 - np.arange(ends[-1])
    return (np.repeat(codes, sizes) >> place & 1).astype(np.uint8)


def _bytes(rle: Any) -> bytes:
    try:
        data = bytes(rle) if isinstance(rle, list) else b""
    except (TypeError, ValueError):
        data = b""
    if 8 * len(data) < _HEAD_BITS:
        raise LabelError("its brush mask is no list of byte values 0…255 with at least a header")
    return data


class _Bits:
    """A stream of bits, read from its beginning."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    def take(self, count: int) -> int:
        """The number in the next *count* ≤ 32 bits."""
        begin = self._place
        self._advance(count)
        first, last = begin >> 3, (self._place + 7) >> 3
        number = int.from_bytes(self._data[first:last], "big") >> (8 * last - self._place)
        return number & ((1 << count) - 1)

    def take_words(self, count: int) -> NDArray[np.uint8]:
        """The next *count* bytes, wherever in a byte they begin."""
        begin = self._place
        self._advance(8 * count)
        window = np.frombuffer(self._data, np.uint8)[begin >> 3 : (self._place + 7) >> 3]
        shift = begin & 7
        if not shift:
            return window
        pairs = window[:-1].astype(np.uint16) << 8 | window[1:]
        return (pairs >> (8 - shift)).astype(np.uint8)

    def _advance(self, bits: int) -> None:
        self._place += bits
        if self._place > 8 * len(self._data):
            raise LabelError("its brush mask is cut off")
