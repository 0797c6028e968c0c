"""The classic U-Net (Ronneberger et al. 2015, figure 1), with padding and batch normalisation."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from skymatte.networks.base import SegmentationNetwork, Statistic

WIDTH = 64
"""Channels of the first level, as published; each of the four levels below has twice as many."""

_LEVELS = 5


def _double_convolution(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for channels in (inputs, outputs):
        layers += [
            nn.Conv2d(channels, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)


class ClassicUnet(SegmentationNetwork):
    """Logits of *sky*, N×1×H×W, from N×3×H×W float32; H and W multiples of 16.

    Unlike the original, convolutions are padded, so that the answer has the picture's size, and followed by batch
    normalisation (Ioffe & Szegedy 2015), so that it can be trained from random weights. All weights start at random.
    """

    multiple = 16

    def __init__(self, mean: Statistic = 0.0, deviation: Statistic = 1.0, width: int = WIDTH) -> None:
        super().__init__(mean, deviation)
        self._width = width
        widths = [width << level for level in range(_LEVELS)]
        self.down = nn.ModuleList(
            _double_convolution(inputs, outputs) for inputs, outputs in zip([3, *widths], widths, strict=False)
        )
        self.enlarge = nn.ModuleList(
            nn.ConvTranspose2d(deeper, wider, 2, stride=2) for wider, deeper in pairwise(widths)
        )
        self.up = nn.ModuleList(_double_convolution(2 * outputs, outputs) for outputs in widths[:-1])
        self.head = nn.Conv2d(width, 1, 1)

    @property
    def description(self) -> dict[str, str | int]:
        return {"architecture": "classic-unet", "width": self._width}

    def encoder_parameters(self) -> list[nn.Parameter]:
        return []

    def forward(self, x: Tensor) -> Tensor:
        x = self.standardise(x)
        skips: list[Tensor] = []
        for level, block in enumerate(self.down):
            x = block(functional.max_pool2d(x, 2) if level else x)
            skips.append(x)
        for level in reversed(range(_LEVELS - 1)):
            x = self.up[level](torch.cat((skips[level], self.enlarge[level](x)), 1))
        logits: Tensor = self.head(x)
        return logits
