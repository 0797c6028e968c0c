"""``skymatte export --precision``: a smaller file, and what it costs."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.picture.encoding import encode
from skymatte.runtime.model import Model
from skymatte.runtime.whole import shrink
from skymatte.training import reduced as module
from skymatte.training.recipe import ViewData, load_recipe
from skymatte.training.sky_material import training_sources
from tests.training.conftest import Trained


@pytest.fixture(autouse=True)
def _converted_before(trained: Trained, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing the graph is slow and tested elsewhere: the run's own model file holds it."""
    monkeypatch.setattr(module, "convert", lambda _: (onnx.load(trained.model), 0.0))


def export(trained: Trained, target: Path, *arguments: object) -> Result:
    given = ["export", trained.recipe, target, "--data", trained.data, "-o", trained.folder, *arguments]
    return CliRunner().invoke(app, [*map(str, given)])


@pytest.mark.parametrize(
    ("precision", "share", "said"),
    [
        ("fp16", 0.55, "weights and arithmetic in half precision"),
        ("int8", 0.35, "8-bit weights and activations, calibrated on 64 training samples and 2 whole frames"),
    ],
)
def test_a_smaller_file_says_what_it_costs(
    trained: Trained, tmp_path: Path, precision: str, share: float, said: str
) -> None:
    target = tmp_path / "small.onnx"
    result = export(trained, target, "--precision", precision)
    assert result.exit_code == 0, result.output
    assert target.stat().st_size < share * trained.model.stat().st_size

    megabytes = rf"small\.onnx: size: (\d+\.\d) MB → (\d+\.\d) MB in {precision}$"
    size = re.search(megabytes, result.stderr, re.MULTILINE)
    assert size
    before, after = float(size[1]), float(size[2])
    assert before == pytest.approx(trained.model.stat().st_size / 1e6, abs=0.1)
    assert after == pytest.approx(target.stat().st_size / 1e6, abs=0.1)

    figures = re.findall(r"small\.onnx: (\S+): (\S+) → (\S+) \((\S+)\)$", result.stderr, re.MULTILINE)
    model, reference = Model.load(target), Model.load(trained.model)
    whole, small = reference.card, model.card
    assert {name: float(value) for name, value, _, _ in figures} == whole.metrics
    assert {name: float(value) for name, _, value, _ in figures} == small.metrics
    for _, old, new, change in figures:
        assert float(change) == pytest.approx(float(new) - float(old), abs=1e-9)

    time = re.search(r"small\.onnx: time: (\S+) ms → (\S+) ms for 64×64 on 1 thread$", result.stderr, re.MULTILINE)
    assert time
    assert float(time[1]) > 0
    assert float(time[2]) > 0

    assert small.trained == f"{whole.trained}; {said}"
    picture = np.full((40, 70, 3), 0.2, np.float32)
    np.testing.assert_allclose(model.predict(picture), reference.predict(picture), atol=0.1)


def test_values_in_place_of_the_recipe_s_go_into_the_card(trained: Trained, tmp_path: Path) -> None:
    result = export(trained, tmp_path / "small.onnx", "threshold=0.3", "--precision", "fp16")
    assert result.exit_code == 0, result.output
    assert Model.load(tmp_path / "small.onnx").card.threshold == 0.3


def test_an_unknown_precision_is_asked_for_wrongly(trained: Trained, tmp_path: Path) -> None:
    result = export(trained, tmp_path / "small.onnx", "--precision", "int4")
    assert result.exit_code == 2
    assert list(tmp_path.iterdir()) == []


def test_weights_to_start_from_have_no_precision(trained: Trained, tmp_path: Path) -> None:
    result = export(trained, tmp_path / "weights.pt", "--precision", "int8")
    assert result.exit_code == 2
    assert "int8 is for .onnx files" in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_run_without_a_checkpoint_says_so(trained: Trained, tmp_path: Path) -> None:
    given = ["export", trained.recipe, tmp_path / "small.onnx", "--data", trained.data, "-o", tmp_path]
    result = CliRunner().invoke(app, [*map(str, given), "--precision", "int8"])
    assert result.exit_code == 2
    assert "no such checkpoint" in result.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_named(trained: Trained, tmp_path: Path) -> None:
    result = export(trained, tmp_path / "nowhere" / "small.onnx", "--precision", "fp16")
    assert result.exit_code == 1
    assert "the folder does not exist" in result.stderr


def test_frames_of_clips_calibrate_whole(trained: Trained) -> None:
    """As a video shows them to the network: both labelled frames of the clip, at their own size or the working size."""
    plan = load_recipe(str(trained.recipe), ())
    assert isinstance(plan.data, ViewData)
    frames = module._frames(training_sources(plan.data, trained.data))
    assert len(frames) == 2
    light = frames[0].pixels
    for side in (64, 16):
        given = module.frame_input(plan.model_copy(update={"working_side": side}), frames[0], 32)
        assert given.dtype == np.float32
        assert [size % 32 for size in given.shape[2:]] == [0, 0]
        small = shrink(light, *(max(1, round(size * min(1, side / max(light.shape)))) for size in light.shape[:2]))
        inside = given[0, :, : small.shape[0], : small.shape[1]].transpose(1, 2, 0)
        np.testing.assert_array_equal(inside, encode(plan.encoding, small))
