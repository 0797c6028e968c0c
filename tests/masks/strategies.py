"""Small masks, labels and mattes for property tests."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from numpy.typing import NDArray
from pycocotools import mask as coco

SHAPES = npst.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=12)


def labels(shape: tuple[int, ...], values: tuple[int, ...] = (0, 128, 255)) -> st.SearchStrategy[NDArray[np.uint8]]:
    return npst.arrays(np.uint8, shape, elements=st.sampled_from(values))


def masks(shape: tuple[int, ...]) -> st.SearchStrategy[NDArray[np.bool_]]:
    return npst.arrays(np.bool_, shape)


def mattes(shape: tuple[int, ...]) -> st.SearchStrategy[NDArray[np.float32]]:
    return npst.arrays(np.float32, shape, elements=st.floats(0, 1, width=32))


@st.composite
def mask_and_label(draw: st.DrawFn, values: tuple[int, ...] = (0, 128, 255)) -> tuple[Any, Any]:
    """H×W bool and H×W uint8."""
    shape = draw(SHAPES)
    return draw(masks(shape)), draw(labels(shape, values))


@st.composite
def two_masks_and_label(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """Two predictions for one label."""
    shape = draw(SHAPES)
    return draw(masks(shape)), draw(masks(shape)), draw(labels(shape))


@st.composite
def mattes_and_label(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """Two mattes and a label."""
    shape = draw(SHAPES)
    return draw(mattes(shape)), draw(mattes(shape)), draw(labels(shape))


def coco_decode(encoded: Any) -> NDArray[np.bool_]:
    """The mask of one run-length object, by pycocotools, whose array code numpy 2 warns about."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return np.asarray(coco.decode(encoded), np.bool_)
