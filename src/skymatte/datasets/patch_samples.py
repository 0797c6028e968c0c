"""The stream of patch samples: batch *b* is a pure function of (seed, *b*), so a killed run resumes exactly."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from skymatte.datasets.patch_augment import Augmentation, augment_patch
from skymatte.datasets.views import View
from skymatte.errors import InputError
from skymatte.picture.encoding import encode

_ORDER = 1 << 40
"""Sets the random numbers of an epoch's order apart from those of a sample, whose index is far below."""

_SURVEYED = 1024
"""Patches that are looked at for mean and deviation; more change the third digit."""


class Patches(Protocol):
    """Anything that holds patches: a ``PatchSet`` on disk, a list in memory."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> View: ...


class PatchSamples(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Batches of augmented, encoded patches: item *b* is batch *b* of the run.

    Returns (picture B×3×S×S float32 encoded, sky B×1×S×S float32 in [0, 1], weight B×1×S×S float32).  Each epoch shows
    every patch once, in an order of its own; a batch may hold the end of one epoch and the beginning of the next.

    Args:
        patches: what is shown.
        augmentation: what happens to it before.
        encoding: the network's input.
        batch: samples in a batch.
        batches: length of the run.
        seed: of order and augmentation.
        share: (rank, processes): of every batch only the samples of this process are made.

    Raises:
        InputError: there are no patches.
    """

    def __init__(
        self,
        patches: Patches,
        augmentation: Augmentation,
        *,
        encoding: str,
        batch: int,
        batches: int,
        seed: int,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        if len(patches) == 0:
            raise InputError("there are no training patches; check the recipe's data.patches and the data folder")
        self.patches, self.augmentation, self.encoding = patches, augmentation, encoding
        self.batch, self.batches, self.seed, self.share = batch, batches, seed, share
        self._order: tuple[int, NDArray[np.int64]] | None = None

    def __len__(self) -> int:
        return self.batches

    @property
    def size(self) -> int:
        """Side of a patch in pixels."""
        return len(self.patches[0].sky)

    def _patch(self, position: int) -> int:
        """Which patch stands at a position of the endless row of epochs."""
        epoch, place = divmod(position, len(self.patches))
        if self._order is None or self._order[0] != epoch:
            rng = np.random.default_rng((self.seed, epoch, _ORDER))
            self._order = (epoch, rng.permutation(len(self.patches)))
        return int(self._order[1][place])

    def _draw(self, batch: int, place: int) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        stored = self.patches[self._patch(batch * self.batch + place)]
        view = View(stored.pixels, stored.sky, stored.weight, None)
        augment_patch(view, self.augmentation, np.random.default_rng((self.seed, batch, place)))
        return encode(self.encoding, view.pixels).transpose(2, 0, 1), view.sky[None], view.weight[None]

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        rank, processes = self.share
        drawn = [self._draw(index, place) for place in range(self.batch)[rank::processes]]
        pictures, skies, weights = (torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        return pictures, skies, weights

    def pictures(self) -> Iterator[NDArray[np.float32]]:
        """Patches spread evenly over all, S×S×3 float32 linear light, not augmented: what mean and deviation are of."""
        count = min(_SURVEYED, len(self.patches))
        for place in range(count):
            yield self.patches[place * len(self.patches) // count].pixels
