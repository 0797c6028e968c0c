"""Validation patches through the network, as they were cut: what the recipes that train on patches choose by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from skymatte.datasets.patch_samples import Patches
from skymatte.datasets.patch_set import PatchSet
from skymatte.datasets.views import View
from skymatte.picture.encoding import encode
from skymatte.training.recipe import Recipe
from skymatte.training.sky_sample import Sample, iou
from skymatte.training.validation import SHOWN, Validation


@dataclass(frozen=True, slots=True)
class _Counted:
    """Pixels of one patch: sky in both label and prediction, in either, wrong, labelled."""

    both: int
    either: int
    wrong: int
    known: int

    @property
    def error(self) -> float:
        return self.wrong / max(1, self.known)


def validate_patches(recipe: Recipe, network: nn.Module, patches: Patches, *, at_most: int | None = None) -> Validation:
    """Score a network on patches.

    ``iou`` is pooled over the pixels of all patches: a patch with little sky counts little.  ``mean_iou`` is the mean
    over patches, as the HDR segmentation thesis reports it; ``accuracy`` the share of labelled pixels that are right.
    The worst are those with the largest share of wrong pixels.

    Args:
        recipe: says encoding, threshold and size of batches.
        network: put into evaluation mode.
        patches: not augmented.
        at_most: take so many, spread evenly over all.
    """
    count = min(len(patches), at_most or len(patches))
    chosen = [place * len(patches) // count for place in range(count)]
    counts: list[_Counted] = []
    worst: list[tuple[float, Sample]] = []
    for number, view, matte in _predictions(recipe, network, patches, chosen):
        counted = _count(view, matte, recipe.threshold)
        counts.append(counted)
        worst.append((-counted.error, _sample(patches, number, view, matte, counted)))
        # Only the worst stay in memory.
        worst = sorted(worst, key=lambda ranked: ranked[0])[:SHOWN]
    both, either = sum(c.both for c in counts), sum(c.either for c in counts)
    wrong, known = sum(c.wrong for c in counts), sum(c.known for c in counts)
    figures = {
        "patches/iou": iou(both, either),
        "patches/mean_iou": float(np.mean([iou(c.both, c.either) for c in counts])),
        "patches/accuracy": 1 - wrong / max(1, known),
    }
    return Validation(figures["patches/iou"], figures, tuple(sample for _, sample in worst))


def _predictions(
    recipe: Recipe, network: nn.Module, patches: Patches, chosen: list[int]
) -> Iterator[tuple[int, View, NDArray[np.float32]]]:
    """Number, patch and predicted matte, batch by batch."""
    network.eval()
    device = next((parameter.device for parameter in network.parameters()), torch.device("cpu"))
    for first in range(0, len(chosen), recipe.batch):
        numbers = chosen[first : first + recipe.batch]
        views = [patches[number] for number in numbers]
        encoded = np.stack([encode(recipe.encoding, view.pixels).transpose(2, 0, 1) for view in views])
        with torch.inference_mode():
            batch = torch.from_numpy(encoded).to(device).contiguous(memory_format=torch.channels_last)
            mattes = network(batch).sigmoid()[:, 0].cpu().numpy()
        yield from zip(numbers, views, mattes, strict=True)


def _count(view: View, matte: NDArray[np.float32], threshold: float) -> _Counted:
    known = view.weight >= 0.5
    predicted, labelled = (matte >= threshold) & known, (view.sky >= 0.5) & known
    both, either = int((predicted & labelled).sum()), int((predicted | labelled).sum())
    return _Counted(both, either, either - both, int(known.sum()))


def _sample(patches: Patches, number: int, view: View, matte: NDArray[np.float32], counted: _Counted) -> Sample:
    name = f"patch {number}"
    if isinstance(patches, PatchSet):
        row = patches.rows[number]
        name = f"{row.picture} {row.top},{row.left}"
    return Sample(name, iou(counted.both, counted.either), view.pixels, matte)
