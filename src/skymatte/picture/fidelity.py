"""How near a picture comes to the one that it should be."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray


def psnr(answer: NDArray[np.floating], truth: NDArray[np.floating], *, border: int = 0, peak: float = 1.0) -> float:
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


def _inside(
    answer: NDArray[np.floating], truth: NDArray[np.floating], border: int
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    if answer.shape != truth.shape:
        raise ValueError(f"pictures of different shapes cannot be compared: {answer.shape}, {truth.shape}")
    inside = tuple(slice(border, side - border) for side in truth.shape[:2])
    answer, truth = answer[inside], truth[inside]
    if not truth.size:
        raise ValueError(f"nothing is left inside a border of {border} px")
    return answer, truth
