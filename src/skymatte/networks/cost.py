"""What a network costs, counted while it runs."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode


def multiply_adds(network: nn.Module, *inputs: Tensor) -> int:
    """Multiply-adds of all convolutions and matrix products for these inputs, in evaluation mode.

    Normalisation, activations and resizing are left out, as is usual.
    """
    training = network.training
    network.eval()
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        network(*inputs)
    network.train(training)
    return int(counter.get_total_flops()) // 2
