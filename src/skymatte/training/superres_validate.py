"""Validation pictures through a network that makes them larger: PSNR on luma, as the field measures it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from skymatte.datasets.superres_pairs import Pair
from skymatte.picture.bicubic import bicubic
from skymatte.picture.fidelity import psnr
from skymatte.training.validation import SHOWN, Validation

Array = NDArray[np.float32]

_LARGEST = 160
"""Side in pixels, at the small size, of the middle part of a picture that is validated on."""

_SHOWN_HEIGHT = 256


@dataclass(frozen=True, slots=True)
class Enlarged:
    """One validated picture.

    Attributes:
        name: for people.
        score: PSNR in dB.
        low: H×W float32 luma.
        answer: the network's, (scale·H)×(scale·W).
        truth: of the same shape.
    """

    name: str
    score: float
    low: Array
    answer: Array
    truth: Array

    def picture(self) -> NDArray[np.uint8]:
        """Small picture, answer and truth beside each other, ``256`` px high: H×W×3 uint8."""
        width = round(_SHOWN_HEIGHT * self.truth.shape[1] / self.truth.shape[0])
        parts = [
            cv2.resize(part, (width, _SHOWN_HEIGHT), interpolation=cv2.INTER_NEAREST)
            for part in (self.low, self.answer, self.truth)
        ]
        return np.asarray(np.rint(255 * np.clip(np.hstack(parts), 0, 1)), np.uint8)[..., None].repeat(3, 2)


@dataclass(frozen=True, slots=True)
class _Measured:
    """PSNR in dB of one picture by bicubic interpolation, and by the network without and, where there is one, with a
    guide."""

    medium: str
    bicubic: float
    alone: float
    told: float | None


def validate_superres(network: nn.Module, pairs: Sequence[Pair], scale: int, *, guided: bool) -> Validation:
    """Score a network on the middle parts of pictures, a border of ``scale`` pixels left out.

    The score is the mean PSNR over all pairs, without guides.  Figures: for each medium (``display``, ``light``) that
    of the network (``psnr``) and of bicubic interpolation (``bicubic``); for those with a label, if the network takes
    guides, ``guide/psnr`` with it and ``guide/without`` without.  Luma is not clipped; 1 counts as full signal.

    Args:
        network: put into evaluation mode.
        pairs: whole pictures, at least one larger than its border.
        scale: of the pairs.
        guided: whether the network takes guides.
    """
    network.eval()
    measured: list[_Measured] = []
    worst: list[Enlarged] = []
    for pair in pairs:
        middle = _middle(pair, scale)
        blurred = bicubic(middle.low, *middle.residual.shape)
        truth = blurred + middle.residual
        answer = blurred + answer_of(network, middle.low)
        reached = psnr(answer, truth, border=scale)
        told = None
        if guided and middle.guide is not None:
            guide = np.asarray(middle.guide / 255, np.float32)
            told = psnr(blurred + answer_of(network, middle.low, guide), truth, border=scale)
        measured.append(_Measured(pair.medium, psnr(blurred, truth, border=scale), reached, told))
        worst = sorted([*worst, Enlarged(pair.name, reached, middle.low, answer, truth)], key=lambda e: e.score)[:SHOWN]
    return Validation(float(np.mean([each.alone for each in measured])), _figures(measured), worst)


def answer_of(network: nn.Module, low: Array, guide: Array | None = None) -> Array:
    """The residual that a network finds: H×W float32 luma, guide C×H×W float32 → (scale·H)×(scale·W) float32."""
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))
    inputs = [part[None] for part in (low[None], *(() if guide is None else (guide,)))]
    with torch.inference_mode():
        given = [torch.from_numpy(np.ascontiguousarray(part)).to(device) for part in inputs]
        return np.asarray(network(*given)[0, 0].float().cpu().numpy(), np.float32)


def _middle(pair: Pair, scale: int) -> Pair:
    """The middle part; bicubic interpolation sees beyond its border, which is why that is left out."""
    corner = [max(0, (side - _LARGEST) // 2) for side in pair.low.shape]
    small, large = (
        tuple(slice(factor * first, factor * (first + _LARGEST)) for first in corner) for factor in (1, scale)
    )
    guide = None if pair.guide is None else pair.guide[:, *small]
    return Pair(pair.name, pair.medium, pair.low[small], pair.residual[large], guide)


def _figures(measured: list[_Measured]) -> dict[str, float]:
    figures: dict[str, float] = {}
    for medium in ("display", "light"):
        of_medium = [each for each in measured if each.medium == medium]
        if of_medium:
            figures[f"{medium}/psnr"] = float(np.mean([each.alone for each in of_medium]))
            figures[f"{medium}/bicubic"] = float(np.mean([each.bicubic for each in of_medium]))
    told = [(each.told, each.alone) for each in measured if each.told is not None]
    if told:
        figures["guide/psnr"], figures["guide/without"] = (float(value) for value in np.mean(told, 0))
    return figures
