"""Measures of a matte against a reference: MAD, MSE, SAD, Gradient and Connectivity (Rhemann et al. 2009).

C. Rhemann, C. Rother, J. Wang, M. Gelautz, P. Kohli, P. Rott, "A Perceptually Motivated Online Benchmark for Image
Matting", CVPR 2009.  SAD, Gradient and Connectivity are sums over pixels, in thousands, as the benchmark prints them;
MAD and MSE are means.  Lower is better everywhere.

Every function takes H×W float32 mattes in [0, 1], `valid` (H×W bool: False where the label says ignore; the mattes may
hold anything there) and `where` (H×W bool: the pixels to sum over; all valid ones by default).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.masks.neighbourhood import near_edge

EDGE_BAND: Final = 8.0
"""The edge band reaches this many pixels to either side of the edge."""

GRADIENT_SIGMA: Final = 1.4
CONNECTIVITY_STEPS: Final = 10
CONNECTIVITY_SLACK: Final = 0.15

Matte = NDArray[np.float32]
Where = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class MatteErrors:
    """What differs between a matte and its reference over one set of pixels; NaN if the set is empty.

    Attributes:
        mad: mean absolute difference.
        mse: mean squared difference.
        sad: sum of absolute differences, in thousands.
        gradient: gradient error, in thousands.
        connectivity: connectivity error, in thousands.
    """

    mad: float
    mse: float
    sad: float
    gradient: float
    connectivity: float


def matte_errors(matte: Matte, truth: Matte, valid: Where | None = None) -> tuple[MatteErrors, MatteErrors]:
    """All five measures, over everything that is valid and over its edge band (see `edge_band`)."""
    valid = _checked(matte, truth, valid)
    difference = np.abs(matte - truth)
    steepness = _gradient_loss(matte, truth)
    steep_valid = valid & _gradient_defined(valid)
    detached = _connectivity_loss(matte, truth, valid)

    def errors(where: Where) -> MatteErrors:
        if not where.any():
            return MatteErrors(math.nan, math.nan, math.nan, math.nan, math.nan)
        chosen = difference[where]
        return MatteErrors(
            mad=_mean(chosen),
            mse=_mean(chosen * chosen),
            sad=_sum(chosen) / 1000,
            gradient=_sum(steepness[where & steep_valid]) / 1000,
            connectivity=_sum(detached[where]) / 1000,
        )

    return errors(valid), errors(edge_band(truth, valid))


def mad(matte: Matte, truth: Matte, valid: Where | None = None, where: Where | None = None) -> float:
    """Mean absolute difference, in [0, 1]; NaN over nothing."""
    valid = _checked(matte, truth, valid)
    return _mean(np.abs(matte - truth)[_chosen(valid, where)])


def mse(matte: Matte, truth: Matte, valid: Where | None = None, where: Where | None = None) -> float:
    """Mean squared difference, in [0, 1]; NaN over nothing."""
    valid = _checked(matte, truth, valid)
    return _mean(np.square(matte - truth)[_chosen(valid, where)])


def sad(matte: Matte, truth: Matte, valid: Where | None = None, where: Where | None = None) -> float:
    """Sum of absolute differences, in thousands."""
    valid = _checked(matte, truth, valid)
    return _sum(np.abs(matte - truth)[_chosen(valid, where)]) / 1000


def gradient_error(matte: Matte, truth: Matte, valid: Where | None = None, where: Where | None = None) -> float:
    """Gradient error, in thousands: Σ (|∇matte| − |∇truth|)² (Rhemann et al. 2009, section 4.1).

    ∇ is the first-order Gaussian derivative of σ = 1.4, its filters scaled to unit energy; the frame is replicated.
    Pixels whose filter reaches an ignored pixel are left out.
    """
    valid = _checked(matte, truth, valid)
    return _sum(_gradient_loss(matte, truth)[_chosen(valid & _gradient_defined(valid), where)]) / 1000


def connectivity_error(matte: Matte, truth: Matte, valid: Where | None = None, where: Where | None = None) -> float:
    """Connectivity error, in thousands: Σ |φ(matte) − φ(truth)| (Rhemann et al. 2009, section 4.2).

    Ω is the largest 4-connected region in which both mattes are opaque to a threshold; l is the highest threshold
    (of 0, 0.1 … 1) at which a pixel is still in Ω; with d = α − l, φ(α) = 1 − d if d ≥ 0.15, else 1.
    Ignored pixels connect what they touch.
    """
    valid = _checked(matte, truth, valid)
    return _sum(_connectivity_loss(matte, truth, valid)[_chosen(valid, where)]) / 1000


def edge_band(truth: Matte, valid: Where | None = None, radius: float = EDGE_BAND) -> Where:
    """H×W bool: valid pixels within `radius` px of the edge of the reference, and all that are partly sky in it."""
    if valid is None:
        valid = np.ones(truth.shape, np.bool_)
    sky = truth >= 0.5
    mixed = (truth > 0) & (truth < 1) & valid
    return mixed | near_edge(sky, valid, radius) | near_edge(~sky, valid, radius)


def _checked(matte: Matte, truth: Matte, valid: Where | None) -> Where:
    if matte.ndim != 2 or matte.shape != truth.shape or (valid is not None and valid.shape != matte.shape):
        raise LabelError(
            f"a matte of shape {matte.shape} cannot be compared with a reference of shape {truth.shape}: "
            "bring both to one size first"
        )
    return np.ones(matte.shape, np.bool_) if valid is None else valid


def _chosen(valid: Where, where: Where | None) -> Where:
    return valid if where is None else valid & where


def _sum(values: NDArray[np.float32]) -> float:
    return float(np.sum(values, dtype=np.float64))


def _mean(values: NDArray[np.float32]) -> float:
    return _sum(values) / values.size if values.size else math.nan


def _gradient_filters() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The Gaussian and its derivative, each of 9 taps (down to 1 % of σ's peak) and of unit energy."""
    sigma = GRADIENT_SIGMA
    half = math.ceil(sigma * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * sigma * 0.01)))
    x = np.arange(-half, half + 1, dtype=np.float64)
    gauss = np.exp(-(x**2) / (2 * sigma**2))
    slope = x * gauss
    return (
        (gauss / np.linalg.norm(gauss)).astype(np.float32),
        (slope / np.linalg.norm(slope)).astype(np.float32),
    )


def _gradient_defined(valid: Where) -> Where:
    if valid.all():
        return valid
    gauss, _ = _gradient_filters()
    return np.asarray(cv2.erode(valid.view(np.uint8), np.ones((gauss.size, gauss.size), np.uint8))) > 0


def _gradient_loss(matte: Matte, truth: Matte) -> Matte:
    difference = _steepness(matte)
    difference -= _steepness(truth)
    return np.square(difference, out=difference)


def _steepness(matte: Matte) -> Matte:
    gauss, slope = _gradient_filters()
    across = cv2.sepFilter2D(matte, cv2.CV_32F, slope, gauss, borderType=cv2.BORDER_REPLICATE)
    down = cv2.sepFilter2D(matte, cv2.CV_32F, gauss, slope, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.magnitude(across, down), dtype=np.float32)


def _connectivity_loss(matte: Matte, truth: Matte, valid: Where) -> Matte:
    both = np.where(valid, np.minimum(matte, truth), np.float32(1))
    level = np.zeros(matte.shape, np.float32)
    # Ω at a higher threshold need not lie in Ω at a lower one: a pixel's level is fixed when it first drops out.
    inside = np.ones(matte.shape, np.bool_)
    for step in range(1, CONNECTIVITY_STEPS + 1):
        threshold = np.float32(step / CONNECTIVITY_STEPS)
        inside &= _largest_region(both >= threshold)
        level[inside] = threshold
    loss = _lack(matte, level)
    loss -= _lack(truth, level)
    return np.abs(loss, out=loss)


def _lack(matte: Matte, level: Matte) -> Matte:
    """1 − φ: how far the matte stands above its connected level, if by 0.15 or more."""
    above = matte - level
    above[above < CONNECTIVITY_SLACK] = 0
    return above


def _largest_region(region: Where) -> Where:
    count, labels, stats, _ = cv2.connectedComponentsWithStats(region.view(np.uint8), connectivity=4)
    if count < 2:
        return np.zeros(region.shape, np.bool_)
    largest = 1 + int(np.argmax(stats[1:, cv2.CC_STAT_AREA]))
    return np.asarray(labels == largest, np.bool_)
