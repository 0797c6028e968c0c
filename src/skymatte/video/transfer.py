"""A stream's numbers as linear light."""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import PQ_C1, PQ_C2, PQ_C3, PQ_M1, PQ_M2, PQ_PEAK, linear_from_srgb
from skymatte.picture.repair import repair
from skymatte.video.colour import HLG, LINEAR, PQ
from skymatte.video.frame import Pixels, Transfer

Array = NDArray[np.float32]

WHITE_NITS = 203.0
"""Diffuse white in cd/m² (ITU-R BT.2408-7, table 1): 58 % PQ and 75 % HLG; the 1 of linear light."""

# ITU-R BT.2100-2, table 5: the OETF's constants, and the OOTF of a display that reaches 1000 cd/m².
HLG_A, HLG_B, HLG_C = 0.17883277, 0.28466892, 0.55991073
HLG_GAMMA = 1.2
HLG_PEAK = 1000.0
_BT2020_WEIGHTS = np.array([[0.2627, 0.6780, 0.0593]], np.float32)

_TAGS = {PQ: Transfer.PQ, HLG: Transfer.HLG, LINEAR: Transfer.LINEAR}


def tagged(transfer: int) -> Transfer:
    """What a tag (ITU-T H.273, table 3) means; a display's curve where it says nothing else."""
    return _TAGS.get(transfer, Transfer.SDR)


def linear_light(pixels: Pixels, transfer: Transfer) -> Array:
    """H×W×3 numbers of a stream → H×W×3 float32 linear light of the same primaries; diffuse white is 1.

    Integers go through a table.  Floating point is taken as the same curve over [0, 1]; NaN, infinities and negatives
    are repaired first, and linear light is not cut off at the top.  The answer is always a new array.

    - ``SDR``: the sRGB curve (IEC 61966-2-1), as for pictures; 1 is the brightest.
    - ``PQ``: SMPTE ST 2084:2014, equation 4.1, ÷ 203 cd/m².
    - ``HLG``: the inverse OETF and the OOTF of ITU-R BT.2100-2, table 5, for a display of 1000 cd/m² (γ = 1.2) with
      black at 0, ÷ 203 cd/m².
    - ``LINEAR``: as it is; integers ÷ their largest.
    """
    if pixels.dtype == np.uint8:
        light = np.asarray(cv2.LUT(pixels, _table(transfer, 256)), np.float32)
    elif pixels.dtype == np.uint16:
        light = _table(transfer, 65536)[pixels]
    else:
        light = np.array(pixels, np.float32)
        repair(light)
        light = _curve(light, transfer)
    return _displayed(light) if transfer is Transfer.HLG else light


@cache
def _table(transfer: Transfer, levels: int) -> Array:
    return _curve(np.linspace(0, 1, levels, dtype=np.float32), transfer)


def _curve(numbers: Array, transfer: Transfer) -> Array:
    """Numbers in [0, 1] → light: relative to white, but of the scene and in [0, 1] for HLG."""
    match transfer:
        case Transfer.PQ:
            return _from_pq(numbers)
        case Transfer.HLG:
            return _from_hlg(numbers)
        case Transfer.SDR:
            return linear_from_srgb(numbers)
        case Transfer.LINEAR:
            return numbers


def _from_pq(numbers: Array) -> Array:
    root = np.power(np.clip(numbers, 0, 1).astype(np.float64), 1 / PQ_M2)
    power = np.maximum(root - PQ_C1, 0) / (PQ_C2 - PQ_C3 * root)
    return (np.power(power, 1 / PQ_M1) * (PQ_PEAK / WHITE_NITS)).astype(np.float32)


def _from_hlg(numbers: Array) -> Array:
    x = np.clip(numbers, 0, 1).astype(np.float64)
    light = np.where(x <= 0.5, x * x / 3, (np.exp((x - HLG_C) / HLG_A) + HLG_B) / 12)
    return light.astype(np.float32)


def _displayed(scene: Array) -> Array:
    """BT.2100's OOTF, in place: scene light times its luminance to the power γ − 1."""
    gain = cv2.pow(cv2.transform(scene, _BT2020_WEIGHTS), HLG_GAMMA - 1)
    scene *= gain[..., None]
    scene *= np.float32(HLG_PEAK / WHITE_NITS)
    return scene
