"""The light sky network: a logit for each pixel of any frame, edges drawn at full size, an eye for the whole."""

from __future__ import annotations

import pytest
import torch

from skymatte.networks.fast_unet import FastSkyNet


@pytest.fixture(scope="module")
def network() -> FastSkyNet:
    torch.manual_seed(1)
    return FastSkyNet().eval()


@pytest.mark.parametrize(("height", "width"), [(64, 64), (64, 320), (192, 64), (512, 640)])
def test_each_pixel_gets_a_logit(network: FastSkyNet, height: int, width: int) -> None:
    with torch.inference_mode():
        logits = network(torch.rand(2, 3, height, width))
    assert logits.shape == (2, 1, height, width)
    assert torch.isfinite(logits).all()


def test_standardisation_is_inside() -> None:
    torch.manual_seed(2)
    plain, inside = FastSkyNet().eval(), FastSkyNet(mean=0.18, deviation=0.5).eval()
    weights = {name: tensor for name, tensor in plain.state_dict().items() if name not in ("mean", "deviation")}
    inside.load_state_dict(weights, strict=False)
    picture = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(inside(picture), plain((picture - 0.18) / 0.5), rtol=1e-5, atol=1e-6)


def test_edges_are_drawn_where_they_are(network: FastSkyNet) -> None:
    """Of all pixels of the input, the logit of a pixel listens most to its own neighbourhood."""
    for row, column in ((17, 40), (50, 9)):
        picture = torch.rand(1, 3, 64, 64, requires_grad=True)
        (gradient,) = torch.autograd.grad(network(picture)[0, 0, row, column], picture)
        at = int(gradient.abs().sum((0, 1)).argmax())
        assert abs(at // 64 - row) <= 8
        assert abs(at % 64 - column) <= 8


def test_pixels_of_one_block_are_drawn_apart(network: FastSkyNet) -> None:
    """The head sees the frame itself: its half stays the same when two pixels of a 2×2 block change places."""
    picture = torch.rand(1, 3, 64, 64)
    swapped = picture.clone()
    swapped[..., 32, 32], swapped[..., 32, 33] = picture[..., 32, 33], picture[..., 32, 32]
    with torch.inference_mode():
        assert not torch.allclose(network(picture), network(swapped), atol=1e-6)


def test_every_pixel_sees_the_whole_view(network: FastSkyNet) -> None:
    picture = torch.rand(1, 3, 64, 512, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(picture)[0, 0, 0, 0], picture)
    assert float(gradient[0, :, 48:, 448:].abs().max()) > 0


def test_gradients_reach_every_parameter() -> None:
    network = FastSkyNet()
    network(torch.rand(2, 3, 128, 128)).square().mean().backward()
    assert [name for name, parameter in network.named_parameters() if parameter.grad is None] == []
