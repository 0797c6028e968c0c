"""COCO's run lengths, with pycocotools as the oracle."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from numpy.typing import NDArray
from pycocotools import mask as coco

from skymatte.errors import LabelError
from skymatte.masks.coco_rle import decode, encode
from tests.masks.strategies import SHAPES, coco_decode, masks

ANY_MASK = SHAPES.flatmap(masks)


@given(ANY_MASK)
def test_both_ways_as_pycocotools(mask: NDArray[np.bool_]) -> None:
    height, width = mask.shape
    packed = coco.encode(np.asfortranarray(mask, np.uint8))["counts"]
    assert encode(mask) == packed.decode("ascii")
    assert np.array_equal(decode(encode(mask), width, height), mask)
    assert np.array_equal(decode(packed, width, height), mask)


@given(ANY_MASK)
def test_plain_counts(mask: NDArray[np.bool_]) -> None:
    height, width = mask.shape
    counts, inside = [0], False
    for value in mask.T.ravel().tolist():
        if value != inside:
            counts.append(0)
            inside = value
        counts[-1] += 1
    assert np.array_equal(decode(counts, width, height), mask)
    expected = coco_decode(coco.frPyObjects({"size": [height, width], "counts": counts}, height, width))
    assert np.array_equal(decode(counts, width, height), expected)


def test_long_runs() -> None:
    mask = np.zeros((2000, 3000), np.bool_)
    mask[100:1900, 200:2800] = True
    mask[700, 700] = False
    assert np.array_equal(decode(encode(mask), 3000, 2000), mask)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ([10, 9], "cover 19 pixels, not 5×4 = 20"),
        ([30], "cover 30 pixels"),
        ([25, -5], "cover 20 pixels"),
        ([], "cover 0 pixels"),
        ([2.5, 17.5], "no list of whole numbers"),
        (None, "no list of whole numbers"),
        ({"a": 1}, "no list of whole numbers"),
        ("", "cover 0 pixels"),
        ("5", "cover 5 pixels"),
        ("d0zz", "'z', which packed counts never do"),
        ("ooo", "in the middle of a count"),
        ("d0é", "'é', which packed counts never do"),
    ],
)
def test_counts_that_cannot_be(counts: Any, said: str) -> None:
    with pytest.raises(LabelError) as caught:
        decode(counts, 5, 4)
    assert said in str(caught.value)
