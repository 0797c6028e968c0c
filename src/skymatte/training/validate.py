"""Whole validation pictures through the network, as inference sees them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from skymatte.datasets.sources import Source
from skymatte.runtime.whole import Predict, look, shrink


def torch_predict(network: nn.Module) -> Predict:
    """The network as a function from encoded H×W×3 float32 to probability H×W float32."""

    def predict(encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            batch = torch.from_numpy(encoded.transpose(2, 0, 1)[None]).contiguous(memory_format=torch.channels_last)
            return np.asarray(network(batch).sigmoid()[0, 0].numpy(), np.float32)

    return predict


@dataclass(frozen=True, slots=True)
class Validated:
    """One validation picture: its IoU (1 if neither label nor prediction has sky), false sky share, and matte."""

    source: Source
    iou: float
    false_sky: float
    matte: NDArray[np.float32]


def validate(
    network: nn.Module, sources: list[Source], *, encoding: str, side: int, multiple: int, threshold: float
) -> list[Validated]:
    """Each source at working size, its matte brought back to the label's size and thresholded."""
    network.eval()
    predict = torch_predict(network)
    results = []
    for source in sources:
        height, width = source.sky.shape
        _, seen = look(source.pixels, 1.0, source.projection, predict, encoding=encoding, multiple=multiple, side=side)
        matte = shrink(seen, height, width)
        known = source.ignore < 0.5
        predicted, labelled = (matte >= threshold) & known, (source.sky >= 0.5) & known
        union = int((predicted | labelled).sum())
        iou = int((predicted & labelled).sum()) / union if union else 1.0
        results.append(Validated(source, iou, float((predicted & ~labelled).sum() / max(1, known.sum())), matte))
    return results


def score(results: list[Validated]) -> float:
    """Mean IoU over the pictures that have sky: what the best checkpoint is chosen by."""
    return float(np.mean([r.iou for r in results if r.source.stratum != "negative"]))


def summary(results: list[Validated]) -> dict[str, float]:
    """Mean and worst IoU of each stratum; mean false sky of the negatives."""
    figures: dict[str, float] = {}
    for stratum in sorted({r.source.stratum for r in results}):
        of_stratum = [r for r in results if r.source.stratum == stratum]
        if stratum == "negative":
            figures["negative/false_sky"] = float(np.mean([r.false_sky for r in of_stratum]))
        else:
            figures[f"{stratum}/iou"] = float(np.mean([r.iou for r in of_stratum]))
            figures[f"{stratum}/worst"] = min(r.iou for r in of_stratum)
    return figures
