"""Whole validation pictures through the network, as inference sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from skymatte.datasets.sources import Source
from skymatte.runtime.whole import Predict, look, shrink
from skymatte.training.recipe import Recipe
from skymatte.training.validation import SHOWN, Sample, Validation, iou


def torch_predict(network: nn.Module) -> Predict:
    """The network as a function from encoded H×W×3 float32 to probability H×W float32."""
    network.eval()
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))

    def predict(encoded: NDArray[np.float32]) -> NDArray[np.float32]:
        with torch.inference_mode():
            batch = torch.from_numpy(encoded.transpose(2, 0, 1)[None]).to(device)
            answer = network(batch.contiguous(memory_format=torch.channels_last)).sigmoid()
            return np.asarray(answer[0, 0].cpu().numpy(), np.float32)

    return predict


@dataclass(frozen=True, slots=True)
class Validated:
    """One validation picture: its IoU (1 if neither label nor prediction has sky), false sky share, and matte."""

    source: Source
    iou: float
    false_sky: float
    matte: NDArray[np.float32]


def validate(
    predict: Predict, sources: Sequence[Source], *, encoding: str, side: int, multiple: int, threshold: float
) -> list[Validated]:
    """Each source at working size, its matte brought back to the label's size and thresholded."""
    results = []
    for source in sources:
        height, width = source.sky.shape
        _, seen = look(source.pixels, 1.0, source.projection, predict, encoding=encoding, multiple=multiple, side=side)
        matte = shrink(seen, height, width)
        known = source.ignore < 0.5
        predicted, labelled = (matte >= threshold) & known, (source.sky >= 0.5) & known
        reached = iou(int((predicted & labelled).sum()), int((predicted | labelled).sum()))
        results.append(Validated(source, reached, float((predicted & ~labelled).sum() / max(1, known.sum())), matte))
    return results


def validate_pictures(recipe: Recipe, predict: Predict, multiple: int, sources: Sequence[Source]) -> Validation:
    """Whole pictures at the recipe's working size: what chooses the best checkpoint, and what a model card reports.

    Args:
        recipe: says encoding, working size and threshold.
        predict: the network.
        multiple: of how many pixels the sides of its input are multiples.
        sources: the pictures.
    """
    results = validate(
        predict,
        sources,
        encoding=recipe.encoding,
        side=recipe.working_side,
        multiple=multiple,
        threshold=recipe.threshold,
    )
    worst = sorted(results, key=lambda r: r.iou)[:SHOWN]
    shown = tuple(Sample(r.source.name, r.iou, r.source.pixels, r.matte) for r in worst)
    return Validation(score(results), summary(results), shown)


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
