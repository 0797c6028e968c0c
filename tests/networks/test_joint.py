"""One network begins as two trained ones in a row, learns as one, and costs what the two cost."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.nn import functional

from skymatte.networks.cost import multiply_adds
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.enlarge import Enlarge
from skymatte.networks.joint import JointNetwork, luma_of
from skymatte.networks.pspnet import PspNet
from skymatte.picture.luma import SPAN, luma


def sharpener(scale: int) -> Dcscn:
    """As if trained: it draws something."""
    torch.manual_seed(scale)
    network = Dcscn(scale, "compact").eval()
    for parameter in network.draw.parameters():
        torch.nn.init.normal_(parameter, std=0.01)
    return network


def joint(scale: int) -> JointNetwork:
    torch.manual_seed(0)
    return JointNetwork(scale, 4, "compact", width=8)


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize(("height", "width"), [(16, 16), (9, 14)])
def test_it_begins_as_two_trained_networks_in_a_row(scale: int, height: int, width: int) -> None:
    sharpen, segment, both = sharpener(scale), PspNet(4, width=8).eval(), joint(scale).eval()
    both.sharpen.load_state_dict(sharpen.state_dict())
    both.segment.load_state_dict(segment.state_dict())
    picture = torch.rand(2, 3, height, width)
    with torch.inference_mode():
        residual, logits = both(picture)
        drawn = sharpen(luma_of(picture))
        seen = segment(Enlarge(scale)(picture) + drawn / SPAN)
    torch.testing.assert_close(residual, drawn)
    torch.testing.assert_close(logits, seen)


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_both_losses_reach_what_both_share(scale: int) -> None:
    network = joint(scale).train()
    for parameter in network.parameters():
        if parameter.ndim == 4 and not parameter.any():
            torch.nn.init.normal_(parameter, std=0.01)
    residual, logits, auxiliary = network(torch.rand(2, 3, 12, 16))
    assert residual.shape == (2, 1, 12 * scale, 16 * scale)
    assert logits.shape == auxiliary.shape == (2, 4, 12 * scale, 16 * scale)
    shared = next(network.sharpen.extract.parameters())
    for loss in (
        residual.square().mean(),
        functional.cross_entropy(logits, torch.zeros(2, 12 * scale, 16 * scale).long()),
    ):
        (gradient,) = torch.autograd.grad(loss, shared, retain_graph=True)
        assert float(gradient.abs().max()) > 0
    (residual.square().mean() + logits.square().mean() + auxiliary.square().mean()).backward()
    assert [name for name, parameter in network.named_parameters() if parameter.grad is None] == []


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_it_costs_what_the_two_cost(scale: int) -> None:
    small = torch.zeros(1, 3, 96 // scale, 144 // scale)
    apart = multiply_adds(Dcscn(scale, "medium"), small[:, :1]) + multiply_adds(PspNet(11), torch.zeros(1, 3, 96, 144))
    assert multiply_adds(JointNetwork(scale, 11), small) / apart == pytest.approx(1.025, abs=0.025)


def test_luma_is_that_of_pictures() -> None:
    pixels = np.random.default_rng(1).random((5, 7, 3), np.float32)
    planes = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None]
    np.testing.assert_allclose(luma_of(planes)[0, 0].numpy(), luma(pixels), atol=1e-6)


def test_it_says_what_it_is_made_from() -> None:
    assert joint(3).description == {
        "architecture": "joint",
        "scale": 3,
        "size": "compact",
        "classes": 4,
        "stride": 16,
        "width": 8,
    }
