"""What networks about streets say of whole 8-bit pictures."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from skymatte.datasets.street_classes import VOID
from skymatte.datasets.street_pictures import Sharpen, enlarged
from skymatte.networks.guided import GuidedDcscn
from skymatte.networks.joint import JointNetwork
from skymatte.networks.pspnet import PspNet, probabilities

Pixels = NDArray[np.uint8]
Array = NDArray[np.float32]

_TURN = 0.381966
"""Of the circle of hues from class to class: the golden angle, so that neighbours differ."""


def class_shares(network: PspNet, picture: Pixels, *, flip: bool = False) -> Tensor:
    """Probability of each class, 1×C×H×W, in a picture H×W×3."""
    network.eval()
    with torch.inference_mode():
        return probabilities(network, _planes(picture, network), flip=flip)


def classes_in(network: PspNet, picture: Pixels, *, flip: bool = False) -> Pixels:
    """The most probable class of each pixel, H×W uint8."""
    return _best(class_shares(network, picture, flip=flip))


def guide_of(network: PspNet, small: Pixels, scale: int) -> Pixels:
    """What a network says of a small picture enlarged by bicubic, at the small size: h×w×C, shares of 255."""
    shares = functional.avg_pool2d(class_shares(network, enlarged(small, scale)), scale)
    return np.asarray((shares[0].permute(1, 2, 0) * 255).round().byte().cpu().numpy(), np.uint8)


def sharpened_by(network: nn.Module, guide: Pixels | None = None) -> Sharpen:
    """A ``Dcscn``, or a ``GuidedDcscn`` with its guide h×w×C, as a function from luma to residual."""
    network.eval()
    device = next(network.parameters()).device

    def sharpen(luma: Array) -> Array:
        inputs = [torch.from_numpy(np.ascontiguousarray(luma))[None, None].to(device)]
        if guide is not None:
            inputs.append(_planes(guide, network))
        with torch.inference_mode():
            return np.asarray(network(*inputs)[0, 0].float().cpu().numpy(), np.float32)

    return sharpen


def brought_back(network: GuidedDcscn, small: Pixels, guide: Pixels | None) -> Pixels:
    """A small picture at ``network.scale`` times its size, H×W×3 uint8."""
    return enlarged(small, network.scale, sharpened_by(network, guide))


def joint_answer(network: JointNetwork, small: Pixels) -> tuple[Pixels, Pixels]:
    """A small picture h×w×3 at ``network.scale`` times its size, and the class of each of its pixels, H×W; uint8."""
    network.eval()
    with torch.inference_mode():
        residual, logits = network(_planes(small, network))
    sharp = enlarged(small, network.scale, lambda _: np.asarray(residual[0, 0].cpu().numpy(), np.float32))
    return sharp, _best(logits)


@dataclass(frozen=True, slots=True)
class StreetShown:
    """A validated picture, for people and TensorBoard.

    Attributes:
        name: of the picture.
        score: its own.
        panels: H×W×3 uint8 each, or H×W of classes, shown side by side.
    """

    name: str
    score: float
    panels: tuple[Pixels, ...]

    def picture(self) -> Pixels:
        """All panels in a row."""
        return np.concatenate([coloured(each) if each.ndim == 2 else each for each in self.panels], 1)


def coloured(classes: Pixels) -> Pixels:
    """Classes H×W as colours H×W×3 uint8; void is black."""
    hues = (colorsys.hsv_to_rgb(number * _TURN % 1, 0.65, 0.9) for number in range(VOID))
    palette = np.array([*hues, (0, 0, 0)])
    return np.asarray((palette * 255)[classes], np.uint8)


def _planes(picture: Pixels, network: nn.Module) -> Tensor:
    device = next(network.parameters()).device
    planes = torch.from_numpy(np.ascontiguousarray(picture.transpose(2, 0, 1)))[None].to(device)
    return (planes.float() / 255).contiguous(memory_format=torch.channels_last)


def _best(scores: Tensor) -> Pixels:
    return np.asarray(scores[0].argmax(0).byte().cpu().numpy(), np.uint8)
