"""The sky network: full-resolution logits, standardisation inside, and an eye for both the pixel and the whole."""

from __future__ import annotations

import pytest
import torch

from skymatte.networks.unet import PyramidContext, SkyNet


@pytest.fixture(scope="module")
def network() -> SkyNet:
    torch.manual_seed(1)
    return SkyNet().eval()


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 160), (96, 32)])
def test_each_pixel_gets_a_logit(network: SkyNet, count: int, height: int, width: int) -> None:
    with torch.inference_mode():
        logits = network(torch.rand(count, 3, height, width))
    assert logits.shape == (count, 1, height, width)
    assert logits.dtype == torch.float32
    assert torch.isfinite(logits).all()


def test_pictures_of_a_batch_do_not_see_each_other(network: SkyNet) -> None:
    pictures = torch.rand(2, 3, 64, 64)
    with torch.inference_mode():
        together = network(pictures)
        apart = torch.cat([network(pictures[i : i + 1]) for i in range(2)])
    torch.testing.assert_close(together, apart, rtol=1e-4, atol=1e-5)


def test_standardisation_is_inside() -> None:
    """Mean and deviation given to the network are the same as standardised input to one without."""
    torch.manual_seed(2)
    plain, inside = SkyNet().eval(), SkyNet(mean=0.18, deviation=0.5).eval()
    weights = {name: tensor for name, tensor in plain.state_dict().items() if name not in ("mean", "deviation")}
    missing = inside.load_state_dict(weights, strict=False)
    assert sorted(missing.missing_keys) == ["deviation", "mean"]
    picture = torch.rand(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(inside(picture), plain((picture - 0.18) / 0.5), rtol=1e-5, atol=1e-6)


def test_standardisation_is_saved_with_the_weights_and_not_trained() -> None:
    network = SkyNet(mean=0.18, deviation=0.5)
    restored = SkyNet()
    restored.load_state_dict(network.state_dict())
    assert [float(restored.mean), float(restored.deviation)] == pytest.approx([0.18, 0.5])
    assert not {"mean", "deviation"} & {name for name, _ in network.named_parameters()}


def test_edges_are_drawn_where_they_are(network: SkyNet) -> None:
    """Of all pixels of the input, the logit of a pixel listens most to its own neighbourhood."""
    for row, column in ((17, 40), (50, 9)):
        picture = torch.rand(1, 3, 64, 64, requires_grad=True)
        (gradient,) = torch.autograd.grad(network(picture)[0, 0, row, column], picture)
        strength = gradient.abs().sum((0, 1))
        at = int(strength.argmax())
        assert abs(at // 64 - row) <= 4
        assert abs(at % 64 - column) <= 4


def test_every_pixel_sees_the_whole_view(network: SkyNet) -> None:
    """Through the context, a corner listens to the opposite one at 256 px, beyond the reach of convolutions there."""
    picture = torch.rand(1, 3, 64, 256, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(picture)[0, 0, 0, 0], picture)
    assert float(gradient[0, :, 48:, 224:].abs().max()) > 0


def test_context_adds_the_means_of_view_and_rows() -> None:
    """Far columns are heard through the means of their row and of the view, which do not mind their order."""
    torch.manual_seed(3)
    context = PyramidContext(4, 8).eval()
    features = torch.rand(1, 4, 6, 12)
    permuted = features.clone()
    permuted[..., 6:] = features[..., 6:].flip(3)
    with torch.inference_mode():
        here, there = context(features), context(permuted)
    # The last convolution reaches one column; left of it only the means are heard, and they are the same.
    torch.testing.assert_close(here[..., :5], there[..., :5])
    assert not torch.equal(here[..., 6:], there[..., 6:])


def test_gradients_reach_every_parameter() -> None:
    network = SkyNet()
    network(torch.rand(2, 3, 64, 64)).square().mean().backward()
    silent = [name for name, parameter in network.named_parameters() if parameter.grad is None]
    assert silent == []
