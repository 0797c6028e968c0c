"""PSPNet: a decision for each pixel with an eye for the whole view; dilation keeps what published weights mean."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from skymatte.errors import RecipeError
from skymatte.networks.base import Network
from skymatte.networks.cost import multiply_adds
from skymatte.networks.efficientnet import EfficientNetLite0, imagenet_state
from skymatte.networks.psp_encoder import LiteEncoder
from skymatte.networks.pspnet import PspNet, PyramidPooling, probabilities


@pytest.fixture(scope="module")
def network() -> PspNet:
    torch.manual_seed(1)
    network = PspNet(5, width=16)
    with torch.no_grad():
        for _ in range(8):
            network(torch.rand(4, 3, 64, 64))  # batch normalisation gets to know its inputs
    return network.eval()


@pytest.mark.parametrize(("height", "width"), [(16, 16), (33, 47), (96, 64)])
def test_each_pixel_gets_its_logits(network: PspNet, height: int, width: int) -> None:
    picture = torch.rand(2, 3, height, width)
    with torch.inference_mode():
        logits = network(picture)
        alone = torch.cat([network(each[None]) for each in picture])
    assert logits.shape == (2, 5, height, width)
    torch.testing.assert_close(logits, alone, rtol=1e-4, atol=1e-5)


def test_while_it_learns_there_are_two_answers_and_all_of_it_learns() -> None:
    network = PspNet(3, width=8)
    logits, auxiliary = network(torch.rand(2, 3, 48, 40))
    assert logits.shape == auxiliary.shape == (2, 3, 48, 40)
    (logits.square().mean() + 0.4 * auxiliary.square().mean()).backward()
    assert [name for name, parameter in network.named_parameters() if parameter.grad is None] == []


def test_a_coarser_stride_costs_less() -> None:
    picture = torch.zeros(1, 3, 160, 160)
    fine, coarse = (multiply_adds(PspNet(11, stride=stride), picture) for stride in (8, 16))
    assert 2.5 * coarse < fine < 3 * coarse


def test_at_stride_16_the_encoder_is_the_published_one() -> None:
    torch.manual_seed(2)
    whole = EfficientNetLite0().eval()
    part = LiteEncoder(16).eval()
    part.load_state_dict({name: tensor for name, tensor in whole.state_dict().items() if "levels.4" not in name})
    picture = torch.rand(1, 3, 64, 96)
    with torch.inference_mode():
        features, expected = part(picture), whole(picture)
    torch.testing.assert_close(features[0], expected[2])
    torch.testing.assert_close(features[1], expected[3])
    assert part.channels == (40, 112)


def test_dilation_computes_what_was_computed_and_more_between() -> None:
    """Every second feature of stride 8 is one of stride 16, away from borders, where zeros stand at other places.

    Those with odd numbers: on even sizes the published encoder pads behind the picture only.
    """
    weights = imagenet_state()
    coarse, fine = LiteEncoder(16, weights).eval(), LiteEncoder(8, weights).eval()
    picture = torch.rand(1, 3, 256, 256)
    with torch.inference_mode():
        before, last = fine(picture)
        expected = coarse(picture)[1]
    assert before.shape[-1] == last.shape[-1] == 32
    assert float(expected[..., 8, 8].std()) > 1
    torch.testing.assert_close(last[..., 17, 17], expected[..., 8, 8], rtol=1e-3, atol=1e-3)


def test_imagenet_weights_are_taken() -> None:
    one, other = (PspNet(2, imagenet=True).encoder.state_dict() for _ in range(2))
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_the_pyramid_adds_means_of_the_view_and_its_parts() -> None:
    """Four levels of a quarter each; with weights of one they are the means over 1, 2, 3 and 6 cells a side."""
    pyramid = PyramidPooling(4).eval()
    features = torch.rand(1, 4, 12, 12)
    for name, parameter in pyramid.named_parameters():
        if parameter.ndim == 4:
            nn.init.constant_(pyramid.get_parameter(name), 0.25)
    with torch.inference_mode():
        together = pyramid(features)
    assert together.shape == (1, 8, 12, 12) == (1, pyramid.channels, 12, 12)
    assert torch.equal(together[:, :4], features)
    # batch normalisation divides by √(1 + ε)
    torch.testing.assert_close(together[0, 4], features.mean().expand(12, 12), rtol=1e-4, atol=0)
    corners = features.mean(1)[0, :2, :2].mean()
    torch.testing.assert_close(together[0, 7, 0, 0], corners, rtol=1e-4, atol=0)


def test_flip_evaluation_does_not_mind_left_and_right(network: PspNet) -> None:
    picture = torch.rand(1, 3, 32, 64)
    with torch.inference_mode():
        found = probabilities(network, picture, flip=True)
        mirrored = probabilities(network, picture.flip(-1), flip=True)
        plain = probabilities(network, picture)
    torch.testing.assert_close(found, mirrored.flip(-1))
    torch.testing.assert_close(found.sum(1), torch.ones(1, 32, 64))
    assert not torch.allclose(found, plain)


@pytest.mark.parametrize("stride", [8, 16])
def test_encoders_of_the_library_are_dilated_too(stride: int) -> None:
    network = PspNet(3, "tu-test_resnet", stride, width=8).eval()  # type: ignore[arg-type]
    assert isinstance(network, Network)
    assert network.description["encoder"] == "tu-test_resnet"
    with torch.inference_mode():
        _, last = network.encoder(torch.rand(1, 3, 64, 96))
        assert last.shape[-2:] == (64 // stride, 96 // stride)
        assert network(torch.rand(1, 3, 50, 70)).shape == (1, 3, 50, 70)


def test_an_unknown_encoder_is_refused() -> None:
    with pytest.raises(RecipeError, match=r"network\.encoder: no 'resnet43'; did you mean resnet34\?"):
        PspNet(3, "resnet43")
