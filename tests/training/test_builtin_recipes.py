"""Every built-in recipe that finds the sky end to end, from labelled pictures to a model file: tiny but whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.networks.base import SegmentationNetwork
from skymatte.picture.oiio import write_png8
from skymatte.runtime.model import Model
from skymatte.training import export
from skymatte.training.checkpoint import BEST
from skymatte.training.export import convert, load_trained
from skymatte.training.kinds import load_plan
from skymatte.training.recipe import PatchData, Recipe, ViewData, load_recipe
from skymatte.training.recipe_file import builtin_recipes
from tests.datasets.trees import labelled
from tests.scenery import write_other
from tests.training.conftest import write_data

SKY = [name for name in builtin_recipes() if isinstance(load_plan(name), Recipe)]

SMALL = ("batch=2", "batches=1", "working_side=64", "network.weights=none", "precision.cpu=float32")
OF_VIEWS = ("data.scenes=1", "data.scene_height=32", "data.clips=[drive]", "validate_every=1")
DETAILS = ("data.details=1", "data.detail_height=64")
WITH_PRIOR, WITHOUT = ("data.size=128",), ("data.size=64",)
OF_PATCHES = ("epochs=null", "data.patches.height=64", "data.patches.size=32", "data.patches.stride=32")


@dataclass(frozen=True, slots=True)
class Runs:
    """Folder of all runs, in which ``model-2`` finds ``model-1``."""

    folder: Path
    data: Path
    results: dict[str, Result]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Runs:
    """All recipes in the order of their names.

    Turning a network into a model file takes most of the time: it is done once for each architecture.
    """
    folder = tmp_path_factory.mktemp("recipes")
    data = write_data(folder / "data")
    known: dict[str, tuple[Any, float]] = {}

    def convert_once(network: SegmentationNetwork) -> tuple[Any, float]:
        name = str(network.description)
        if name not in known:
            known[name] = convert(network)
        return known[name]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(export, "convert", convert_once)
        return Runs(folder / "runs", data, {name: train(name, folder / "runs", data) for name in SKY})


def train(name: str, folder: Path, data: Path, *further: str) -> Result:
    recipe = load_recipe(name)
    views = not isinstance(recipe.data, PatchData)
    details = DETAILS if isinstance(recipe.data, ViewData) and recipe.data.details else ()
    of_views = (*OF_VIEWS, *details, *(WITH_PRIOR if recipe.network.prior else WITHOUT))
    narrow = ("network.width=4",) if name == "skyfinder-unet" else ()
    overrides = (*SMALL, *(of_views if views else OF_PATCHES), *narrow, *further)
    where = ("--data", str(data if views else data / "hdri"), "-o", str(folder / name), "--workers", "0")
    return CliRunner().invoke(app, ["train", name, *overrides, *where, "--threads", "1"])


@pytest.mark.parametrize("name", SKY)
def test_a_recipe_makes_a_model(name: str, runs: Runs) -> None:
    """It answers with a matte in the picture's size, and its card says what it was told."""
    assert runs.results[name].exit_code == 0, runs.results[name].output
    model, recipe = Model.load(runs.folder / name / f"{name}.onnx"), load_recipe(name)
    picture = np.random.default_rng(1).random((50, 70, 3), np.float32)
    matte = model.predict(picture)
    assert matte.shape == (50, 70)
    assert 0 <= matte.min() <= matte.max() <= 1
    assert model.card.prior == recipe.network.prior
    assert (model.card.name, model.card.encoding, model.card.summary) == (name, recipe.encoding, recipe.summary)
    assert model.card.trained.startswith(f"recipe {name}: 1 batches of 2 ")
    assert model.card.metrics
    assert load_trained(runs.folder / name / BEST).network.description["architecture"] == recipe.network.architecture


@pytest.mark.parametrize("name", ["model-2", "model-3"])
def test_the_later_models_start_from_the_first(name: str, runs: Runs) -> None:
    assert f"starting from the weights of {runs.folder / 'model-1' / 'best.pt'}" in runs.results[name].stderr


def test_the_model_for_video_starts_from_the_encoder_of_the_one_for_pictures(runs: Runs) -> None:
    assert f"starting from the weights of {runs.folder / 'skymatte-3' / 'best.pt'}" in (
        runs.results["skymatte-video-1"].stderr
    )


def test_a_transfer_without_the_first_model_says_what_to_do(runs: Runs, tmp_path: Path) -> None:
    result = train("model-2", tmp_path, runs.data)
    assert result.exit_code == 2
    assert "network.start: neither model-1 nor" in result.stderr
    assert "network.start=null" in result.stderr


def test_a_store_that_is_there_already_is_trained_on(runs: Runs, tmp_path: Path) -> None:
    """One store serves several runs; one that was cut otherwise is refused, with the differences."""
    store = runs.folder / "skyfinder-unet" / "patches"
    for further, code in ((), 0), (("data.patches.stride=16",), 2):
        result = train_narrow(store, tmp_path / "run", *further)
        assert result.exit_code == code, result.output
    assert "was cut otherwise: stride 32, not 16" in " ".join(result.stderr.split())
    assert not (tmp_path / "run" / "patches").exists()


def train_narrow(data: Path, output: Path, *overrides: str) -> Result:
    """The quickest of the recipes that take any data."""
    command = ["train", "skyfinder-unet", *SMALL, *OF_PATCHES, "network.width=4", *overrides]
    where = ("--data", str(data), "-o", str(output), "--workers", "0", "--threads", "1")
    return CliRunner().invoke(app, [*command, *where])


def test_plain_pictures_and_labels_train_too(tmp_path: Path) -> None:
    """What ``skymatte dataset import`` makes of annotations, with a split by picture."""
    data = tmp_path / "data"
    (data / "labels").mkdir(parents=True)
    for number, name in enumerate(("beach", "field", "lawn", "town")):
        light, label = labelled(64, 64, number)
        write_other(data / "pictures" / f"{name}.hdr", light)
        write_png8(data / "labels" / f"{name}.png", label)
    result = train_narrow(data, tmp_path / "run", "data.patches.split=picture", "data.patches.validation=0.5")
    assert result.exit_code == 0, result.output
    assert "skyfinder-unet: 8 training patches, 8 validation patches" in result.stderr
