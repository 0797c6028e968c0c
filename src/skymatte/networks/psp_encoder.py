"""Encoders of PSPNet: features at a fine stride, where classification networks have thrown the place away.

As the paper does (Zhao et al. 2017, section 3.2, after Chen et al. 2015): strides are taken out of the last levels, and
their kernels dilated instead, so that published weights keep their meaning.
"""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn

from skymatte.networks.efficientnet import Depthwise, EfficientNetLite0
from skymatte.networks.published import published_encoder

LITE = "efficientnet-lite0"
_LITE_LEVELS = 4
"""At stride 16 the fifth level would cost twice as much as all others together."""


class LiteEncoder(nn.Module):
    """EfficientNet-lite0 up to the level of stride 16: N×3×H×W → features for the auxiliary head and for the head.

    Attributes:
        channels: of both.
        level_channels: of all levels.
        levels: features of ``level`` are of stride 2^(level + 1); the last one stays at the stride asked for.
    """

    def __init__(self, stride: int, weights: dict[str, Tensor] | None = None) -> None:
        super().__init__()
        whole = EfficientNetLite0()
        if weights is not None:
            whole.load_imagenet(weights)
        self.stem, self.levels = whole.stem, whole.levels[:_LITE_LEVELS]
        self.level_channels = whole.channels[:_LITE_LEVELS]
        self.channels = self.level_channels[-2], self.level_channels[-1]
        if stride < 2**_LITE_LEVELS:
            _dilate(self.levels[-1])

    def begun(self, x: Tensor, level: int) -> Tensor:
        """Features of a level."""
        x = self.stem(x)
        for each in self.levels[: level + 1]:
            x = each(x)
        return x

    def finished(self, x: Tensor, level: int) -> tuple[Tensor, Tensor]:
        """What follows from features of a level before the last two."""
        for each in self.levels[level + 1 : -1]:
            x = each(x)
        return x, self.levels[-1](x)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        return self.finished(self.begun(x, 0), 0)


class PublishedEncoder(nn.Module):
    """An encoder of segmentation-models-pytorch, dilated by that library.

    Raises:
        RecipeError: there is no such encoder, it cannot be dilated, or its weights cannot be fetched.
        MissingExtra: the library is not installed.
    """

    def __init__(self, name: str, stride: int, *, imagenet: bool) -> None:
        super().__init__()
        self.body: Any = published_encoder(name, imagenet=imagenet, stride=stride)
        self.channels: tuple[int, int] = self.body.out_channels[-2], self.body.out_channels[-1]

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        features = self.body(x)
        return features[-2], features[-1]


def _dilate(level: nn.Module) -> None:
    """Halve the stride of a level whose first block halves the size; all its kernels see as far as before."""
    blocks = list(level.modules())
    first = next(block for block in blocks if isinstance(block, Depthwise) and block.stride == (2, 2))
    for block in blocks:
        for name, child in block.named_children():
            if isinstance(child, nn.ZeroPad2d):
                setattr(block, name, nn.Identity())
    first.stride, first.padding = (1, 1), _same(first, 1)
    for block in blocks[blocks.index(first) + 1 :]:
        if isinstance(block, Depthwise):
            block.dilation, block.padding = (2, 2), _same(block, 2)


def _same(convolution: nn.Conv2d, dilation: int) -> tuple[int, ...]:
    return tuple(dilation * (kernel // 2) for kernel in convolution.kernel_size)
