"""Weights to start other runs from: ``skymatte export RECIPE WEIGHTS.pt``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.training.checkpoint import BEST
from skymatte.training.export import load_trained
from skymatte.training.recipe import load_recipe
from skymatte.training.sky_card import card_of
from skymatte.training.start import transfer
from tests.training.conftest import Trained
from tests.training.small import new_run


@pytest.fixture(scope="module")
def weights(trained: Trained, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("weights") / "tiny.pt"
    arguments = ["export", str(trained.recipe), str(path), "--data", str(trained.data), "-o", str(trained.folder)]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 0, result.output
    assert f"network.start={path}" in result.stderr
    return path


def test_they_take_half_the_room_and_answer_alike(trained: Trained, weights: Path) -> None:
    whole, half = (load_trained(path) for path in (trained.folder / BEST, weights))
    size = sum(4 * tensor.numel() for tensor in whole.network.state_dict().values())
    assert weights.stat().st_size < 0.6 * size
    assert (half.batches, half.seconds) == (whole.batches, whole.seconds)
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.inference_mode():
        answers = [one.network.eval()(picture).sigmoid().numpy() for one in (whole, half)]
    np.testing.assert_allclose(answers[1], answers[0], atol=5e-3)


def test_a_run_starts_from_them(trained: Trained, weights: Path) -> None:
    recipe = load_recipe(str(trained.recipe), (f"network.start={weights}",))
    run = new_run(recipe)
    assert transfer(run, recipe, Path("runs")) == weights
    wanted = load_trained(weights).network.state_dict()
    for name, tensor in run.network.state_dict().items():
        torch.testing.assert_close(tensor, wanted[name])
        assert tensor.dtype is wanted[name].dtype


def test_the_card_of_a_run_tells_what_its_start_had_learnt_from(trained: Trained) -> None:
    told = card_of(load_recipe("skymatte-2"), load_trained(trained.folder / BEST), {}).training_data
    assert "started from the weights of skymatte-1 (" in told
    assert "EfficientNet-lite0's ImageNet weights (Apache-2.0)" in told
