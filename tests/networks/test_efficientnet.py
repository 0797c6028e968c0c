"""The encoder: a pyramid of the right shapes, and with the published weights the published network's numbers."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from skymatte.networks.efficientnet import Depthwise, EfficientNetLite0, imagenet_state

# Of the network in the PyPI package efficientnet-lite-pytorch 0.1.0, another implementation, with its ImageNet weights
# on the input of `waves`, at the last block of each resolution: mean, standard deviation, first and last element.
REFERENCE = [
    (0.297497, 14.082239, 24.399694, 3.483627),
    (-2.256303, 14.114043, -17.141289, 0.161434),
    (-2.857286, 11.644395, -0.423770, -17.107498),
    (0.116122, 6.301718, -2.059759, 8.392184),
    (-0.086274, 2.676913, 2.058903, -4.484536),
]


def waves() -> Tensor:
    """A 1×3×64×96 picture that can be written down: sin(0.37·n + 0.01·√n) at element n."""
    n = torch.arange(3 * 64 * 96, dtype=torch.float64).reshape(1, 3, 64, 96)
    return torch.sin(0.37 * n + 0.01 * n.sqrt()).float()


@pytest.fixture(scope="module")
def pretrained() -> EfficientNetLite0:
    network = EfficientNetLite0().eval()
    network.load_imagenet(imagenet_state())
    return network


@pytest.mark.parametrize(("height", "width"), [(32, 32), (64, 160), (96, 32)])
def test_features_halve_five_times(height: int, width: int) -> None:
    with torch.inference_mode():
        features = EfficientNetLite0().eval()(torch.zeros(2, 3, height, width))
    expected = [
        (2, channels, height >> level, width >> level)
        for level, channels in enumerate(EfficientNetLite0.channels, start=1)
    ]
    assert [tuple(feature.shape) for feature in features] == expected


def test_imagenet_weights_give_what_another_implementation_gives(pretrained: EfficientNetLite0) -> None:
    with torch.inference_mode():
        features = pretrained(waves())
    for feature, (mean, deviation, first, last) in zip(features, REFERENCE, strict=True):
        assert torch.isfinite(feature).all()
        numbers = (feature.double().mean(), feature.double().std(), feature[0, 0, 0, 0], feature[0, -1, -1, -1])
        assert [float(number) for number in numbers] == pytest.approx(
            [mean, deviation, first, last], rel=1e-3, abs=1e-3
        )


def test_every_tensor_of_the_encoder_is_taken(pretrained: EfficientNetLite0) -> None:
    """Nothing is left at its random start."""
    fresh = EfficientNetLite0().state_dict()
    untouched = [
        name
        for name, tensor in pretrained.state_dict().items()
        if tensor.is_floating_point() and torch.equal(tensor, fresh[name])
    ]
    assert untouched == []


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ValueError, match=r"the weights hold 1 encoder tensors, EfficientNet-lite0 has \d+"):
        EfficientNetLite0().load_imagenet({"stem": torch.zeros(32, 3, 3, 3)})


def test_weights_of_another_shape_are_refused_by_name() -> None:
    state = imagenet_state()
    name = next(iter(state))
    state[name] = torch.zeros(32, 3, 5, 5)
    with pytest.raises(ValueError, match=rf"{name} has shape \(32, 3, 5, 5\)"):
        EfficientNetLite0().load_imagenet(state)


@pytest.mark.parametrize(("kernel", "stride", "padding"), [(3, 1, 1), (5, 1, 2), (3, 2, 0)])
def test_a_depthwise_convolution_keeps_its_precision_under_mixed_precision(
    kernel: int, stride: int, padding: int
) -> None:
    """bfloat16 in and out, computed in float32: only the rounding of the answer differs."""
    torch.manual_seed(0)
    layer = Depthwise(6, kernel, stride, padding)
    picture = torch.rand(2, 6, 15, 15).bfloat16()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        mixed = layer(picture)
    assert mixed.dtype is torch.bfloat16
    assert torch.equal(mixed, layer(picture.float()).bfloat16())
