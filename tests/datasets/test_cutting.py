"""Where patches lie and what they hold, against TensorFlow's padding rules and numpy's padding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.cutting import corners, cut, inside
from skymatte.datasets.patch_plan import PatchPlan

sides = st.integers(1, 40)
plans = st.builds(
    PatchPlan, size=st.integers(1, 24), stride=st.integers(1, 30), padding=st.sampled_from(["valid", "same"])
)


@given(height=sides, width=sides, plan=plans)
def test_valid_patches_lie_inside_and_leave_less_than_a_stride(height: int, width: int, plan: PatchPlan) -> None:
    plan = plan.model_copy(update={"padding": "valid"})
    found = corners(height, width, plan, wraps=False)
    if min(height, width) < plan.size:
        assert found == []
        return
    tops, lefts = (np.unique([corner[axis] for corner in found]) for axis in (0, 1))
    assert len(found) == len(tops) * len(lefts)
    for length, starts in ((height, tops), (width, lefts)):
        assert starts[0] == 0
        assert length - plan.stride < starts[-1] + plan.size <= length
        assert (np.diff(starts) == plan.stride).all()


@given(height=sides, width=sides, plan=plans, wraps=st.booleans())
def test_same_padding_sees_every_pixel_that_the_stride_does_not_skip(
    height: int, width: int, plan: PatchPlan, wraps: bool
) -> None:
    plan = plan.model_copy(update={"padding": "same"})
    found = corners(height, width, plan, wraps=wraps)
    assert len(found) == -(-height // plan.stride) * -(-width // plan.stride)
    seen = np.zeros((height, width), bool)
    for top, left in found:
        columns = np.arange(left, left + plan.size)
        columns = columns % width if wraps else columns[(columns >= 0) & (columns < width)]
        seen[max(top, 0) : max(top + plan.size, 0), columns] = True
    if plan.stride <= plan.size:
        assert seen.all()


@pytest.mark.parametrize(
    ("length", "size", "stride", "starts"),
    [
        # tf.image.extract_patches(…, padding="SAME"): missing = (⌈L/s⌉−1)·s + k − L, ⌊missing/2⌋ of it before.
        (5, 3, 2, [-1, 1, 3]),
        (6, 3, 2, [0, 2, 4]),
        (10, 4, 3, [-1, 2, 5, 8]),
        (512, 224, 100, [-106, -6, 94, 194, 294, 394]),
        (3, 1, 2, [0, 2]),
    ],
)
def test_same_padding_is_tensorflows(length: int, size: int, stride: int, starts: list[int]) -> None:
    plan = PatchPlan(size=size, stride=stride, padding="same")
    assert [left for _, left in corners(1, length, plan, wraps=False)] == starts


@given(
    height=st.integers(2, 12),
    width=st.integers(2, 12),
    top=st.integers(-9, 12),
    left=st.integers(-9, 12),
    size=st.integers(1, 9),
    wraps=st.booleans(),
    channels=st.booleans(),
)
def test_a_patch_is_a_window_of_the_padded_picture(
    height: int, width: int, top: int, left: int, size: int, wraps: bool, channels: bool
) -> None:
    shape = (height, width, 3) if channels else (height, width)
    image = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    rest = ((0, 0),) * (image.ndim - 2)
    padded = np.pad(image, ((0, 0), (30, 30), *rest), mode="wrap" if wraps else "reflect")
    padded = np.pad(padded, ((30, 30), (0, 0), *rest), mode="reflect")
    expected = padded[30 + top : 30 + top + size, 30 + left : 30 + left + size]
    patch = cut(image, top, left, size, wraps=wraps)
    np.testing.assert_array_equal(patch, expected)
    assert not np.shares_memory(patch, image)
    own = np.pad(np.ones((height, width), bool), 30)
    if wraps:  # columns before the first do not occur, and after one turn the picture repeats itself
        own[30 : 30 + height, :] = np.arange(-30, width + 30) < left + width
    np.testing.assert_array_equal(
        inside(height, width, top, left, size, wraps=wraps),
        own[30 + top : 30 + top + size, 30 + left : 30 + left + size],
    )


def test_one_row_is_mirrored_too() -> None:
    image = np.array([[1, 2, 3]], np.uint8)
    np.testing.assert_array_equal(cut(image, -1, -1, 3, wraps=False), [[2, 1, 2]] * 3)
