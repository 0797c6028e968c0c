"""Maps from linear light to network input, and back.

Every encoding works element by element on float32, never clips at the top (``srgb`` and ``ldr`` do: they stand for a
picture that has lost its range), and is strictly increasing on its domain, so it has an inverse.  1.0 in linear light
stands for diffuse white; the absolute encodings ``pq`` and ``pu21`` take it as 100 cd/m² (ITU-R BT.2408's SDR white
before it was raised to 203).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Floats = NDArray[np.floating]

WHITE_NITS = 100.0
HALF_MAX = 65504.0

# SkyGAN's transform_cfg (Mirbauer et al. 2022): the `log_pow` of 7.5 only acts when log_split_around1 is on; it is off.
LOG_INPUT_MUL = 1.0
LOG_EPSILON = 1e-3
LOG_OUTPUT_BIAS = 2.5
LOG_OUTPUT_SCALE = 1 / 2.2 / 2

# SMPTE ST 2084:2014, section 5.
PQ_M1, PQ_M2 = 2610 / 16384, 2523 / 4096 * 128
PQ_C1, PQ_C2, PQ_C3 = 3424 / 4096, 2413 / 4096 * 32, 2392 / 4096 * 32
PQ_PEAK = 10000.0

# Mantiuk & Azimi 2021, "PU21", table I, row "banding + glare"; `_PU21_WHITE` is the encoded value of 100 cd/m².
PU21 = (0.353487901, 0.3734658629, 8.277049286e-05, 0.9062562627, 0.09150303166, 0.9099517204, 596.3148142)
PU21_DARKEST = 0.005
_PU21_WHITE = 256.0

# Kalantari & Ramamoorthi 2017, equation 5.
MU = 5000.0

# IEC 61966-2-1.
_SRGB_CUT = 0.0031308


def srgb_from_linear(linear: Array) -> Array:
    """The sRGB curve (IEC 61966-2-1): linear [0, 1] → encoded [0, 1]; continues above 1."""
    x = np.maximum(linear, 0)
    return np.where(x <= _SRGB_CUT, 12.92 * x, 1.055 * np.power(np.maximum(x, _SRGB_CUT), 1 / 2.4) - 0.055).astype(
        np.float32
    )


def linear_from_srgb(encoded: Array) -> Array:
    """Inverse of :func:`srgb_from_linear`."""
    y = np.maximum(encoded, 0)
    return np.where(y <= 12.92 * _SRGB_CUT, y / 12.92, np.power((y + 0.055) / 1.055, 2.4)).astype(np.float32)


def _log(x: Array) -> Array:
    y = np.asarray(np.multiply(np.maximum(x, 0), np.float32(LOG_INPUT_MUL)))
    y += np.float32(LOG_EPSILON)
    np.log(y, out=y)
    y += np.float32(LOG_OUTPUT_BIAS)
    y *= np.float32(LOG_OUTPUT_SCALE)
    return y


def _log_inverse(y: Floats) -> Floats:
    return np.asarray((np.exp(y / LOG_OUTPUT_SCALE - LOG_OUTPUT_BIAS) - LOG_EPSILON) / LOG_INPUT_MUL)


def _log_tanh(x: Array) -> Floats:
    return (np.tanh(_log(x)) + 1) / 2


def _log_tanh_inverse(y: Array) -> Floats:
    return _log_inverse(np.arctanh(2 * y - 1))


_LOG_FLOOR, _LOG_CEILING = (float(_log(np.array([v], np.float32))[0]) for v in (0.0, HALF_MAX))


def _log_unit(x: Array) -> Floats:
    return (_log(x) - _LOG_FLOOR) / (_LOG_CEILING - _LOG_FLOOR)


def _log_unit_inverse(y: Array) -> Floats:
    return _log_inverse(y * (_LOG_CEILING - _LOG_FLOOR) + _LOG_FLOOR)


def _pq(x: Array) -> Floats:
    power = np.power(np.maximum(x, 0) * (WHITE_NITS / PQ_PEAK), PQ_M1)
    return np.power((PQ_C1 + PQ_C2 * power) / (1 + PQ_C3 * power), PQ_M2)


def _pq_inverse(y: Array) -> Floats:
    root = np.power(y.astype(np.float64), 1 / PQ_M2)
    power = np.maximum(root - PQ_C1, 0) / (PQ_C2 - PQ_C3 * root)
    return np.power(power, 1 / PQ_M1) * (PQ_PEAK / WHITE_NITS)


def _pu21(x: Array) -> Floats:
    p1, p2, p3, p4, p5, p6, p7 = PU21
    power = np.power(np.maximum(x.astype(np.float64) * WHITE_NITS, PU21_DARKEST), p4)
    return p7 * (np.power((p1 + p2 * power) / (1 + p3 * power), p5) - p6) / _PU21_WHITE


def _pu21_inverse(y: Array) -> Floats:
    p1, p2, p3, p4, p5, p6, p7 = PU21
    ratio = np.power(y.astype(np.float64) * _PU21_WHITE / p7 + p6, 1 / p5)
    return np.power(np.maximum(ratio - p1, 0) / (p2 - p3 * ratio), 1 / p4) / WHITE_NITS


def _mu_law(x: Array) -> Floats:
    return np.asarray(np.log1p(MU * np.maximum(x, 0)) / np.log1p(MU))


def _mu_law_inverse(y: Array) -> Floats:
    return np.asarray(np.expm1(y * np.log1p(MU)) / MU)


def _srgb(x: Array) -> Array:
    return srgb_from_linear(np.clip(x, 0, 1))


def _ldr(x: Array) -> Floats:
    return np.rint(_srgb(x) * 255) / 255


@dataclass(frozen=True, slots=True)
class Encoding:
    """A map and its inverse.

    Attributes:
        forward: linear light (≥ 0) → network input.
        inverse: network input → linear light.
        bright: largest linear value that the inverse brings back (to float32's accuracy).
        dark: smallest linear value that the inverse brings back.
    """

    forward: Callable[[Array], Floats]
    inverse: Callable[[Array], Floats]
    dark: float
    bright: float


_TABLE = {
    "ldr": Encoding(_ldr, linear_from_srgb, 0.0, 1.0),
    "log": Encoding(_log, _log_inverse, 0.0, HALF_MAX),
    "log-normalize": Encoding(_log_unit, _log_unit_inverse, 0.0, HALF_MAX),
    "log-tanh-normalize": Encoding(_log_tanh, _log_tanh_inverse, 0.0, 100.0),
    "mu-law": Encoding(_mu_law, _mu_law_inverse, 0.0, HALF_MAX),
    "pq": Encoding(_pq, _pq_inverse, 1e-4, PQ_PEAK / WHITE_NITS),
    "pu21": Encoding(_pu21, _pu21_inverse, PU21_DARKEST / WHITE_NITS, PQ_PEAK / WHITE_NITS),
    "srgb": Encoding(_srgb, linear_from_srgb, 0.0, 1.0),
}

ENCODINGS: tuple[str, ...] = tuple(_TABLE)
"""Names that :func:`encode` knows:

- ``log``: SkyGAN's; ``log-tanh-normalize``: ``(tanh(log) + 1) / 2``, the thesis's model 2; ``log-normalize``: ``log``
  brought from half floats' range [0, 65504] to [0, 1], its model 3;
- ``pq``: SMPTE ST 2084; ``pu21``: Mantiuk & Azimi 2021, 1.0 = diffuse white; ``mu-law``: Kalantari 2017, μ = 5000;
- ``srgb``: clipped to [0, 1], continuous; ``ldr``: the same in 8 bits, ÷ 255.
"""


def encoding(name: str) -> Encoding:
    """The encoding of that name.

    Raises:
        ValueError: there is none.
    """
    try:
        return _TABLE[name]
    except KeyError:
        raise ValueError(f"unknown encoding {name!r}; choose one of {', '.join(ENCODINGS)}") from None


def encode(name: str, linear: Array) -> Array:
    """Linear light, any shape, float32, ≥ 0 (negatives count as 0) → network input, float32."""
    return np.asarray(encoding(name).forward(np.asarray(linear, np.float32)), np.float32)


def decode(name: str, encoded: Array) -> Array:
    """Network input → linear light, float32: the inverse of :func:`encode` between its ``dark`` and ``bright``."""
    return np.asarray(encoding(name).inverse(np.asarray(encoded, np.float32)), np.float32)
