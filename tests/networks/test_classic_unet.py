"""The classic U-Net: as large as everybody's, and with skips that draw edges where they are."""

from __future__ import annotations

import torch

from skymatte.networks.classic_unet import ClassicUnet


def test_it_is_the_published_network() -> None:
    """31 037 633: what the widely used PyTorch version (padding, batch norm, 3 channels, 1 class) counts."""
    assert sum(parameter.numel() for parameter in ClassicUnet().parameters()) == 31_037_633


def test_a_pixel_listens_to_its_neighbourhood_most() -> None:
    torch.manual_seed(1)
    network = ClassicUnet(width=16).eval()
    picture = torch.randn(1, 3, 64, 64, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(picture)[0, 0, 37, 20], picture)
    row, column = divmod(int(gradient.abs().sum((0, 1)).argmax()), 64)
    assert abs(row - 37) <= 4
    assert abs(column - 20) <= 4


def test_gradients_reach_every_parameter() -> None:
    network = ClassicUnet(width=2)
    network(torch.rand(2, 3, 32, 32)).square().mean().backward()
    assert [name for name, parameter in network.named_parameters() if parameter.grad is None] == []
