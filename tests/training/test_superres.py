"""Making pictures larger, from a recipe and a folder of data to a model, through the command line."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
import torch
import yaml
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.datasets.superres_pairs import Pair, display_pair
from skymatte.errors import ModelError, RecipeError
from skymatte.networks.build import build
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.guided import GuidedDcscn
from skymatte.runtime.superres_model import SuperresModel
from skymatte.training import loop
from skymatte.training.begin import begin
from skymatte.training.checkpoint import BEST, LATEST, Run
from skymatte.training.export import load_trained, sky_network
from skymatte.training.kinds import load_plan
from skymatte.training.processes import Processes
from skymatte.training.recipe_file import builtin_recipes
from skymatte.training.step import step
from skymatte.training.superres import SuperresTask
from skymatte.training.superres_export import superres_network
from skymatte.training.superres_recipe import SuperresRecipe
from skymatte.training.superres_validate import validate_superres
from skymatte.training.task import Batch, Task
from tests.datasets.superres_tree import texture, write_superres_data
from tests.training.small import difference

RECIPE: dict[str, Any] = {
    "task": "superres",
    "name": "larger",
    "summary": "A model that has seen next to nothing.",
    "network": {"size": "compact", "scale": 2, "guided": True},
    "precision": {"cpu": "float32"},
    "optimiser": {"name": "adam", "rate": 0.002, "weight_decay": 0, "warmup": 1, "decay": None, "average": 0.5},
    "batch": 4,
    "batches": 4,
    "validate_every": 2,
    "seed": 3,
    "data": {
        "folders": ["sr/pictures"],
        "renditions": [1.0, 0.7],
        "light": 0.3,
        "patch": 8,
        "hold_out": 3,
    },
}


def recipe(**changes: Any) -> SuperresRecipe:
    """The recipe above; ``network`` and ``data`` are changed key by key."""
    for section in ("network", "data"):
        changes[section] = RECIPE[section] | changes.get(section, {})
    return SuperresRecipe.model_validate(RECIPE | changes)


def pairs(count: int = 4, scale: int = 2) -> list[Pair]:
    """Textured pictures, half of them labelled: sky above."""
    label = np.zeros((40, 48, 2), np.float32)
    label[:20, :, 0] = label[20:, :, 1] = 1
    made = (np.asarray(texture(40, 48, number) / 255, np.float32) for number in range(count))
    return [display_pair(str(n), pixels, scale, label if n % 2 else None) for n, pixels in enumerate(made)]


def task(plan: SuperresRecipe | None = None) -> SuperresTask:
    plan = plan or recipe()
    training, validation = pairs(4, plan.network.scale), pairs(2, plan.network.scale)
    return SuperresTask(plan, training, validation)


def train(
    folder: Path, plan: SuperresRecipe | None = None, report: Callable[[str], None] = lambda _: None, workers: int = 0
) -> Run:
    return loop.train(task(plan), folder, workers=workers, report=report)


@dataclass(frozen=True, slots=True)
class Larger:
    """What ``skymatte train`` was given, said and left behind."""

    recipe: Path
    data: Path
    folder: Path
    result: Result


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Larger:
    folder = tmp_path_factory.mktemp("superres")
    path, data, output = folder / "larger.yaml", write_superres_data(folder / "data"), folder / "run"
    path.write_text(yaml.safe_dump(RECIPE), encoding="utf-8")
    return Larger(path, data, output, skymatte("train", path, "--data", data, "-o", output, "--workers", 0))


def skymatte(*arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments)])


def test_training_ends_with_a_model(larger: Larger) -> None:
    """Of seven pictures that may be used every third is held out."""
    assert larger.result.exit_code == 0, larger.result.output
    assert "larger: 5 training pictures, 2 validation pictures" in larger.result.stderr.splitlines()
    assert larger.result.stderr.splitlines()[-1].startswith("larger: done after 4 batches, best validation PSNR ")
    model = SuperresModel.load(larger.folder / "larger.onnx")
    assert model.guided
    assert model.card.scale == 2
    assert model.card.training_data == (
        "pictures of sr/pictures; HDR pictures (licence: CC0), as light and as 8-bit renditions"
    )
    assert re.fullmatch(r"recipe larger: [24] batches of 4 patches of 8 px, 0\.\d hours", model.card.trained)
    assert set(model.card.metrics) == {
        "display/psnr",
        "display/bicubic",
        "light/psnr",
        "light/bicubic",
        "guide/psnr",
        "guide/without",
    }


def test_the_model_computes_what_the_checkpoint_does(larger: Larger) -> None:
    """With a guide, and with one that says nothing, which is as if there were none."""
    model = SuperresModel.load(larger.folder / "larger.onnx")
    network = load_trained(larger.folder / BEST).network
    rng = np.random.default_rng(1)
    luma, guide = rng.random((9, 14), np.float32), rng.random((2, 9, 14), np.float32)
    with torch.inference_mode():
        told = network(torch.from_numpy(luma[None, None]), torch.from_numpy(guide[None]))[0, 0].numpy()
        alone = network(torch.from_numpy(luma[None, None]))[0, 0].numpy()
    np.testing.assert_allclose(model.residual(luma, guide), told, atol=1e-5)
    np.testing.assert_allclose(model.residual(luma), alone, atol=1e-5)
    assert np.abs(alone).max() > 0


def test_half_precision_halves_the_file_and_rounds_weights_only(larger: Larger, tmp_path: Path) -> None:
    target = tmp_path / "half.onnx"
    result = skymatte(
        "export", larger.recipe, target, "--data", larger.data, "-o", larger.folder, "--precision", "fp16"
    )
    assert result.exit_code == 0, result.output
    whole, half = (SuperresModel.load(path) for path in (larger.folder / "larger.onnx", target))
    stored = {tensor.data_type for tensor in onnx.load(target).graph.initializer if np.prod(tensor.dims) > 8}
    assert onnx.TensorProto.FLOAT not in stored
    assert onnx.TensorProto.FLOAT16 in stored
    assert target.stat().st_size < 0.75 * whole.path.stat().st_size
    luma = np.random.default_rng(2).random((12, 10), np.float32)
    np.testing.assert_allclose(half.residual(luma), whole.residual(luma), atol=2e-3)
    change = re.search(r"half\.onnx: display/psnr: (\S+) → (\S+) \((\S+)\)$", result.stderr, re.MULTILINE)
    assert change
    assert float(change[2]) == half.card.metrics["display/psnr"]
    assert float(change[1]) == whole.card.metrics["display/psnr"]


def test_there_are_no_8_bit_models(larger: Larger, tmp_path: Path) -> None:
    where = ("--data", larger.data, "-o", larger.folder)
    result = skymatte("export", larger.recipe, tmp_path / "m.onnx", *where, "--precision", "int8")
    assert result.exit_code == 2
    assert "written in fp32 or fp16, not int8" in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_network_without_a_guide_makes_a_model_without_one(tmp_path: Path) -> None:
    plan = recipe(network={"guided": False, "scale": 3}, batches=1)
    made = task(plan)
    loop.train(made, tmp_path, workers=0, report=lambda _: None)
    made.export([tmp_path / BEST], tmp_path / "m.onnx", report=lambda _: None)
    model = SuperresModel.load(tmp_path / "m.onnx")
    assert (model.guided, model.card.scale) == (False, 3)
    assert model.residual(np.zeros((1, 1), np.float32)).shape == (3, 3)


def test_a_stopped_run_goes_on_as_if_nothing_had_happened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopped(Exception):
        pass

    def stop(what: Task, state: Run, batches: int, share: Batch, all_: Processes) -> float:
        if state.batch == 3:
            raise Stopped
        return step(what, state, batches, share, all_)

    whole = train(tmp_path / "whole", workers=1)
    with monkeypatch.context() as patched:
        patched.setattr(loop, "step", stop)
        with pytest.raises(Stopped):
            train(tmp_path / "parts")
    lines: list[str] = []
    resumed = train(tmp_path / "parts", report=lines.append)
    assert lines[0] == "going on from batch 2 of 4"
    assert difference(whole.network.state_dict(), resumed.network.state_dict()) == 0
    assert difference(whole.average.state_dict(), resumed.average.state_dict()) == 0
    assert whole.best == resumed.best


def test_learning_lowers_the_loss() -> None:
    """Thirty steps on one batch, with either loss; the network begins as bicubic interpolation."""
    for loss in ("l1", "l2"):
        plan = recipe(loss=loss, optimiser=RECIPE["optimiser"] | {"rate": 0.005})
        made = task(plan)
        torch.manual_seed(0)
        run = begin(plan, made.network())
        batch = made.samples()[0]
        residual = batch[1]
        first = float(residual.abs().mean() if loss == "l1" else residual.square().mean())
        losses = []
        for _ in range(30):
            losses.append(step(made, run, 60, batch, Processes()))
            run.batch += 1
        assert losses[0] == pytest.approx(first, rel=1e-5)
        assert losses[-1] < 0.9 * losses[0]


def test_figures_and_pictures_reach_tensorboard(tmp_path: Path) -> None:
    finished = train(tmp_path)
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    *_, last = events.Scalars("validation/psnr")
    assert (last.step, last.value <= finished.best + 1e-4) == (4, True)
    assert {"loss", "rate", "validation/display/bicubic", "validation/guide/psnr"} <= set(events.Tags()["scalars"])
    worst = events.Images("worst/0")[-1]
    assert (worst.width, worst.height) == (3 * round(256 * 48 / 40), 256)


def test_the_next_scale_starts_from_the_trunk_of_the_one_before(tmp_path: Path) -> None:
    before = train(tmp_path / "two")
    plan = recipe(network={"scale": 3, "start": "two"})
    made = task(plan)
    run = begin(plan, made.network())
    untouched = {name: tensor.clone() for name, tensor in run.network.state_dict().items()}
    assert list(made.start(run, tmp_path)) == [tmp_path / "two" / BEST]
    best = torch.load(tmp_path / "two" / BEST, weights_only=True)["average"]
    for network in (run.network, run.average):
        for name, tensor in network.state_dict().items():
            taken = not name.startswith("draw.")
            assert torch.equal(tensor, best[name] if taken else untouched[name])
    assert difference(before.network.state_dict(), before.network.state_dict()) == 0


def test_weights_that_fit_nowhere_are_refused(tmp_path: Path) -> None:
    torch.save({"average": {"other": torch.zeros(3)}}, tmp_path / "other.pt")
    plan = recipe(network={"start": str(tmp_path / "other.pt")})
    made = task(plan)
    with pytest.raises(RecipeError, match=r"network\.start: .*other\.pt holds another network"):
        made.start(begin(plan, made.network()), tmp_path)


def test_a_guide_alone_can_be_learnt(tmp_path: Path) -> None:
    """Answers without a guide stay those of the weights it started from."""
    plain = train(tmp_path / "plain", recipe(network={"guided": False}))
    told = train(tmp_path / "told", recipe(network={"learn": "guide", "start": "plain"}))
    best = torch.load(tmp_path / "plain" / BEST, weights_only=True)["average"]
    network = told.network
    assert isinstance(network, GuidedDcscn)
    assert difference(best, {name: network.state_dict()[name] for name in plain.network.state_dict()}) == 0
    assert float(network.modulate.tell.weight.detach().abs().max()) > 0


def test_validation_is_the_psnr_that_papers_report() -> None:
    """An untrained network is bicubic interpolation; one that always says 0.01 errs by what is left."""
    material = pairs(2)
    found = validate_superres(Dcscn(2, "compact"), material, 2, guided=False)
    expected = [-10 * np.log10(np.mean(pair.residual[2:-2, 2:-2].astype(np.float64) ** 2)) for pair in material]
    assert found.score == pytest.approx(np.mean(expected), abs=1e-3)
    assert found.figures["display/psnr"] == pytest.approx(found.figures["display/bicubic"], abs=1e-3)
    assert [shown.score for shown in found.worst] == pytest.approx(sorted(expected), abs=1e-3)
    assert set(found.figures) == {"display/psnr", "display/bicubic"}

    class Always(torch.nn.Module):
        def forward(self, low: torch.Tensor) -> torch.Tensor:
            return torch.full((1, 1, 2 * low.shape[2], 2 * low.shape[3]), 0.01)

    again = validate_superres(Always(), material[:1], 2, guided=False)
    wanted = -10 * np.log10(np.mean((material[0].residual[2:-2, 2:-2].astype(np.float64) - 0.01) ** 2))
    assert again.score == pytest.approx(wanted, abs=1e-3)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (["network.scale=5"], "network.scale: Input should be 2, 3 or 4"),
        (["network.architecture=fsrcnn"], "network.architecture"),
        (["loss=huber"], "loss: Input should be 'l1' or 'l2'"),
        (["epochs=3"], "epochs"),
        (["batches=null"], "give either batches or epochs"),
        (["data.light=2"], "data.light"),
        (["data.patches=3"], "data.patches: Extra inputs"),
        (["data.folders=[]", "data.hdri=false"], "nothing to learn from"),
        (["network.learn=guide"], "learn: guide needs guided: true, and weights to start from"),
        (["task=larger"], "its task is 'larger'; choose a recipe whose task is sky or superres"),
        (["data.folders=[sr/nowhere]"], "sr/nowhere: holds no pictures"),
        (["data.patch=100"], "no training picture has 200 px on both sides"),
        (["network.start=nowhere"], "network.start: neither nowhere nor"),
    ],
)
def test_mistakes_in_a_recipe_are_named(larger: Larger, tmp_path: Path, changes: list[str], said: str) -> None:
    result = skymatte("train", larger.recipe, *changes, "--data", larger.data, "-o", tmp_path / "run", "--workers", 0)
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert said in " ".join(result.stderr.split())


def test_a_folder_without_hdr_pictures_is_named(larger: Larger, tmp_path: Path) -> None:
    result = skymatte("train", larger.recipe, "data.folders=[]", "--data", tmp_path, "-o", tmp_path / "run")
    assert result.exit_code == 2
    assert "hdri: holds no manifest.csv" in " ".join(result.stderr.split())


def test_checkpoints_of_another_task_are_refused(larger: Larger) -> None:
    network = load_trained(larger.folder / LATEST).network
    with pytest.raises(ModelError, match="which does not find the sky"):
        sky_network(network)
    with pytest.raises(ModelError, match="which makes no picture larger"):
        superres_network(build("classic-unet", width=1))


def test_built_in_recipes_build_their_networks() -> None:
    """Each scale starts from the one before."""
    plans = [plan for name in builtin_recipes() if isinstance(plan := load_plan(name), SuperresRecipe)]
    assert {plan.name: plan.network.start for plan in plans} == {
        "dcscn-compact-x2": None,
        "dcscn-paper-x2": None,
        "dcscn-x2": None,
        "dcscn-x3": "dcscn-x2",
        "dcscn-x4": "dcscn-x3",
        "dcscn-yang91-bsd200-x2": "dcscn-x2",
    }
    for plan in plans:
        network = SuperresTask(plan, [], []).network()
        assert isinstance(network, Dcscn)
        assert network.scale == plan.network.scale == int(plan.name[-1])
        assert isinstance(network, GuidedDcscn) == plan.network.guided
