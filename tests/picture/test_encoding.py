"""Encodings against published values, their definitions in double precision, and the laws that all of them keep."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from skymatte.picture.encoding import (
    ENCODINGS,
    HALF_MAX,
    PU21_DARKEST,
    WHITE_NITS,
    decode,
    encode,
    encoding,
    linear_from_srgb,
    srgb_from_linear,
)

PU21_AT_WHITE = 256.0
"""Mantiuk & Azimi 2021: the encoding is scaled so that 100 cd/m² fall on 256."""

CONTINUOUS = tuple(name for name in ENCODINGS if name != "ldr")
UNBOUNDED = tuple(name for name in CONTINUOUS if name != "srgb")

# What float32 in and out costs the way there and back, relative to the value: PQ's exponent of 78.8 and the flat end of
# the hyperbolic tangent multiply rounding; ``log`` adds 1e-3 first, so what is darker keeps an absolute error only.
RELATIVE = {"pq": 5e-4, "log-tanh-normalize": 1e-4}
ABSOLUTE = 1e-6


def one(name: str, value: float) -> float:
    """The encoded value of one number."""
    return float(encode(name, np.array([value], np.float32))[0])


def log(value: float) -> float:
    """SkyGAN's log transform in double precision: output_scale·(ln(input_mul·x + log_epsilon) + output_bias)."""
    return (math.log(1 * value + 1e-3) + 2.5) / 2.2 / 2


def log_unit(value: float) -> float:
    return (math.log(value + 1e-3) - math.log(1e-3)) / (math.log(65504.001) - math.log(1e-3))


DEFINITIONS: dict[str, Callable[[float], float]] = {
    "log": log,
    "log-tanh-normalize": lambda value: (math.tanh(log(value)) + 1) / 2,
    "log-normalize": log_unit,
    "mu-law": lambda value: math.log(1 + 5000 * value) / math.log(5001),
    "ldr": lambda value: round(255 * one("srgb", value)) / 255,
}


# SMPTE ST 2084 as tabulated in ITU-R BT.2408, and the standard's own end points.
@pytest.mark.parametrize(("nits", "signal"), [(0, 0.0), (100, 0.5081), (203, 0.5807), (1000, 0.7518), (10000, 1.0)])
def test_pq_gives_the_published_signal(nits: float, signal: float) -> None:
    assert one("pq", nits / WHITE_NITS) == pytest.approx(signal, abs=5e-5)


# The ends of the range that the authors publish for the row "banding + glare", and its anchor.
@pytest.mark.parametrize(("nits", "value"), [(0.005, 5.4705e-10), (100, 256.0), (10000, 595.3939)])
def test_pu21_gives_the_published_values(nits: float, value: float) -> None:
    assert one("pu21", nits / WHITE_NITS) * PU21_AT_WHITE == pytest.approx(value, rel=2e-3, abs=1e-3)


# IEC 61966-2-1: its straight part, its knee, photographic middle grey and white.
@pytest.mark.parametrize(("linear", "value"), [(0.001, 0.01292), (0.0031308, 0.04045), (0.18, 0.46136), (1, 1)])
def test_srgb_gives_the_published_values(linear: float, value: float) -> None:
    assert one("srgb", linear) == pytest.approx(value, abs=1e-5)


@pytest.mark.parametrize(
    ("linear", "value"), [(0.0, 0.0), (0.18, 118 / 255), (0.2140411, 127 / 255), (1.0, 1.0), (9, 1)]
)
def test_ldr_gives_eight_bit_levels(linear: float, value: float) -> None:
    assert one("ldr", linear) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize(
    ("value", "golden"), [(0.0, -1.001763), (0.18, 0.179714), (1.0, 0.568409), (65504.0, 3.088606)]
)
def test_log_gives_values_worked_out_by_hand(value: float, golden: float) -> None:
    """ln(0.001) = −6.907755, ln(0.181) = −1.709258, ln(1.001) = 0.0009995, ln(65504.001) = 11.089867."""
    assert one("log", value) == pytest.approx(golden, abs=1e-6)


@pytest.mark.parametrize("name", sorted(DEFINITIONS))
@given(st.floats(0, HALF_MAX, width=32))
def test_every_value_follows_the_definition(name: str, value: float) -> None:
    assert one(name, value) == pytest.approx(DEFINITIONS[name](value), rel=1e-5, abs=2e-6)


@pytest.mark.parametrize(
    ("name", "low", "high"), [("log-normalize", 0, 1), ("log-tanh-normalize", 0, 1), ("ldr", 0, 1)]
)
def test_normalised_encodings_stay_in_their_range(name: str, low: float, high: float) -> None:
    light = np.concatenate(([0.0], np.geomspace(1e-6, HALF_MAX, 999))).astype(np.float32)
    encoded = encode(name, light)
    assert encoded.min() >= low - 1e-6
    assert encoded.max() <= high + 1e-6


@pytest.mark.parametrize("name", ENCODINGS)
@given(st.data())
def test_more_light_never_encodes_lower(name: str, data: st.DataObject) -> None:
    light = np.sort(np.array(data.draw(st.lists(st.floats(0, HALF_MAX, width=32), min_size=2)), np.float32))
    assert (np.diff(encode(name, light)) >= 0).all()


@pytest.mark.parametrize("name", CONTINUOUS)
def test_one_percent_more_light_is_seen(name: str) -> None:
    """Strictly increasing wherever the encoding claims an inverse."""
    known = encoding(name)
    light = np.geomspace(max(known.dark, 1e-3), known.bright, 1 + int(math.log(known.bright / 1e-3) / 0.01))
    assert (np.diff(encode(name, light.astype(np.float32))) > 0).all()


@pytest.mark.parametrize("name", CONTINUOUS)
@given(st.data())
def test_decoding_brings_the_light_back(name: str, data: st.DataObject) -> None:
    known = encoding(name)
    dark, bright = (float(np.float32(value)) for value in (known.dark, known.bright))
    dark = dark if dark >= known.dark else float(np.nextafter(np.float32(dark), np.float32(1)))
    light = np.array(data.draw(st.lists(st.floats(dark, bright, width=32), min_size=1)), np.float32)
    np.testing.assert_allclose(decode(name, encode(name, light)), light, rtol=RELATIVE.get(name, 2e-5), atol=ABSOLUTE)


def test_eight_bits_come_back_exactly() -> None:
    levels = np.arange(256, dtype=np.float32) / np.float32(255)
    np.testing.assert_allclose(encode("ldr", decode("ldr", levels)), levels, atol=1e-7)


@given(st.floats(0, 8, width=32))
def test_the_srgb_curve_goes_on_above_white(value: float) -> None:
    light = np.array([value], np.float32)
    np.testing.assert_allclose(linear_from_srgb(srgb_from_linear(light)), light, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("name", ENCODINGS)
@pytest.mark.parametrize("shape", [(0,), (), (7,), (4, 5, 3)])
def test_shape_stays_and_numbers_are_float32(name: str, shape: tuple[int, ...]) -> None:
    light: NDArray[np.float64] = np.full(shape, 0.25)
    encoded = encode(name, light.astype(np.float32))
    decoded = decode(name, encoded)
    assert encoded.dtype == decoded.dtype == np.float32
    assert encoded.shape == decoded.shape == shape


@pytest.mark.parametrize("name", ENCODINGS)
def test_the_input_is_left_alone(name: str) -> None:
    light = np.array([-1, 0.5, 2], np.float32)
    encode(name, light)
    np.testing.assert_array_equal(light, np.array([-1, 0.5, 2], np.float32))


@pytest.mark.parametrize("name", ENCODINGS)
@given(st.floats(-HALF_MAX, 0, width=32))
def test_negative_light_counts_as_none(name: str, value: float) -> None:
    assert one(name, value) == one(name, 0.0)


@pytest.mark.parametrize("name", UNBOUNDED)
def test_a_sun_is_neither_clipped_nor_infinite(name: str) -> None:
    """As bright as half floats go, and still told apart from a tenth of it."""
    assert math.isfinite(one(name, HALF_MAX))
    assert one(name, HALF_MAX) > one(name, HALF_MAX / 10)


def test_pu21_is_flat_below_its_darkest() -> None:
    assert one("pu21", 0.0) == one("pu21", PU21_DARKEST / WHITE_NITS / 2)


@pytest.mark.parametrize("function", [encode, decode])
def test_an_unknown_name_lists_the_known(function: Callable[[str, NDArray[np.float32]], NDArray[np.float32]]) -> None:
    with pytest.raises(ValueError, match=r"unknown encoding 'gamma'.*log-tanh-normalize.*srgb"):
        function("gamma", np.zeros(1, np.float32))
