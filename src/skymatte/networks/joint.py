"""One network that sharpens a picture and says what stands where, each with an eye on what the other sees."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from skymatte.networks.base import Network
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.enlarge import Enlarge
from skymatte.networks.guided import Modulation, drawn_from
from skymatte.networks.psp_encoder import LiteEncoder
from skymatte.networks.pspnet import PspNet, Stride, drawn
from skymatte.picture.luma import SPAN, WEIGHTS

_BLACK = 16 / 255


def luma_of(picture: Tensor) -> Tensor:
    """Luma N×1×H×W of encoded colours N×3×H×W: ``skymatte.picture.luma.luma`` for tensors."""
    weights = picture.new_tensor(WEIGHTS).reshape(1, 3, 1, 1)
    return (picture * weights).sum(1, keepdim=True) * SPAN + _BLACK


class JointNetwork(Network):
    """Residual of luma and logits of classes at the large size, from a small encoded picture N×3×h×w in [0, 1].

    Gives the residual N×1×s·h×s·w (what bicubic interpolation misses, as ``Dcscn``) and the logits
    N×``classes``×s·h×s·w; while it learns, those of the auxiliary head too.

    Both heads share DCSCN's features F of the small picture.  Segmentation: PSPNet on the picture as F draws it, with F
    itself added to the encoder's features of the same grid by a 1×1 convolution.  Sharpening: F modulated by the class
    probabilities and by those features of the encoder (``guided.Modulation``), then drawn by the same layer.  Both
    ways across start at zero: with the weights of a trained ``Dcscn`` and ``PspNet`` it begins as the two in a row do.
    Beside them it computes the drawing layer a second time and three 1×1 convolutions at the small size.

    Attributes:
        scale: 2, 3 or 4.
        sharpen: a ``Dcscn`` whose weights may be loaded.
        segment: a ``PspNet`` whose weights may be loaded.
    """

    def __init__(
        self,
        scale: int,
        classes: int,
        size: str = "medium",
        stride: Stride = 16,
        *,
        imagenet: bool = False,
        width: int = 128,
    ) -> None:
        super().__init__()
        self.scale, self._size = scale, size
        self.enlarge = Enlarge(scale)
        self.sharpen = Dcscn(scale, size)
        self.segment = PspNet(classes, stride=stride, imagenet=imagenet, width=width)
        encoder = self.segment.encoder
        assert isinstance(encoder, LiteEncoder)  # noqa: S101 - the usual one
        self._encoder = encoder
        # Features of stride 2 lie on the small picture's grid at scale 2, those of stride 4 at scale 4 and nearly at 3.
        self._level = 0 if scale == 2 else 1
        channels = encoder.level_channels[self._level]
        self.join = nn.Conv2d(drawn_from(size), channels, 1, bias=False)
        nn.init.zeros_(self.join.weight)
        self.normalise = nn.BatchNorm2d(channels, affine=False)
        self.modulate = Modulation(drawn_from(size), classes + channels)

    @property
    def description(self) -> dict[str, str | int]:
        segment = self.segment.description
        return {
            "architecture": "joint",
            "scale": self.scale,
            "size": self._size,
            **{name: segment[name] for name in ("classes", "stride", "width")},
        }

    def encoder_parameters(self) -> list[nn.Parameter]:
        return [*self.segment.encoder_parameters(), *self.sharpen.parameters()]

    def forward(self, picture: Tensor) -> tuple[Tensor, ...]:
        found = self.sharpen.features(luma_of(picture))
        sharp = self.enlarge(picture) + self.sharpen.draw(found).float() / SPAN
        fine = self._joined(self._encoder.begun(self.segment.prepared(sharp), self._level), found)
        before, last = self._encoder.finished(fine, self._level)
        coarse = self.segment.decided(last)
        large = sharp.shape[-2:]
        residual: Tensor = self.sharpen.draw(self.modulate(found, self._guide(coarse, fine, large, found)))
        answers = residual, drawn(coarse, large)
        return (*answers, drawn(self.segment.auxiliary(before), large)) if self.training else answers

    def _joined(self, fine: Tensor, found: Tensor) -> Tensor:
        """Features of the encoder with F added; the encoder's reach beyond the picture's end, where F is not."""
        stride = 2 ** (self._level + 1)
        told = self.join(found)
        if stride != self.scale:
            height, width = ((side * self.scale + stride // 2) // stride for side in found.shape[-2:])
            told = functional.interpolate(told, (height, width), mode="bilinear")
        beyond = (0, fine.shape[3] - told.shape[3], 0, fine.shape[2] - told.shape[2])
        return fine + (functional.pad(told, beyond) if any(beyond) else told)

    def _guide(self, coarse: Tensor, fine: Tensor, large: torch.Size, found: Tensor) -> Tensor:
        """What the segmentation knows, at the places of the small picture's pixels."""
        small = found.shape[-2:]
        classes = functional.interpolate(drawn(coarse.float(), large), small, mode="bilinear").softmax(1)
        stride = 2 ** (self._level + 1)
        inside = fine[..., : -(-large[0] // stride), : -(-large[1] // stride)]
        seen = functional.interpolate(self.normalise(inside), small, mode="bilinear")
        return torch.cat((classes, seen.to(classes.dtype)), 1)
