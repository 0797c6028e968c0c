"""The beginning of a run: its seed, its standardisation, its weights."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from skymatte.errors import ModelError, RecipeError
from skymatte.networks.efficientnet import imagenet_state
from skymatte.networks.fast_unet import FastSkyNet
from skymatte.networks.unet import SkyNet
from skymatte.picture.encoding import encode
from skymatte.training.checkpoint import BEST
from skymatte.training.recipe import Recipe
from skymatte.training.start import anchor, new_network, statistics, transfer
from tests.training.small import difference, new_run, patch_recipe, recipe

NETWORK = {"architecture": "classic-unet", "width": 4, "weights": "none"}


def test_the_anchor_puts_middle_grey_at_zero_and_a_stop_at_its_place() -> None:
    """ln(0.181) and ln(0.361) through SkyGAN's constants; 0.31 is a stop in ImageNet's units."""
    mean, deviation = anchor("log")
    grey, brighter = ((math.log(light + 1e-3) + 2.5) / 4.4 for light in (0.18, 0.36))
    assert mean == pytest.approx(grey, abs=1e-6)
    assert (brighter - mean) / deviation == pytest.approx(0.31, rel=1e-5)


def test_statistics_are_of_all_encoded_pixels() -> None:
    rng = np.random.default_rng(1)
    pictures = [rng.lognormal(0, 2, (height, 9, 3)).astype(np.float32) for height in (4, 7)]
    pixels = np.concatenate([encode("log", picture).reshape(-1, 3) for picture in pictures]).astype(np.float64)
    mean, deviation = statistics("log", pictures)
    np.testing.assert_allclose(mean, pixels.mean(0), rtol=1e-9)
    np.testing.assert_allclose(deviation, pixels.std(0), rtol=1e-9)


def test_pictures_of_one_colour_cannot_standardise() -> None:
    with pytest.raises(RecipeError, match="standardise: the training pictures do not vary"):
        statistics("log", [np.ones((4, 4, 3), np.float32)])


@pytest.mark.parametrize(("how", "shape"), [("anchor", ()), ("none", ()), ("data", (3, 1, 1))])
def test_the_network_standardises_as_the_recipe_says(how: str, shape: tuple[int, ...]) -> None:
    picture = np.random.default_rng(2).lognormal(0, 1, (8, 8, 3)).astype(np.float32)
    network = new_network(patch_recipe(standardise=how), [picture])
    assert network.mean.shape == network.deviation.shape == shape
    expected = {"anchor": anchor("log"), "none": (0.0, 1.0), "data": statistics("log", [picture])}[how]
    for buffer, value in zip((network.mean, network.deviation), expected, strict=True):
        torch.testing.assert_close(buffer.flatten(), torch.tensor(value, dtype=torch.float32).reshape(-1))


def test_a_run_starts_from_its_seed_alone() -> None:
    torch.manual_seed(99)
    one = new_run(patch_recipe())
    torch.manual_seed(7)
    other = new_run(patch_recipe())
    assert difference(one.network.state_dict(), other.network.state_dict()) == 0
    assert difference(one.network.state_dict(), new_run(patch_recipe(seed=6)).network.state_dict()) > 0


def test_the_encoder_starts_from_imagenet_where_the_recipe_says_so() -> None:
    stem = new_run(recipe(network={"weights": "imagenet"})).network.state_dict()["encoder.stem.1.weight"]
    assert torch.equal(stem, imagenet_state()["_conv_stem.weight"])
    assert not torch.equal(new_run(recipe()).network.state_dict()["encoder.stem.1.weight"], stem)


def first_model(runs: Path) -> Recipe:
    """A run called ``first`` in the folder of runs; the recipe that it followed."""
    plan = patch_recipe(seed=1)
    run = new_run(plan)
    with torch.no_grad():
        next(run.average.parameters()).add_(1)
    (runs / "first").mkdir()
    run.save(runs / "first" / BEST)
    return plan


@pytest.mark.parametrize("by_name", [True, False])
def test_transfer_takes_the_average_of_another_run_but_not_its_standardisation(tmp_path: Path, by_name: bool) -> None:
    first_model(tmp_path)
    path = tmp_path / "first" / BEST
    plan = patch_recipe(encoding="log-normalize", network=NETWORK | {"start": "first" if by_name else str(path)})
    run = new_run(plan)
    assert transfer(run, plan, tmp_path) == path
    theirs = torch.load(path, weights_only=True)["average"]
    for network in (run.network, run.average):
        own = network.state_dict()
        for name, tensor in theirs.items():
            assert torch.equal(own[name], tensor) or name in ("mean", "deviation")
        np.testing.assert_allclose([float(own["mean"]), float(own["deviation"])], anchor("log-normalize"), rtol=1e-6)


@pytest.mark.parametrize("prior", [True, False])
def test_a_light_network_starts_from_the_encoder_of_another_sky_network(tmp_path: Path, prior: bool) -> None:
    """A prior that says nothing is 0 to its kernels: without them the encoder computes the same."""
    theirs = new_run(recipe(network={"weights": "imagenet", "prior": prior}))
    assert isinstance(theirs.average, SkyNet)
    with torch.no_grad():
        for parameter in theirs.average.encoder.parameters():
            parameter.add_(0.01)
    theirs.save(tmp_path / BEST)
    plan = recipe(network={"architecture": "skynet-fast", "weights": "none", "start": str(tmp_path / BEST)})
    run = new_run(plan)
    assert transfer(run, plan, tmp_path) == tmp_path / BEST
    picture = torch.rand(1, 3, 64, 64)
    shown = torch.cat((picture, torch.zeros(1, 1, 64, 64)), 1) if prior else picture
    for network in (run.network, run.average):
        assert isinstance(network, FastSkyNet)
        with torch.inference_mode():
            mine, expected = network.eval().encoder(picture), theirs.average.eval().encoder(shown)
        for one, other in zip(mine, expected, strict=True):
            torch.testing.assert_close(one, other)


def test_a_recipe_without_a_start_transfers_nothing(tmp_path: Path) -> None:
    run = new_run(patch_recipe())
    before = {name: tensor.clone() for name, tensor in run.network.state_dict().items()}
    assert transfer(run, patch_recipe(), tmp_path) is None
    assert difference(before, run.network.state_dict()) == 0


def test_a_start_that_is_not_there_says_what_to_do(tmp_path: Path) -> None:
    plan = patch_recipe(network=NETWORK | {"start": "model-1"})
    with pytest.raises(RecipeError, match=r"network\.start: neither model-1 nor .*best\.pt is a checkpoint; train"):
        transfer(new_run(plan), plan, tmp_path)


def test_a_start_of_another_network_is_refused(tmp_path: Path) -> None:
    first_model(tmp_path)
    plan = patch_recipe(network=NETWORK | {"width": 8, "start": "first"})
    with pytest.raises(RecipeError, match=r"network\.start: .* holds the network .*'width': 4"):
        transfer(new_run(plan), plan, tmp_path)


def test_a_start_that_is_no_checkpoint_is_named(tmp_path: Path) -> None:
    (tmp_path / "broken.pt").write_bytes(b"not a checkpoint")
    plan = patch_recipe(network=NETWORK | {"start": str(tmp_path / "broken.pt")})
    with pytest.raises(ModelError, match=r"broken\.pt: not a checkpoint"):
        transfer(new_run(plan), plan, tmp_path)
