"""The stream of training samples: sample *i* is a pure function of (seed, *i*), so a killed run resumes exactly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from skymatte.datasets.augment import CAMERA, augment
from skymatte.datasets.exchange import exchange_sky, sky_sources
from skymatte.datasets.occluders import draw_occluder
from skymatte.datasets.sources import Source
from skymatte.datasets.views import random_view
from skymatte.errors import InputError
from skymatte.picture.encoding import encode


@dataclass(frozen=True, slots=True)
class Mixture:
    """How samples are drawn.

    Attributes:
        strata: share of each stratum; strata without sources are left out.
        exchange: share of views whose sky comes from another picture.
        occluders: share of views with wires, poles, branches or birds drawn over.
        camera: share of views as an 8-bit camera takes them.
    """

    strata: Mapping[str, float]
    exchange: float
    occluders: float
    camera: float = CAMERA


class Samples(Dataset[tuple[Tensor, Tensor, Tensor]]):
    """Batches of views: item *b* is batch *b* of the run.

    Returns (picture B×3×H×W float32 encoded, sky B×1×H×W float32 in [0, 1], weight B×1×H×W float32).  Every
    ``wide_every``-th batch holds half as many views of twice the width: whole panoramas, for a sense of the whole.
    ``share`` is (rank, processes): of every batch only the views of this process are made.

    Raises:
        InputError: the mixture asks for what ``sources`` do not hold.
    """

    def __init__(
        self,
        sources: list[Source],
        mixture: Mixture,
        *,
        encoding: str,
        size: int,
        batch: int,
        batches: int,
        wide_every: int,
        seed: int,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        self.sources: dict[str, list[Source]] = {}
        for source in sources:
            self.sources.setdefault(source.stratum, []).append(source)
        self.donors = sky_sources(sources)
        self.mixture, self.encoding, self.size, self.batch = mixture, encoding, size, batch
        self.batches, self.wide_every, self.seed, self.share = batches, wide_every, seed, share
        self.names = [name for name in mixture.strata if name in self.sources]
        shares = np.array([mixture.strata[name] for name in self.names])
        if not shares.sum() > 0:
            raise InputError(f"no training picture is of a stratum with a share ({', '.join(mixture.strata)})")
        if mixture.exchange > 0 and not self.donors:
            raise InputError(
                "no training panorama has enough sky to lend; add one of the stratum puresky or exchange 0"
            )
        self.shares = shares / shares.sum()

    def __len__(self) -> int:
        return self.batches

    def _draw(self, rng: np.random.Generator, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        pool = self.sources[self.names[int(rng.choice(len(self.names), p=self.shares))]]
        source = pool[int(rng.integers(len(pool)))]
        view = random_view(source, rng, width, self.size)
        if source.stratum != "negative" and rng.random() < self.mixture.exchange:
            exchange_sky(view, self.donors[int(rng.integers(len(self.donors)))], rng)
        while rng.random() < self.mixture.occluders:
            draw_occluder(view, rng)
        pixels = augment(view, rng, self.mixture.camera)
        return encode(self.encoding, pixels).transpose(2, 0, 1), view.sky[None], view.weight[None]

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor, Tensor]:
        wide = self.wide_every > 0 and index % self.wide_every == self.wide_every - 1
        width, count = (2 * self.size, self.batch // 2) if wide else (self.size, self.batch)
        rank, processes = self.share
        own = range(count)[rank::processes]
        drawn = [self._draw(np.random.default_rng((self.seed, index, i)), width) for i in own]
        pictures, skies, weights = (torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))
        return pictures, skies, weights

    def pictures(self) -> Iterator[NDArray[np.float32]]:
        """The whole pictures that views are made of, H×W×3 float32 linear light: what mean and deviation are of."""
        for name in self.names:
            yield from (source.pixels for source in self.sources[name])
