"""How near a picture comes to the one that it should be."""

from __future__ import annotations

import math
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import encode, encoding

Floats = NDArray[np.floating]

_WINDOW: Final = 11
_DEVIATION: Final = 1.5
_K1, _K2 = 0.01, 0.03


def psnr(answer: Floats, truth: Floats, *, border: int = 0, peak: float = 1.0) -> float:
    """Peak signal-to-noise ratio, 10·log₁₀(peak² / mean square error), in dB; infinite for equal pictures.

    Args:
        answer: H×W or H×W×C.
        truth: of the same shape.
        border: pixels at each side that are left out; super-resolution leaves out ``scale``.
        peak: the value that counts as full signal.

    Raises:
        ValueError: the shapes differ, or nothing is left inside the border.
    """
    answer, truth = _inside(answer, truth, border)
    error = float(np.mean((answer.astype(np.float64) - truth) ** 2))
    return 10 * math.log10(peak**2 / error) if error else math.inf


def pu21_psnr(answer: Floats, truth: Floats, *, border: int = 0) -> float:
    """PSNR of light as it is perceived, in dB: of PU21 values, full signal at diffuse white (Mantiuk & Azimi 2021).

    As in their program, light is first held between what a display can show, 0.005 and 10 000 cd/m².

    Args:
        answer: H×W luminance or H×W×3 colours, linear light ≥ 0; 1 is diffuse white, taken as 100 cd/m².
        truth: of the same shape.
        border: pixels at each side that are left out.

    Raises:
        ValueError: the shapes differ, or nothing is left inside the border.
    """
    brightest = encoding("pu21").bright
    shown = (encode("pu21", np.minimum(light, brightest).astype(np.float32)) for light in (answer, truth))
    return psnr(*shown, border=border)


def ssim(answer: Floats, truth: Floats, *, border: int = 0, peak: float = 1.0) -> float:
    """Mean structural similarity of one channel, at most 1 (Wang et al. 2004, equation 13).

    As tables of super-resolution have it: a Gaussian window of 11×11 px with a deviation of 1.5 px, K₁ = 0.01, K₂ =
    0.03, the mean over the places where the window lies inside the picture.

    Args:
        answer: H×W, at least 11×11 inside the border.
        truth: of the same shape.
        border: pixels at each side that are left out; super-resolution leaves out ``scale``.
        peak: the span of values.

    Raises:
        ValueError: the shapes differ, are not of one channel, or hold less than a window inside the border.
    """
    answer, truth = _inside(answer, truth, border)
    if truth.ndim != 2 or min(truth.shape) < _WINDOW:
        raise ValueError(f"SSIM takes one channel of at least {_WINDOW}×{_WINDOW} px, not {truth.shape}")
    x, y = answer.astype(np.float64), truth.astype(np.float64)
    mean_x, mean_y = _averaged(x), _averaged(y)
    of_x, of_y = _averaged(x * x) - mean_x**2, _averaged(y * y) - mean_y**2
    together = _averaged(x * y) - mean_x * mean_y
    c1, c2 = (_K1 * peak) ** 2, (_K2 * peak) ** 2
    alike = (2 * mean_x * mean_y + c1) * (2 * together + c2)
    return float(np.mean(alike / ((mean_x**2 + mean_y**2 + c1) * (of_x + of_y + c2))))


def _averaged(channel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Means under the window, where it lies inside."""
    window = cv2.getGaussianKernel(_WINDOW, _DEVIATION)
    inside = slice(_WINDOW // 2, -(_WINDOW // 2))
    return np.asarray(cv2.sepFilter2D(channel, cv2.CV_64F, window, window)[inside, inside], np.float64)


def _inside(answer: Floats, truth: Floats, border: int) -> tuple[Floats, Floats]:
    if answer.shape != truth.shape:
        raise ValueError(f"pictures of different shapes cannot be compared: {answer.shape}, {truth.shape}")
    inside = tuple(slice(border, side - border) for side in truth.shape[:2])
    answer, truth = answer[inside], truth[inside]
    if not truth.size:
        raise ValueError(f"nothing is left inside a border of {border} px")
    return answer, truth
