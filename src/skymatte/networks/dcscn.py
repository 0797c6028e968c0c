"""DCSCN: super-resolution by a deep CNN with skip connections and network in network (Yamanaka et al. 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

import torch
from torch import Tensor, nn

from skymatte.networks.base import Network

Upsampling = Literal["pixel-shuffle", "transposed"]


def decaying(first: int, last: int, layers: int, decay: float = 1.5) -> tuple[int, ...]:
    """Filters of each layer, from ``first`` down to ``last``, fast at first: table 1 of the paper.

    The paper gives its numbers only; its published program makes them by a power of 1/decay, which is done here.
    """
    shares = [(layer / max(1, layers - 1)) ** (1 / decay) for layer in range(layers)]
    return tuple(int((first - last) * (1 - share) + last) for share in shares)


class Size:
    """Filters of the extraction layers, and of the reconstruction's branches A1 and B1, B2."""

    def __init__(self, filters: Sequence[int], a: int, b: int) -> None:
        self.filters, self.a, self.b = tuple(filters), a, b


SIZES: Final[dict[str, Size]] = {
    "full": Size(decaying(196, 48, 12), 64, 32),
    "medium": Size((96, 88, 80, 72, 64, 56, 56, 48, 48, 40, 40, 32), 64, 32),
    "compact": Size(decaying(32, 8, 7, decay=1.2), 24, 8),
}
"""``full`` and ``compact`` as in the paper (DCSCN, c-DCSCN); ``medium`` is ours: a third of the full one's work."""


def _layer(inputs: int, outputs: int, kernel: int) -> nn.Sequential:
    return nn.Sequential(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), nn.PReLU(outputs, init=0.1))


class Dcscn(Network):
    """What bicubic interpolation misses: luma N×1×H×W → N×1×(scale·H)×(scale·W) float32, to be added to it.

    Luma is that of BT.601 in [16, 235] / 255, as the field measures it.  All extraction layers are seen by the
    reconstruction (skip connections), which is two branches of 1×1 convolutions (network in network) at low resolution;
    the last layer draws scale² pixels for each.  It starts at zero: an untrained network is bicubic interpolation.

    Attributes:
        scale: 2, 3 or 4.
    """

    def __init__(
        self, scale: int, size: str = "full", upsampling: Upsampling = "pixel-shuffle", inputs: int = 1
    ) -> None:
        super().__init__()
        plan = SIZES[size]
        self.scale, self._size, self._upsampling = scale, size, upsampling
        self.extract = nn.ModuleList(_layer(n, m, 3) for n, m in pairwise((inputs, *plan.filters)))
        together = sum(plan.filters)
        self.a1 = _layer(together, plan.a, 1)
        self.b = nn.Sequential(_layer(together, plan.b, 1), _layer(plan.b, plan.b, 3))
        self.draw = _draw(plan.a + plan.b, scale, upsampling)
        self._begin()

    @property
    def description(self) -> dict[str, str | int]:
        """Arguments that make this network again, without its weights."""
        return {"architecture": "dcscn", "scale": self.scale, "size": self._size, "upsampling": self._upsampling}

    def features(self, luma: Tensor) -> Tensor:
        """What the reconstruction has found, N×C×H×W, before pixels are drawn."""
        found = []
        for layer in self.extract:
            luma = layer(luma)
            found.append(luma)
        everything = torch.cat(found, 1)
        return torch.cat((self.a1(everything), self.b(everything)), 1)

    def forward(self, luma: Tensor) -> Tensor:
        residual: Tensor = self.draw(self.features(luma))
        return residual

    def _begin(self) -> None:
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, a=0.1)
                _zero(module.bias)
        last = next(module for module in self.draw.modules() if isinstance(module, nn.Conv2d | nn.ConvTranspose2d))
        nn.init.zeros_(last.weight)
        _zero(last.bias)


def _draw(inputs: int, scale: int, upsampling: Upsampling) -> nn.Module:
    if upsampling == "transposed":
        return nn.ConvTranspose2d(inputs, 1, 3 * scale, stride=scale, padding=scale)
    return nn.Sequential(nn.Conv2d(inputs, scale**2, 3, padding=1), nn.PixelShuffle(scale))


def _zero(bias: Tensor | None) -> None:
    if bias is not None:
        nn.init.zeros_(bias)
