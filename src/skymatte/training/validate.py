"""Whole validation pictures through the network, as inference sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from skymatte.datasets.sources import Source
from skymatte.networks.base import SegmentationNetwork
from skymatte.picture.model import Projection
from skymatte.runtime.look import Look
from skymatte.runtime.pyramid import coarse_to_fine
from skymatte.runtime.whole import look, shrink
from skymatte.training.prior import OPEN
from skymatte.training.recipe import Recipe
from skymatte.training.sky_sample import Sample, iou
from skymatte.training.validation import SHOWN, Validation


class ShownPredict(Protocol):
    """A network that may be shown what a coarser look said."""

    def __call__(
        self, encoded: NDArray[np.float32], prior: NDArray[np.float32] | None = None, /
    ) -> NDArray[np.float32]:
        """Encoded …×H×W×3 and …×H×W, or none → probability of sky …×H×W, all float32."""
        ...


def torch_predict(network: SegmentationNetwork) -> ShownPredict:
    """The network as a function from encoded pictures, and what a coarser look said of them, to probability.

    H×W×3 and H×W, or none, → H×W; or N of them at once; all float32.
    """
    network.eval()
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))

    def predict(encoded: NDArray[np.float32], prior: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        batch = encoded.reshape(-1, *encoded.shape[-3:])
        if network.prior:
            known = np.full(batch.shape[:3], OPEN, np.float32) if prior is None else prior.reshape(batch.shape[:3])
            batch = np.concatenate((batch, known[..., None]), axis=3)
        with torch.inference_mode():
            planes = torch.from_numpy(batch.transpose(0, 3, 1, 2)).to(device)
            answer = network(planes.contiguous(memory_format=torch.channels_last)).sigmoid()
            return np.asarray(answer.cpu().numpy().reshape(encoded.shape[:-1]), np.float32)

    return predict


@dataclass(frozen=True, slots=True)
class Validated:
    """One validation picture: its IoU (1 if neither label nor prediction has sky), false sky share, and matte."""

    source: Source
    iou: float
    false_sky: float
    matte: NDArray[np.float32]


def validate(recipe: Recipe, predict: ShownPredict, multiple: int, sources: Sequence[Source]) -> list[Validated]:
    """Each picture found as the recipe's model will find it, at the label's size and thresholded.

    With a prior pictures are looked at coarse to fine, else at the recipe's working size.
    """
    return [found(source, _matte(recipe, predict, multiple, source), recipe.threshold) for source in sources]


def found(source: Source, matte: NDArray[np.float32], threshold: float) -> Validated:
    """How right a matte of the label's size is, thresholded; ``ignore`` counts nowhere."""
    known = source.ignore < 0.5
    predicted, labelled = (matte >= threshold) & known, (source.sky >= 0.5) & known
    reached = iou(int((predicted & labelled).sum()), int((predicted | labelled).sum()))
    return Validated(source, reached, float((predicted & ~labelled).sum() / max(1, known.sum())), matte)


def _matte(recipe: Recipe, predict: ShownPredict, multiple: int, source: Source) -> NDArray[np.float32]:
    if recipe.network.prior:
        wrap = source.projection is Projection.EQUIRECTANGULAR
        shown = Look(predict, recipe.encoding, multiple, 1.0, wrap)
        return coarse_to_fine(source.pixels, shown, least=recipe.working_side).matte
    _, seen = look(
        source.pixels,
        1.0,
        source.projection,
        predict,
        encoding=recipe.encoding,
        multiple=multiple,
        side=recipe.working_side,
    )
    return shrink(seen, *source.sky.shape)


def validate_pictures(recipe: Recipe, predict: ShownPredict, multiple: int, sources: Sequence[Source]) -> Validation:
    """Whole pictures as the shipped model will see them: what chooses the best checkpoint, and what its card reports.

    Args:
        recipe: says encoding, working size and threshold.
        predict: the network.
        multiple: of how many pixels the sides of its input are multiples.
        sources: the pictures.
    """
    results = validate(recipe, predict, multiple, sources)
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
