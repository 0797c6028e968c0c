"""What every network of skymatte is; and those that find the sky: encoded pictures in, logits out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence

import torch
from torch import Tensor, nn

Statistic = float | Sequence[float]
"""One number for all channels, or one for each of the three."""


class Network(nn.Module, ABC):
    """A network that is trained from a recipe, kept in checkpoints and built again from what they say of it."""

    @property
    @abstractmethod
    def description(self) -> dict[str, str | int]:
        """What ``skymatte.networks.build.rebuild`` makes this network from again, together with its weights.

        ``architecture`` is its name, unlike every other network's.
        """

    def encoder_parameters(self) -> list[nn.Parameter]:
        """Parameters that can start from published weights and learn at a rate of their own; none if there are none."""
        return []


class SegmentationNetwork(Network):
    """Logits of *sky*, N×1×H×W, from an encoded picture, N×3×H×W float32; H and W multiples of ``multiple``.

    ``mean`` and ``deviation`` standardise the encoded input inside the network: a model file needs no more.  A network
    with a prior takes a fourth channel: what a coarser look at the same place said, in [0, 1], 0.5 where nothing did.

    Attributes:
        multiple: of how many pixels both sides of an input are multiples.
        prior: whether there is a fourth channel.
        mean: buffer, of shape () or 3×1×1.
        deviation: buffer, of the same shape, above zero.
    """

    multiple = 32
    prior = False
    mean: Tensor
    deviation: Tensor

    def __init__(self, mean: Statistic, deviation: Statistic) -> None:
        super().__init__()
        self.register_buffer("mean", _per_channel(mean))
        self.register_buffer("deviation", _per_channel(deviation))

    @property
    def channels(self) -> int:
        """Channels of an input: three of colour, and the prior if there is one."""
        return 4 if self.prior else 3

    def standardise(self, x: Tensor) -> Tensor:
        """The encoded picture with the network's mean and deviation brought to 0 and 1; a prior to −1 … 1."""
        colour = (x[:, :3] - self.mean) / self.deviation
        return torch.cat((colour, 2 * x[:, 3:] - 1), 1) if self.prior else colour


def _per_channel(value: Statistic) -> Tensor:
    tensor = torch.tensor(value, dtype=torch.float32)
    if tensor.ndim and tensor.shape != (3,):
        raise ValueError(f"a network is standardised by one number or three, not {len(tensor)}")
    return tensor.reshape(3, 1, 1) if tensor.ndim else tensor
