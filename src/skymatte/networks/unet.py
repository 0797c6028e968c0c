"""The sky network: a U-Net (Ronneberger et al. 2015) that decides at half resolution and draws at full resolution."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from skymatte.networks.base import SegmentationNetwork, Statistic
from skymatte.networks.efficientnet import EfficientNetLite0


def convolution(inputs: int, outputs: int, kernel: int = 3) -> nn.Sequential:
    """Convolution, batch normalisation and ReLU; the size stays."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


class PyramidContext(nn.Module):
    """What the whole view looks like, added to every position (pyramid pooling after Zhao et al. 2017, section 3.2).

    Averages over the full view and over halves of it; adaptive pooling keeps it valid for any input size.
    """

    def __init__(self, channels: int, outputs: int) -> None:
        super().__init__()
        self.project = convolution(channels, outputs, 1)
        self.view = nn.Sequential(nn.Conv2d(channels, outputs, 1), nn.ReLU(inplace=True))
        self.rows = nn.Sequential(nn.Conv2d(channels, outputs, 1), nn.ReLU(inplace=True))
        self.merge = convolution(3 * outputs, outputs, 3)

    def forward(self, x: Tensor) -> Tensor:
        size = x.shape[-2:]
        view = self.view(x.mean((2, 3), keepdim=True)).expand(-1, -1, *size)
        rows = self.rows(x.mean(3, keepdim=True)).expand(-1, -1, *size)
        merged: Tensor = self.merge(torch.cat((self.project(x), view, rows), 1))
        return merged


class SkyNet(SegmentationNetwork):
    """Logits of *sky*, N×1×H×W, from an encoded picture, N×3×H×W float32 (N×4 with a prior).

    The decoder stops at stride 2 and sees the input once more, rearranged 2×2 → channels, so that a pixel-shuffle head
    (Shi et al. 2016) draws full-resolution edges at a quarter of the cost of a full-resolution decoder block.
    """

    def __init__(
        self,
        mean: Statistic = 0.0,
        deviation: Statistic = 1.0,
        widths: tuple[int, int, int, int, int] = (128, 80, 56, 40, 24),
        *,
        prior: bool = False,
    ) -> None:
        super().__init__(mean, deviation)
        self.prior = prior
        self.encoder = EfficientNetLite0(self.channels)
        skips = self.encoder.channels
        self.context = PyramidContext(skips[4], widths[0])
        self.up = nn.ModuleList(
            nn.Sequential(
                convolution(widths[i] + skips[3 - i], widths[i + 1]), convolution(widths[i + 1], widths[i + 1])
            )
            for i in range(4)
        )
        self.head = nn.Sequential(
            convolution(widths[4] + 4 * self.channels, widths[4]), nn.Conv2d(widths[4], 4, 3, padding=1)
        )

    @property
    def description(self) -> dict[str, str | int]:
        return {"architecture": "skynet", **({"prior": True} if self.prior else {})}

    def encoder_parameters(self) -> list[nn.Parameter]:
        return list(self.encoder.parameters())

    def forward(self, x: Tensor) -> Tensor:
        x = self.standardise(x)
        features = self.encoder(x)
        y = self.context(features[4])
        for level, block in enumerate(self.up):
            y = functional.interpolate(y, scale_factor=2.0, mode="nearest")
            y = block(torch.cat((y, features[3 - level]), 1))
        y = self.head(torch.cat((y, functional.pixel_unshuffle(x, 2)), 1))
        return functional.pixel_shuffle(y, 2)
