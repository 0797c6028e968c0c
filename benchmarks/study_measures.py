"""What a network of the study is worth on pictures that it was never trained on."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import fmean

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.cases import Case
from skymatte.datasets.patch_set import PatchSet
from skymatte.masks.labels import NON_SKY, SKY
from skymatte.masks.metrics import iou, score_picture
from skymatte.picture.encoding import encode, linear_from_srgb, srgb_from_linear
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Projection
from skymatte.runtime.whole import shrink
from skymatte.sky.dense import dense_matte

Array = NDArray[np.float32]
Input = Callable[[Array], Array]
"""Exposed linear light H×W×3 → network input H×W×3, float32."""

STOPS = (-4, 4)
THRESHOLD = 0.5


def encoded(encoding: str) -> Input:
    """The network's own input."""
    return lambda pixels: encode(encoding, pixels)


def ldr_as_hdr(encoding: str) -> Input:
    """An 8-bit picture, decoded to linear light, for a network that learnt from HDR."""
    return lambda pixels: encode(encoding, linear_from_srgb(encode("ldr", pixels)))


def hdr_as_ldr(pixels: Array) -> Array:
    """The sRGB curve over the whole range, unclipped: HDR for a network that learnt from 8-bit pictures."""
    return srgb_from_linear(pixels)


class TorchModel:
    """A network behind the interface of an inference model: N×H×W×3 float32 → N×H×W float32 in [0, 1]."""

    def __init__(self, network: nn.Module) -> None:
        self._network = network.eval()

    def predict(self, encoded: Array) -> Array:
        batch = torch.from_numpy(encoded.transpose(0, 3, 1, 2)).contiguous(memory_format=torch.channels_last)
        with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
            probability = self._network(batch).float().sigmoid()
        return np.asarray(probability[:, 0].numpy(), np.float32)


@dataclass(frozen=True, slots=True)
class Seen:
    """A case brought to the study's height and exposed, once for all networks."""

    case: Case
    pixels: Array


def prepare(cases: Sequence[Case], height: int) -> list[Seen]:
    """Scale pictures in linear light to ``height``, expose them by their log mean."""
    seen = []
    for case in cases:
        full = case.picture.pixels
        small = shrink(full, height, round(full.shape[1] * height / full.shape[0]))
        seen.append(Seen(case, small * np.float32(exposure_scale(small))))
    return seen


def matte(model: TorchModel, seen: Seen, enter: Input, patch: int, stride: int, stops: float = 0) -> Array:
    """The voted matte at the label's size."""
    wrap = seen.case.picture.projection is Projection.EQUIRECTANGULAR
    voted = dense_matte(enter(seen.pixels * np.float32(2.0**stops)), model, patch, stride, wrap=wrap)
    height, width = seen.case.label.shape
    return np.asarray(cv2.resize(voted, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def measure(model: TorchModel, pictures: Sequence[Seen], enter: Input, patch: int, stride: int) -> dict[str, float]:
    """IoU of open pictures (mean, worst), of canopy, boundary F, thin-structure recall, false sky, and seconds."""
    values: dict[str, list[float]] = {}
    worst = ("", 1.0)
    started = time.perf_counter()
    spent = 0.0
    for seen in pictures:
        started = time.perf_counter()
        mask = matte(model, seen, enter, patch, stride) >= THRESHOLD
        spent += time.perf_counter() - started
        scores = score_picture(seen.case.name, mask, seen.case.label).values
        group = seen.case.group
        for key in ("iou", "boundary_f_2", "thin_recall", "false_sky"):
            if not math.isnan(scores.get(key, math.nan)):
                values.setdefault(f"{group}/{key}", []).append(scores[key])
        if group == "open" and scores["iou"] < worst[1]:
            worst = (seen.case.name, scores["iou"])
    summed = {key: fmean(found) for key, found in values.items()}
    return {**summed, "open/worst": worst[1], "seconds": spent}


def stability(model: TorchModel, pictures: Sequence[Seen], enter: Input, patch: int) -> float:
    """IoU between the mask of a picture and of the same picture :data:`STOPS` brighter, after exposure: the mean.

    skymatte exposes every picture by itself, so its masks do not move at all when a file is scaled; here the network
    alone is asked, as if that had gone wrong.
    """
    agreement = []
    for seen in pictures:
        if seen.case.group == "open":
            mask = matte(model, seen, enter, patch, patch) >= THRESHOLD
            label = np.where(mask, SKY, NON_SKY).astype(np.uint8)
            agreement += [iou(matte(model, seen, enter, patch, patch, k) >= THRESHOLD, label) for k in STOPS]
    return fmean(agreement)


def patch_iou(model: TorchModel, patches: PatchSet, enter: Input, batch: int = 32) -> float:
    """Pooled IoU of held-out patches, as the thesis measures: no votes, no whole pictures."""
    both = either = 0.0
    for first in range(0, len(patches), batch):
        views = [patches[i] for i in range(first, min(first + batch, len(patches)))]
        answers = model.predict(np.stack([enter(view.pixels) for view in views]))
        for view, answer in zip(views, answers, strict=True):
            predicted, labelled = (answer >= THRESHOLD) * view.weight, (view.sky >= 0.5) * view.weight
            both += float((predicted * labelled).sum())
            either += float(np.maximum(predicted, labelled).sum())
    return both / either if either else 1.0
