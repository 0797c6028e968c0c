"""What every network of skymatte is: encoded pictures in, logits of sky out, standardisation inside."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

Statistic = float | Sequence[float]
"""One number for all channels, or one for each of the three."""


class SegmentationNetwork(nn.Module, ABC):
    """Logits of *sky*, N×1×H×W, from an encoded picture, N×3×H×W float32; H and W multiples of ``multiple``.

    ``mean`` and ``deviation`` standardise the encoded input inside the network: a model file needs no more.

    Attributes:
        multiple: of how many pixels both sides of an input are multiples.
        mean: buffer, of shape () or 3×1×1.
        deviation: buffer, of the same shape, above zero.
    """

    multiple = 32
    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Statistic, deviation: Statistic) -> None:
        super().__init__()
        self.register_buffer("mean", _per_channel(mean))
        self.register_buffer("deviation", _per_channel(deviation))

    def standardise(self, x: Tensor) -> Tensor:
        """The encoded picture with the network's mean and deviation brought to 0 and 1."""
        return (x - self.mean) / self.deviation

    @property
    @abstractmethod
    def description(self) -> dict[str, str | int]:
        """Arguments of ``skymatte.networks.build.build`` that make this network again, without its weights."""

    @abstractmethod
    def encoder_parameters(self) -> list[nn.Parameter]:
        """Parameters that can start from published weights and learn at a rate of their own; none if there are none."""


def _per_channel(value: Statistic) -> Tensor:
    tensor = torch.tensor(value, dtype=torch.float32)
    if tensor.ndim and tensor.shape != (3,):
        raise ValueError(f"a network is standardised by one number or three, not {len(tensor)}")
    return tensor.reshape(3, 1, 1) if tensor.ndim else tensor
