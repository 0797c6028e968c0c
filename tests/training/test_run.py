"""From a recipe and a folder of data to a model, through the command line."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.errors import InputError, OutputError
from skymatte.networks.base import SegmentationNetwork
from skymatte.runtime.card import ModelCard
from skymatte.runtime.model import Model
from skymatte.training import sky as module
from skymatte.training.checkpoint import BEST, LATEST
from skymatte.training.export import load_trained
from skymatte.training.recipe import ViewData, load_recipe
from skymatte.training.run import RECIPE, keep_recipe
from skymatte.training.sky_card import card_of
from skymatte.training.sky_material import FIRST_SCENE, training_sources, validation_sources
from tests.training.conftest import Trained
from tests.training.small import recipe


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[ModelCard]:
    """Cards that were to be exported; writing the file itself is tested once, elsewhere."""
    cards: list[ModelCard] = []

    def stand_in(network: SegmentationNetwork, card: ModelCard, target: Path) -> float:
        assert not network.training
        cards.append(card)
        target.write_bytes(b"model")
        return 0.0

    monkeypatch.setattr(module, "export", stand_in)
    return cards


def skymatte(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_training_ends_with_a_model(trained: Trained) -> None:
    assert trained.result.exit_code == 0, trained.result.output
    assert sorted(path.name for path in trained.folder.iterdir() if "tfevents" not in path.name) == [
        BEST,
        LATEST,
        RECIPE,
        "tiny.onnx",
    ]
    lines = trained.result.stderr.splitlines()
    assert "tiny: 6 training pictures, 2 validation pictures" in lines
    assert lines[-1].startswith("tiny: done after 4 batches, best validation IoU ")
    assert trained.result.stdout == ""


def test_the_model_answers_through_the_runtime(trained: Trained) -> None:
    model = Model.load(trained.model)
    matte = model.predict(np.random.default_rng(0).random((50, 70, 3), np.float32))
    assert matte.shape == (50, 70)
    assert matte.min() >= 0
    assert matte.max() <= 1


def test_its_card_says_what_it_learnt_from_and_how_well(trained: Trained) -> None:
    card = Model.load(trained.model).card
    assert (card.name, card.encoding, card.multiple, card.coarse_width, card.coarse_side) == ("tiny", "log", 32, 64, 64)
    assert card.summary == "A model that has seen next to nothing."
    assert re.fullmatch(r"recipe tiny: [24] batches of 2 views of 32 px, 0\.\d hours", card.trained)
    assert card.training_data == (
        "HDR pictures (licence: CC0); labelled frames of 1 video clips (MIT); 1 procedural panoramas (own)"
    )
    assert set(card.metrics) == {"open/iou", "open/worst", "negative/false_sky"}
    best = torch.load(trained.folder / BEST, weights_only=True)["best"]
    assert card.metrics["open/iou"] == pytest.approx(best, abs=1e-4)


def test_the_card_owns_up_to_imagenet(trained: Trained) -> None:
    run = load_trained(trained.folder / BEST)
    data = {"kind": "views", "licence": None, "strata": {"open": 1.0}}
    card = card_of(recipe(network={"weights": "imagenet"}, data=data), run, {})
    assert card.training_data == (
        "HDR pictures (licence: any); encoder started from EfficientNet-lite0's ImageNet weights (Apache-2.0)"
    )


def test_training_again_goes_on_where_it_was(trained: Trained, tmp_path: Path, written: list[ModelCard]) -> None:
    shutil.copytree(trained.folder, tmp_path / "run")
    before = (tmp_path / "run" / LATEST).read_bytes()
    result = skymatte(
        "train",
        trained.recipe,
        "threshold=0.25",
        "--data",
        trained.data,
        "-o",
        tmp_path / "run",
        "--workers",
        0,
        "--threads",
        1,
    )
    assert result.exit_code == 0, result.output
    assert "going on from batch 4 of 4" in result.stderr
    assert "recipe.yaml: the recipe changed since this run began: threshold 0.5 → 0.25" in result.stderr
    assert (tmp_path / "run" / LATEST).read_bytes() == before
    assert [(card.name, card.threshold) for card in written] == [("tiny", 0.25)]


def test_export_writes_the_best_checkpoint_where_it_is_asked_to(
    trained: Trained, tmp_path: Path, written: list[ModelCard]
) -> None:
    target = tmp_path / "copy.onnx"
    result = skymatte("export", trained.recipe, target, "--data", trained.data, "-o", trained.folder)
    assert result.exit_code == 0, result.output
    assert target.exists()
    assert written == [Model.load(trained.model).card]


def test_export_before_training_says_so(trained: Trained, tmp_path: Path) -> None:
    result = skymatte("export", trained.recipe, tmp_path / "m.onnx", "--data", trained.data, "-o", tmp_path)
    assert result.exit_code == 2
    assert "no such checkpoint" in result.stderr
    assert not (tmp_path / "m.onnx").exists()


def test_a_folder_without_data_is_named(trained: Trained, tmp_path: Path) -> None:
    result = skymatte("train", trained.recipe, "--data", tmp_path, "-o", tmp_path / "run")
    assert result.exit_code == 1
    assert isinstance(result.exception, SystemExit)
    assert "manifest.csv" in result.stderr
    assert "--data" in result.stderr


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match=r"file/run: cannot be made: .*; choose another folder with -o"):
        keep_recipe(recipe(), tmp_path / "file" / "run", lambda _: None)


def test_a_wrong_recipe_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_text("name: x\nsize: 100\n")
    result = skymatte("train", tmp_path / "r.yaml", "batch=3", "rubbish", "--data", tmp_path, "-o", tmp_path / "run")
    assert result.exit_code == 2
    assert isinstance(result.exception, SystemExit)
    for mistake in ("to mend", "size: Extra", "batch: Input should be a multiple of 2", "rubbish: not of the form"):
        assert mistake in result.stderr
    assert not (tmp_path / "run").exists()


def test_a_run_keeps_the_recipe_that_it_follows(trained: Trained) -> None:
    """With all its values, so that it can be followed again."""
    assert load_recipe(str(trained.folder / RECIPE)) == load_recipe(str(trained.recipe))


def test_the_recipe_chooses_the_material(trained: Trained) -> None:
    plan = load_recipe(str(trained.recipe))
    views = plan.data
    assert isinstance(views, ViewData)
    names = [source.name for source in training_sources(views, trained.data)]
    assert names == ["field", "lawn", "blue", "drive__00000", "drive__00002", f"scene-{FIRST_SCENE}"]
    anything = views.model_copy(update={"licence": None, "clips": (), "scenes": 0})
    assert [source.name for source in training_sources(anything, trained.data)] == ["field", "lawn", "blue", "theirs"]


def test_validation_takes_every_licence(trained: Trained) -> None:
    assert [source.name for source in validation_sources(trained.data)] == ["beach", "hall"]


def test_validation_needs_a_picture_with_sky(trained: Trained, tmp_path: Path) -> None:
    """Else there would be nothing to choose the best checkpoint by."""
    shutil.copytree(trained.data, tmp_path / "data")
    manifest = tmp_path / "data" / "hdri" / "manifest.csv"
    manifest.write_text("".join(line for line in manifest.read_text().splitlines(True) if "beach" not in line))
    with pytest.raises(InputError, match="no validation picture with sky"):
        validation_sources(tmp_path / "data")
