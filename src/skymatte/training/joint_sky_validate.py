"""Whole validation pictures, made small, through the network that makes them larger and finds their sky."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from skymatte.datasets.sources import Source
from skymatte.networks.base import Network
from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import encode
from skymatte.picture.fidelity import psnr
from skymatte.picture.luma import LOG_SHIFT, luma
from skymatte.runtime.whole import shrink
from skymatte.training.joint_sky_recipe import JointSkyRecipe
from skymatte.training.sky_sample import Sample
from skymatte.training.validate import found, score, summary
from skymatte.training.validation import SHOWN, Validation

Array = NDArray[np.float32]


def validate_joint_sky(plan: JointSkyRecipe, network: Network, sources: Sequence[Source]) -> Validation:
    """Score a network by the mean IoU of pictures that it saw ``scale`` times smaller.

    Figures: as of any sky network, and the PSNR in dB of encoded luma (1 = full signal, a border of ``scale`` pixels
    left out) of the network (``psnr``) and of bicubic interpolation (``bicubic``).
    """
    network.eval()
    results, sharp, blurred = [], [], []
    for source in sources:
        light = _working(source, plan)
        truth = luma(_encoded(light))
        small = _encoded(_blocks(light, plan.network.scale))
        residual, sky = _answer(network, small)
        large = bicubic(luma(small), *truth.shape)
        sharp.append(psnr(large + residual, truth, border=plan.network.scale))
        blurred.append(psnr(large, truth, border=plan.network.scale))
        results.append(found(source, shrink(sky, *source.sky.shape), plan.threshold))
    worst = sorted(results, key=lambda each: each.iou)[:SHOWN]
    shown = tuple(Sample(each.source.name, each.iou, each.source.pixels, each.matte) for each in worst)
    figures = {**summary(results), "psnr": float(np.mean(sharp)), "bicubic": float(np.mean(blurred))}
    return Validation(score(results), figures, shown)


def _working(source: Source, plan: JointSkyRecipe) -> Array:
    """Light at the working size, both sides multiples of the scale."""
    height, width = source.pixels.shape[:2]
    factor, step = plan.working_side / max(height, width), plan.network.scale
    return shrink(source.pixels, *(max(1, round(side * factor / step)) * step for side in (height, width)))


def _blocks(light: Array, scale: int) -> Array:
    height, width, colours = light.shape
    blocks = light.reshape(height // scale, scale, width // scale, scale, colours)
    return np.asarray(blocks.mean((1, 3), dtype=np.float64), np.float32)


def _encoded(light: Array) -> Array:
    return encode("log", light) + np.float32(LOG_SHIFT)


def _answer(network: Network, small: Array) -> tuple[Array, Array]:
    """The residual of luma, and the probability of sky."""
    device = next(network.parameters()).device
    with torch.inference_mode():
        residual, logits = network(torch.from_numpy(small.transpose(2, 0, 1)[None].copy()).to(device))
        sky = logits.float().softmax(1)[0, 0]
        return np.asarray(residual[0, 0].float().cpu().numpy()), np.asarray(sky.cpu().numpy())
