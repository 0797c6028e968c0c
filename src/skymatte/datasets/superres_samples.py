"""The stream of samples of super-resolution: batch *b* is a pure function of (seed, *b*), so a killed run resumes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from skymatte.datasets.superres_pairs import Pair
from skymatte.errors import DatasetError

_SYMMETRIES = 8
_FLAT = 0.0022
"""Mean absolute residual of luma, for each step of scale, below which bicubic interpolation leaves hardly anything."""

_TOLD = 0.5
"""Share of samples whose guide is shown: the others learn to do without."""


class SuperresSamples(Dataset[tuple[Tensor, ...]]):
    """Batches of patches in one of the eight symmetries of a square: item *b* is batch *b* of the run.

    Returns (low B×1×P×P, residual B×1×sP×sP, both float32 luma), and with ``guided`` the guide B×2×P×P float32 in
    [0, 1], which is 0 for pairs without a label and for half of the others.  Every patch of a medium has the same
    chance: larger pictures are drawn more often.

    Args:
        pairs: pictures smaller than a patch are left out.
        scale: of the pairs.
        patch: side of a patch of ``low`` in pixels.
        light: share of patches of linear light, if there are pictures of both media.
        guided: give guides.
        flat: chance that a patch stays where bicubic interpolation leaves next to nothing to learn; else another is
            drawn.
        batch: samples in a batch.
        batches: length of the run.
        seed: of everything random.
        share: (rank, processes): of every batch only the samples of this process are made.

    Raises:
        DatasetError: no picture is as large as a patch.
    """

    def __init__(
        self,
        pairs: Sequence[Pair],
        *,
        scale: int,
        patch: int,
        light: float,
        guided: bool,
        flat: float = 1.0,
        batch: int,
        batches: int,
        seed: int,
        share: tuple[int, int] = (0, 1),
    ) -> None:
        large = [pair for pair in pairs if min(pair.low.shape) >= patch]
        if not large:
            raise DatasetError(
                f"no training picture has {scale * patch} px on both sides; lower data.patch, or mend --data"
            )
        pools = [[pair for pair in large if pair.medium == medium] for medium in ("display", "light")]
        shares = (1 - light, light) if all(pools) else (float(bool(pools[0])), float(bool(pools[1])))
        self._pools = [(pool, _chances(pool)) for pool in pools]
        self._shares = np.array(shares)
        self.scale, self.patch, self.guided, self.flat = scale, patch, guided, flat
        self.batch, self.batches, self.seed, self.share = batch, batches, seed, share

    def __len__(self) -> int:
        return self.batches

    def __getitem__(self, index: int) -> tuple[Tensor, ...]:
        rank, processes = self.share
        own = range(self.batch)[rank::processes]
        drawn = [self._draw(np.random.default_rng((self.seed, index, place))) for place in own]
        return tuple(torch.from_numpy(np.stack(part)) for part in zip(*drawn, strict=True))

    def _draw(self, rng: np.random.Generator) -> tuple[NDArray[np.float32], ...]:
        pair, corner = self._place(rng)
        while self.flat < 1 and self._is_flat(pair, corner) and rng.random() >= self.flat:
            pair, corner = self._place(rng)
        symmetry = int(rng.integers(_SYMMETRIES))
        low = turned(_window(pair.low[None], corner, self.patch), symmetry)
        residual = turned(_window(pair.residual[None], corner, self.patch, self.scale), symmetry)
        if not self.guided:
            return low, residual
        guide = np.zeros((2, self.patch, self.patch), np.float32)
        if pair.guide is not None and rng.random() < _TOLD:
            guide = turned(_window(pair.guide, corner, self.patch) / np.float32(255), symmetry)
        return low, residual, guide

    def _place(self, rng: np.random.Generator) -> tuple[Pair, list[int]]:
        pool, chances = self._pools[int(rng.choice(len(self._pools), p=self._shares))]
        pair = pool[int(rng.choice(len(pool), p=chances))]
        return pair, [int(rng.integers(side - self.patch + 1)) for side in pair.low.shape]

    def _is_flat(self, pair: Pair, corner: list[int]) -> bool:
        residual = _window(pair.residual[None], corner, self.patch, self.scale)
        return float(np.abs(residual).mean()) < _FLAT * self.scale


def turned(planes: NDArray[np.float32], symmetry: int) -> NDArray[np.float32]:
    """C×N×N planes in one of the eight symmetries of a square, numbered from 0, which leaves them."""
    planes = planes[:, ::-1] if symmetry & 1 else planes
    planes = planes[:, :, ::-1] if symmetry & 2 else planes
    planes = planes.transpose(0, 2, 1) if symmetry & 4 else planes
    return np.ascontiguousarray(planes)


def _chances(pool: list[Pair]) -> NDArray[np.float64]:
    areas = np.array([pair.low.size for pair in pool], np.float64)
    return np.asarray(areas / max(1.0, areas.sum()))


def _window(planes: NDArray[np.generic], corner: list[int], patch: int, scale: int = 1) -> NDArray[np.float32]:
    top, left = (scale * place for place in corner)
    return planes[:, top : top + scale * patch, left : left + scale * patch]  # type: ignore[return-value]
