"""The stream of street samples: batch *b* is a pure function of (seed, *b*), so a killed run resumes exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from skymatte.errors import RecipeError

Layers = Sequence[NDArray[np.uint8]]
"""What is known of one place in several pictures, each H×W (classes) or H×W×C (shares of 255), uint8.

Layers may differ in size by whole factors: a small picture beside a large one.
"""


@dataclass(frozen=True, slots=True)
class Crops:
    """How samples are cut out.

    Attributes:
        side: of a crop in pixels of the largest layer.
        flip: share of crops that are mirrored left to right.
        zoom: crops are shown larger or smaller by a factor between ``1 / zoom`` and ``zoom``; only where all layers are
            of one size.
    """

    side: int
    flip: float = 0.5
    zoom: float = 1.0


class StreetSamples(Dataset[tuple[Tensor, ...]]):
    """Random crops: item *b* is batch *b* of the run, one tensor for each layer.

    Layers of classes come as B×H×W int64, others as B×C×H×W float32 in [0, 1].

    Args:
        places: the layers of each picture, in the same order everywhere.
        crops: how they are cut out.
        batch: samples in a batch.
        batches: length of the run.
        seed: of everything random.
        share: (rank, processes): of every batch only the samples of this process are made.

    Raises:
        RecipeError: a crop does not fit into a picture or onto the grid of the smallest layer, or layers of several
            sizes shall be zoomed.
    """

    def __init__(
        self,
        places: Sequence[Layers],
        crops: Crops,
        *,
        batch: int,
        batches: int,
        seed: int,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self.places, self.crops = places, crops
        self.batch, self.batches, self.seed, self.share = batch, batches, seed, share
        self._factors = [max(len(layer) for layer in places[0]) // len(layer) for layer in places[0]]
        self._step = max(self._factors)
        smallest = min(side * self._step for layers in places for side in _smallest(layers).shape[:2])
        if crops.side > smallest or crops.side % self._step:
            raise RecipeError(
                f"data.crop: {crops.side} is more than the {smallest} px of the smallest picture, or no multiple of "
                f"{self._step}"
            )
        if crops.zoom != 1 and self._step > 1:
            raise RecipeError("data.zoom: pairs of small and large pictures stay as they are; set it to 1")

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        rank, processes = self.share
        drawn = [self._draw(np.random.default_rng((self.seed, index, i))) for i in range(self.batch)[rank::processes]]
        return tuple(_tensor(np.stack(layer)) for layer in zip(*drawn, strict=True))

    def _draw(self, rng: np.random.Generator) -> Layers:
        layers = self.places[int(rng.integers(len(self.places)))]
        height, width = (side * self._step for side in _smallest(layers).shape[:2])
        zoom = float(np.exp(rng.uniform(-1, 1) * np.log(self.crops.zoom)))
        seen = min(round(self.crops.side / zoom), height, width) if zoom != 1 else self.crops.side
        top, left = (int(rng.integers((side - seen) // self._step + 1)) * self._step for side in (height, width))
        mirrored = rng.random() < self.crops.flip
        return [self._cut(layer, factor, (top, left, seen), mirrored) for layer, factor in self._by_factor(layers)]

    def _by_factor(self, layers: Layers) -> list[tuple[NDArray[np.uint8], int]]:
        return list(zip(layers, self._factors, strict=True))

    def _cut(
        self, layer: NDArray[np.uint8], factor: int, at: tuple[int, int, int], mirrored: bool
    ) -> NDArray[np.uint8]:
        top, left, seen = (place // factor for place in at)
        part = layer[top : top + seen, left : left + seen]
        side = self.crops.side // factor
        if seen != side:
            how = cv2.INTER_NEAREST if part.ndim == 2 else cv2.INTER_AREA if seen > side else cv2.INTER_LINEAR
            part = np.asarray(cv2.resize(np.ascontiguousarray(part), (side, side), interpolation=how), np.uint8)
        return part[:, ::-1] if mirrored else part


def _smallest(layers: Layers) -> NDArray[np.uint8]:
    return min(layers, key=len)


def _tensor(layer: NDArray[np.uint8]) -> Tensor:
    if layer.ndim == 3:
        return torch.from_numpy(layer.astype(np.int64))
    return torch.from_numpy(np.ascontiguousarray(layer.transpose(0, 3, 1, 2)).astype(np.float32) / np.float32(255))
