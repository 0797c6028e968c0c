"""A light sky network for video: it decides on the picture at half size and draws at full size."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from skymatte.networks.base import SegmentationNetwork, Statistic
from skymatte.networks.efficientnet import EfficientNetLite0
from skymatte.networks.unet import PyramidContext, convolution

_WIDTHS = (96, 64, 48, 32, 16)
_HEAD = 32
_STEP = 4
"""Side of the block of pixels that the head draws at once: stride 2 of the halved picture."""


class FastSkyNet(SegmentationNetwork):
    """Logits of *sky*, N×1×H×W, from an encoded picture, N×3×H×W float32; H and W multiples of 64.

    The encoder sees the picture averaged 2×2.  Skips are added, not concatenated (feature pyramid, Lin et al. 2017,
    figure 3), and all widths are multiples of 16, which is what CPU runtimes compute fastest; a head that looks at the
    full-size input once more, in blocks of 4×4, draws full-size edges by pixel shuffle (Shi et al. 2016).
    """

    multiple = 64

    def __init__(self, mean: Statistic = 0.0, deviation: Statistic = 1.0) -> None:
        super().__init__(mean, deviation)
        self.encoder = EfficientNetLite0(self.channels)
        skips = self.encoder.channels[-2::-1]
        self.context = PyramidContext(self.encoder.channels[-1], _WIDTHS[0])
        self.narrow = nn.ModuleList(nn.Conv2d(_WIDTHS[i], _WIDTHS[i + 1], 1) for i in range(len(skips)))
        self.lateral = nn.ModuleList(nn.Conv2d(skip, width, 1) for skip, width in zip(skips, _WIDTHS[1:], strict=True))
        self.smooth = nn.ModuleList(convolution(width, width) for width in _WIDTHS[1:])
        self.decided = nn.Conv2d(_WIDTHS[-1], _HEAD, 1)
        self.detail = nn.Conv2d(self.channels, _HEAD, _STEP, stride=_STEP)
        self.head = nn.Sequential(convolution(_HEAD, _HEAD), nn.Conv2d(_HEAD, _STEP**2, 3, padding=1))

    @property
    def description(self) -> dict[str, str | int]:
        return {"architecture": "skynet-fast"}

    def encoder_parameters(self) -> list[nn.Parameter]:
        return list(self.encoder.parameters())

    def forward(self, x: Tensor) -> Tensor:
        x = self.standardise(x)
        *skips, deepest = self.encoder(functional.avg_pool2d(x, 2))
        y = self.context(deepest)
        for narrow, lateral, smooth in zip(self.narrow, self.lateral, self.smooth, strict=True):
            y = smooth(functional.interpolate(narrow(y), scale_factor=2.0, mode="nearest") + lateral(skips.pop()))
        y = self.head(torch.relu(self.decided(y) + self.detail(x)))
        return functional.pixel_shuffle(y, _STEP)
