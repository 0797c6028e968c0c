"""Primaries, tables of transfer curves and luminance weights: what makes numbers Rec.709 linear light."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import linear_from_srgb

Chromaticities = tuple[float, float, float, float, float, float, float, float]
"""CIE x, y of red, green, blue and white, in the order of OpenEXR's attribute."""

REC709: Chromaticities = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
"""ITU-R BT.709-6, table 1; what absent chromaticities mean (OpenEXR, "Standard Attributes")."""

# Bradford cone response (Lam 1985; ICC.1:2010, annex E).
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])

_BLOCK_ROWS = 256


def rgb_to_xyz(chromaticities: Chromaticities) -> NDArray[np.float64]:
    """Matrix from linear RGB of these primaries to CIE XYZ with Y = 1 for white (SMPTE RP 177-1993).

    Raises:
        ValueError: the primaries span no colour space.
    """
    xy = np.asarray(chromaticities, dtype=np.float64).reshape(4, 2)
    columns = np.stack([xy[:, 0], xy[:, 1], 1.0 - xy.sum(axis=1)])
    if not np.isfinite(columns).all() or xy[3, 1] <= 0.0 or abs(np.linalg.det(columns[:, :3])) < 1e-6:
        raise ValueError(f"chromaticities {chromaticities} span no colour space")
    white = columns[:, 3] / xy[3, 1]
    matrix: NDArray[np.float64] = columns[:, :3] * np.linalg.solve(columns[:, :3], white)
    return matrix


def to_rec709(chromaticities: Chromaticities) -> NDArray[np.float64] | None:
    """Matrix from linear RGB of these primaries to linear Rec.709, white adapted by Bradford so that white stays white.

    Returns ``None`` where the primaries are Rec.709 already (within float32's rounding).

    Raises:
        ValueError: the primaries span no colour space.
    """
    if np.abs(np.subtract(chromaticities, REC709)).max() < 1e-4:
        return None
    source, target = rgb_to_xyz(chromaticities), rgb_to_xyz(REC709)
    gain = (_BRADFORD @ target.sum(axis=1)) / (_BRADFORD @ source.sum(axis=1))
    adapt = np.linalg.inv(_BRADFORD) @ np.diag(gain) @ _BRADFORD
    matrix: NDArray[np.float64] = np.linalg.inv(target) @ adapt @ source
    return matrix


def luminance_weights(chromaticities: Chromaticities) -> tuple[float, float, float]:
    """Weights of R, G, B in luminance Y for these primaries (second row of :func:`rgb_to_xyz`)."""
    red, green, blue = rgb_to_xyz(chromaticities)[1]
    return float(red), float(green), float(blue)


def apply_matrix(pixels: NDArray[np.float32], matrix: NDArray[np.float64]) -> None:
    """Multiply every pixel of H×W×3 *pixels* by a 3×3 *matrix*, in place, and lift what leaves the gamut to 0.

    Works in blocks of rows: an 8K panorama must not be held twice.
    """
    transposed = matrix.T.astype(np.float32)
    for top in range(0, pixels.shape[0], _BLOCK_ROWS):
        block = pixels[top : top + _BLOCK_ROWS]
        with np.errstate(over="ignore", invalid="ignore"):
            product = block @ transposed
        np.clip(np.nan_to_num(product, copy=False), 0.0, None, out=block)


def srgb_table(levels: int) -> NDArray[np.float32]:
    """Linear light of each integer code 0 … *levels* − 1 of an sRGB file (256 or 65536 levels)."""
    return linear_from_srgb(np.linspace(0.0, 1.0, levels, dtype=np.float32))
