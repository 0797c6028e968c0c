"""DCSCN: as large as published, bicubic interpolation until it is trained, any size of picture."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch

from skymatte.networks.dcscn import SIZES, Dcscn, Upsampling

SCALES = (2, 3, 4)
UPSAMPLINGS: tuple[Upsampling, ...] = ("pixel-shuffle", "transposed")
LAST = {"pixel-shuffle": "draw.0.weight", "transposed": "draw.weight"}


def awake(scale: int, upsampling: Upsampling = "pixel-shuffle") -> Dcscn:
    """A small one whose last layer says something."""
    torch.manual_seed(1)
    network = Dcscn(scale, "compact", upsampling).eval()
    torch.nn.init.normal_(network.get_parameter(LAST[upsampling]), std=0.1)
    return network


@pytest.mark.parametrize(
    ("size", "filters", "a", "b"),
    [
        ("full", (196, 166, 148, 133, 120, 108, 97, 86, 76, 66, 57, 48), 64, 32),
        ("compact", (32, 26, 22, 18, 14, 11, 8), 24, 8),
    ],
)
def test_filters_of_table_1_of_the_paper(size: str, filters: tuple[int, ...], a: int, b: int) -> None:
    """Yamanaka et al. 2017: the extraction layers, A1, and B1 as B2."""
    network = Dcscn(2, size)
    names = [f"extract.{layer}" for layer in range(len(filters))] + ["a1", "b.0", "b.1"]
    found = [len(network.get_parameter(f"{name}.0.weight")) for name in names]
    assert found == [*filters, a, b, b]
    assert len(network.extract) == len(filters)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
def test_every_weight_is_accounted_for(size: str, scale: int, upsampling: Upsampling) -> None:
    """Convolutions with bias, and a slope for each filter; the last layer has no slope."""
    plan = SIZES[size]
    extraction = sum(9 * n * m + 2 * m for n, m in pairwise((1, *plan.filters)))
    together = sum(plan.filters)
    reconstruction = (together + 2) * (plan.a + plan.b) + (9 * plan.b + 2) * plan.b
    found = plan.a + plan.b
    drawing = (3 * scale) ** 2 * found + 1 if upsampling == "transposed" else (9 * found + 1) * scale**2
    count = sum(parameter.numel() for parameter in Dcscn(scale, size, upsampling).parameters())
    assert count == extraction + reconstruction + drawing


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(("height", "width"), [(1, 1), (5, 8), (16, 3)])
def test_any_picture_becomes_scale_times_larger(scale: int, upsampling: Upsampling, height: int, width: int) -> None:
    with torch.inference_mode():
        residual = awake(scale, upsampling)(torch.rand(2, 1, height, width))
    assert residual.shape == (2, 1, scale * height, scale * width)
    assert residual.dtype == torch.float32
    assert residual.abs().max() > 0


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
def test_untrained_it_adds_nothing(size: str, upsampling: Upsampling) -> None:
    with torch.inference_mode():
        assert not Dcscn(3, size, upsampling)(torch.rand(1, 1, 6, 7)).any()


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
def test_gradients_reach_every_parameter(upsampling: Upsampling) -> None:
    network = awake(2, upsampling).train()
    network(torch.rand(2, 1, 12, 12)).square().mean().backward()
    silent = [
        name
        for name, parameter in network.named_parameters()
        if parameter.grad is None or not parameter.grad.abs().max() > 0
    ]
    assert silent == []


@pytest.mark.parametrize("upsampling", UPSAMPLINGS)
@pytest.mark.parametrize("scale", SCALES)
def test_details_are_drawn_where_they_are(scale: int, upsampling: Upsampling) -> None:
    """A pixel of the answer hears its own neighbourhood, as far as the layers reach, and nothing beyond."""
    network = awake(scale, upsampling)
    luma = torch.rand(1, 1, 40, 40, requires_grad=True)
    (gradient,) = torch.autograd.grad(network(luma)[0, 0, 20 * scale, 20 * scale], luma)
    rows, columns = torch.nonzero(gradient[0, 0], as_tuple=True)
    reach = len(SIZES["compact"].filters) + 2  # each 3×3: the extraction, B2, the drawing
    for places in (rows, columns):
        assert places.min() >= 20 - reach - 1
        assert places.max() <= 20 + reach + 1
        assert places.min() < 20 < places.max()


def test_features_are_what_the_drawing_takes() -> None:
    network = awake(2)
    luma = torch.rand(1, 1, 9, 8)
    with torch.inference_mode():
        features = network.features(luma)
        torch.testing.assert_close(network.draw(features), network(luma))
    assert features.shape == (1, SIZES["compact"].a + SIZES["compact"].b, 9, 8)


def test_its_description_makes_it_again() -> None:
    description = Dcscn(4, "compact", "transposed").description
    assert description == {"architecture": "dcscn", "scale": 4, "size": "compact", "upsampling": "transposed"}
