"""A guide changes what is drawn, zeros are no guide, and what was trained without one goes on from there."""

from __future__ import annotations

from typing import TypeVar

import pytest
import torch
from torch import nn

from skymatte.networks.dcscn import Dcscn
from skymatte.networks.guided import GuidedDcscn, Modulation

Kind = TypeVar("Kind", bound=nn.Module)


def stirred(network: Kind) -> Kind:
    """With last layers that no longer start at zero."""
    torch.manual_seed(3)
    for parameter in network.parameters():
        if not parameter.any():
            torch.nn.init.normal_(parameter, std=0.1)
    return network.eval()


@pytest.mark.parametrize("scale", [2, 3, 4])
def test_a_guide_of_zeros_is_no_guide(scale: int) -> None:
    network = stirred(GuidedDcscn(scale, "compact", 3))
    luma = torch.rand(2, 1, 7, 9)
    with torch.inference_mode():
        unguided = network(luma)
        assert unguided.shape == (2, 1, 7 * scale, 9 * scale)
        assert torch.equal(network(luma, torch.zeros(2, 3, 7, 9)), unguided)
        assert not torch.allclose(network(luma, torch.rand(2, 3, 7, 9)), unguided)


def test_a_trained_network_goes_on_as_it_was_whatever_the_guide() -> None:
    trained = stirred(Dcscn(2, "compact"))
    network = GuidedDcscn(2, "compact", 5).eval()
    left = network.load_state_dict(trained.state_dict(), strict=False)
    assert (left.missing_keys, left.unexpected_keys) == (["modulate.read.0.weight", "modulate.tell.weight"], [])
    luma = torch.rand(1, 1, 8, 8)
    with torch.inference_mode():
        assert torch.equal(network(luma, torch.rand(1, 5, 8, 8)), trained(luma))


def test_features_are_scaled_and_shifted_place_by_place() -> None:
    """γ is half the second channel's guide, β a third of it: chosen by hand, computed by hand."""
    modulation = Modulation(1, 2)
    with torch.no_grad():
        for parameter in modulation.parameters():
            parameter.zero_()
        next(modulation.read.parameters())[0, 1] = 1.0
        modulation.tell.weight[0, 0], modulation.tell.weight[1, 0] = 1 / 2, 1 / 3
    features, guide = torch.full((1, 1, 1, 3), 6.0), torch.tensor([[[[1.0, 1, 1]], [[0.0, 1, 0.5]]]])
    expected = [6, 6 * 1.5 + 1 / 3, 6 * 1.25 + 1 / 6]
    assert modulation(features, guide).flatten().tolist() == pytest.approx(expected)


def test_a_network_can_be_made_again_from_what_it_says_of_itself() -> None:
    description = GuidedDcscn(3, "compact", 4).description
    assert description == {
        "architecture": "guided-dcscn",
        "scale": 3,
        "size": "compact",
        "upsampling": "pixel-shuffle",
        "classes": 4,
    }


def test_gradients_reach_the_guide_and_every_parameter() -> None:
    network = stirred(GuidedDcscn(2, "compact", 2)).train()
    guide = torch.rand(1, 2, 6, 6, requires_grad=True)
    network(torch.rand(1, 1, 6, 6), guide).square().mean().backward()
    assert guide.grad is not None
    assert [name for name, parameter in network.named_parameters() if parameter.grad is None] == []
