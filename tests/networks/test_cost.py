"""Multiply-adds are those that one counts by hand."""

from __future__ import annotations

import torch
from torch import nn

from skymatte.networks.cost import multiply_adds


def test_convolutions_and_matrix_products_are_counted() -> None:
    network = nn.Sequential(
        nn.Conv2d(3, 8, 3, padding=1),  # 10 · 12 · 3 · 8 · 9
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 8, 5, 2, 2, groups=8),  # 5 · 6 · 8 · 25
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 2),  # 16
    )
    network.train()
    assert multiply_adds(network, torch.zeros(1, 3, 10, 12)) == 25_920 + 6_000 + 16
    assert network.training
    assert network[1].num_batches_tracked == 0
