"""Light is rounded to what RGBE holds, not cut off."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from skymatte.superres.radiance import representable


def through_rgbe(light: np.ndarray) -> np.ndarray:
    """To four bytes and back as the format's author has it (Ward 1991): cut off, no half step added."""
    _, exponent = np.frexp(light.max(axis=2))
    mantissa = np.floor(np.ldexp(light, (8 - exponent)[..., None]))
    assert mantissa.max() <= 255
    return np.asarray(np.ldexp(mantissa, (exponent - 8)[..., None]))


@given(arrays.arrays(np.float32, (3, 4, 3), elements=st.one_of(st.just(0.0), st.floats(2.0**-20, 2.0**20, width=32))))
def test_rounded_numbers_survive_the_format(light: np.ndarray) -> None:
    rounded = representable(light)
    np.testing.assert_array_equal(through_rgbe(rounded), rounded)
    largest = light.max(axis=2, keepdims=True)
    assert (np.abs(rounded - light) <= largest * 2.0**-8).all()


def test_rounding_up_to_the_next_power_of_two() -> None:
    light = np.array([[[0.9999, 0.0195, 0.5]]], np.float32)
    assert representable(light).tolist() == [[[1.0, 0.015625, 0.5]]]
