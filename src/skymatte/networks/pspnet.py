"""PSPNet: what stands where, decided with an eye for the whole view.

Zhao et al. 2017, "Pyramid Scene Parsing Network": pyramid pooling over an encoder whose last levels are dilated, an
auxiliary head beside it while it learns.
"""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from skymatte.networks.base import Network
from skymatte.networks.efficientnet import imagenet_state
from skymatte.networks.pooling import AdaptiveMean
from skymatte.networks.psp_encoder import LITE, LiteEncoder, PublishedEncoder
from skymatte.networks.unet import convolution

BINS = (1, 2, 3, 6)
"""Cells of the four pyramid levels along each side (section 3.2)."""

Stride = Literal[8, 16]

MULTIPLE = 16
"""Of how many pixels sides are inside the network."""

_MEAN, _DEVIATION = 127 / 255, 128 / 255
_DROPOUT = 0.1


class PyramidPooling(nn.Module):
    """Means over 1, 2², 3² and 6² cells, each brought to a quarter of the channels, beside what they are means of."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.levels = nn.ModuleList(
            nn.Sequential(AdaptiveMean(cells, cells), convolution(channels, channels // len(BINS), 1)) for cells in BINS
        )
        self.channels = channels + len(BINS) * (channels // len(BINS))

    def forward(self, x: Tensor) -> Tensor:
        means = [functional.interpolate(level(x), x.shape[-2:], mode="bilinear") for level in self.levels]
        return torch.cat((x, *means), 1)


def _head(channels: int, width: int, classes: int) -> nn.Sequential:
    return nn.Sequential(convolution(channels, width), nn.Dropout2d(_DROPOUT), nn.Conv2d(width, classes, 1))


class PspNet(Network):
    """Logits of classes, N×``classes``×H×W, from an encoded picture N×3×H×W float32 in [0, 1], of any size.

    While it learns (``train()``) it gives two: those of its head and of the auxiliary head, of the same shape.  Inside,
    the picture is continued to the right and below to multiples of 16 px.

    Attributes:
        classes: how many there are.
    """

    mean: Tensor
    deviation: Tensor

    def __init__(
        self, classes: int, encoder: str = LITE, stride: Stride = 16, *, imagenet: bool = False, width: int = 128
    ) -> None:
        """Make the network.

        Args:
            classes: how many.
            encoder: ``efficientnet-lite0`` (its levels up to stride 16), or a name of segmentation-models-pytorch.
            stride: of the features that classes are decided on: 8 as in the paper, 16 costs much less.
            imagenet: start the encoder from its ImageNet weights.
            width: channels of the head; 512 in the paper, over 2048 of ResNet.

        Raises:
            RecipeError: there is no such encoder, it cannot be dilated, or its weights cannot be fetched.
            MissingExtra: segmentation-models-pytorch is needed and not installed.
        """
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN))
        self.register_buffer("deviation", torch.tensor(_DEVIATION))
        self.classes, self._encoder, self._stride, self._width = classes, encoder, stride, width
        self.encoder: LiteEncoder | PublishedEncoder
        if encoder == LITE:
            self.encoder = LiteEncoder(stride, imagenet_state() if imagenet else None)
        else:
            self.encoder = PublishedEncoder(encoder, stride, imagenet=imagenet)
        before, last = self.encoder.channels
        self.pyramid = PyramidPooling(last)
        self.head = _head(self.pyramid.channels, width, classes)
        self.auxiliary = _head(before, width // 2, classes)

    @property
    def description(self) -> dict[str, str | int]:
        return {
            "architecture": "pspnet-parsing",
            "classes": self.classes,
            "encoder": self._encoder,
            "stride": self._stride,
            "width": self._width,
        }

    def encoder_parameters(self) -> list[nn.Parameter]:
        return list(self.encoder.parameters())

    def prepared(self, picture: Tensor) -> Tensor:
        """What the encoder takes: standardised, continued to multiples of 16 px."""
        x = (picture - self.mean) / self.deviation
        height, width = picture.shape[-2:]
        more = (0, -width % MULTIPLE, 0, -height % MULTIPLE)
        return functional.pad(x, more, mode="replicate") if any(more) else x

    def decided(self, features: Tensor) -> Tensor:
        """Logits at the stride of the encoder's last features."""
        logits: Tensor = self.head(self.pyramid(features))
        return logits

    def forward(self, picture: Tensor) -> Tensor | tuple[Tensor, Tensor]:
        before, last = self.encoder(self.prepared(picture))
        size = picture.shape[-2:]
        logits = drawn(self.decided(last), size)
        return (logits, drawn(self.auxiliary(before), size)) if self.training else logits


def drawn(logits: Tensor, size: torch.Size) -> Tensor:
    """Coarse logits at the size of a picture whose continuation to multiples of 16 px they are of."""
    height, width = (side + -side % MULTIPLE for side in size)
    return functional.interpolate(logits, (height, width), mode="bilinear")[..., : size[0], : size[1]]


def probabilities(network: PspNet, picture: Tensor, *, flip: bool = False) -> Tensor:
    """Probability of each class, N×``classes``×H×W in [0, 1], of a network in evaluation mode.

    With ``flip`` the mean over the picture and its mirror image, as the paper evaluates (section 5.2).
    """
    found: Tensor = network(picture).float().softmax(1)
    if not flip:
        return found
    mirrored: Tensor = network(picture.flip(-1)).float().softmax(1)
    return (found + mirrored.flip(-1)) / 2
