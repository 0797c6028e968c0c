"""Every architecture keeps the same promise; names that do not go together are refused by the recipe's key."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from skymatte.errors import MissingExtra, RecipeError
from skymatte.networks import published
from skymatte.networks.base import SegmentationNetwork
from skymatte.networks.build import architectures, build, rebuild
from tests.networks.small import small


def answer(network: SegmentationNetwork, picture: torch.Tensor) -> torch.Tensor:
    with torch.inference_mode():
        logits: torch.Tensor = network(picture)
    return logits


@pytest.mark.parametrize("architecture", architectures())
def test_each_architecture_keeps_the_promise(architecture: str) -> None:
    network = small(architecture)
    step = network.multiple
    for count, rows, columns in ((1, 1, 1), (2, 2, 3)):
        picture = torch.rand(count, 3, rows * step, columns * step)
        logits = answer(network, picture)
        assert logits.shape == (count, 1, rows * step, columns * step)
        assert logits.dtype == torch.float32
        assert torch.isfinite(logits).all()
    alone = torch.cat([answer(network, each[None]) for each in picture])
    torch.testing.assert_close(logits, alone, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("architecture", architectures())
def test_a_network_can_be_made_again_from_what_it_says_of_itself(architecture: str) -> None:
    network = small(architecture, mean=[0.1, 0.2, 0.3], deviation=[1.0, 2.0, 3.0])
    assert network.description["architecture"] == architecture
    again = rebuild(network.description, network.state_dict()).eval()
    assert isinstance(again, SegmentationNetwork)
    picture = torch.rand(1, 3, network.multiple, 2 * network.multiple)
    assert torch.equal(answer(again, picture), answer(network, picture))


@pytest.mark.parametrize("architecture", architectures())
def test_the_encoder_is_a_part_of_the_network(architecture: str) -> None:
    network = small(architecture)
    everything = {id(parameter) for parameter in network.parameters()}
    encoder = {id(parameter) for parameter in network.encoder_parameters()}
    assert encoder < everything
    assert bool(encoder) == (architecture != "classic-unet")


@pytest.mark.parametrize("architecture", ["skynet", "skynet-fast", "classic-unet", "unet"])
def test_each_channel_is_standardised_by_its_own_numbers(architecture: str) -> None:
    inside = small(architecture, mean=[0.1, 0.2, 0.3], deviation=[1.0, 2.0, 4.0])
    plain = small(architecture)
    picture = torch.rand(1, 3, 64, 64)
    outside = (picture - torch.tensor([0.1, 0.2, 0.3])[:, None, None]) / torch.tensor([1.0, 2.0, 4.0])[:, None, None]
    torch.testing.assert_close(answer(inside, picture), answer(plain, outside), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("numbers", [[0.1], [0.1, 0.2], [0.0] * 4])
def test_standardisation_takes_one_number_or_three(numbers: list[float]) -> None:
    with pytest.raises(ValueError, match=rf"one number or three, not {len(numbers)}"):
        build("classic-unet", width=2, mean=numbers)


def test_resnet34_is_the_usual_encoder() -> None:
    assert build("unet").description == {"architecture": "unet", "encoder": "resnet34"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"architecture": "unett"}, r"network\.architecture: no 'unett'; did you mean unet\? choose one of skynet, s"),
        ({"architecture": "zebra"}, r"network\.architecture: no 'zebra'; choose one of skynet"),
        ({"architecture": "unet", "encoder": "resnet43"}, r"network\.encoder: no 'resnet43'; did you mean resnet34\?"),
        ({"architecture": "unet", "encoder": "tu-nonsense"}, r"network\.encoder: .*'tu-nonsense': Unknown model"),
        ({"architecture": "unet", "encoder": "tu-test_vit"}, r"network\.encoder: no unet over .*'tu-test_vit'"),
        ({"architecture": "dpt", "encoder": "resnet18"}, r"network\.encoder: no dpt over .*'resnet18'"),
        ({"architecture": "skynet", "encoder": "resnet34"}, r"network\.encoder: skynet has its own; leave 'resnet34'"),
        ({"architecture": "classic-unet", "encoder": "resnet34"}, r"network\.encoder: classic-unet has its own"),
        ({"architecture": "unet", "width": 8}, r"network\.width: only classic-unet has one, not unet"),
        ({"architecture": "classic-unet", "weights": "imagenet"}, r"network\.weights: there are no ImageNet weights"),
    ],
)
def test_what_does_not_go_together_is_named(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        build(**arguments)


@pytest.mark.parametrize("encoder", ["resnet18", "tu-resnet18"])
def test_without_a_network_connection_the_recipe_key_is_named(
    encoder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is in the cache, and every connection is refused."""
    build("unet", encoder=encoder)
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    monkeypatch.setattr(socket.socket, "connect", _refused)
    with pytest.raises(RecipeError, match=rf"network\.weights: the ImageNet weights of {encoder} cannot be fetched"):
        build("unet", encoder=encoder, weights="imagenet")


def _refused(*_: object) -> None:
    raise ConnectionRefusedError("tests have no network")


def test_fetched_weights_are_the_encoder_s(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The hub's files lie in a folder."""
    torch.manual_seed(3)
    theirs = build("unet", encoder="resnet18").model.encoder.state_dict()  # type: ignore[union-attr]
    save_file(theirs, tmp_path / "model.safetensors")
    from segmentation_models_pytorch import encoders

    def download(_: str, filename: str, revision: str) -> str:
        assert revision
        return str(tmp_path / filename)

    monkeypatch.setattr(encoders, "hf_hub_download", download)
    network = build("unet", encoder="resnet18", weights="imagenet")
    ours = network.model.encoder.state_dict()  # type: ignore[union-attr]
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_a_missing_package_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(published, "find_spec", lambda name: None if name == "timm" else object())
    with pytest.raises(MissingExtra, match=r"needs timm: install skymatte with its extra, skymatte\[train\]"):
        build("unet")
    assert build("classic-unet", width=2).description == {"architecture": "classic-unet", "width": 2}
