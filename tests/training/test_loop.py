"""The loop: its checkpoints, what it tells, and that a stopped run goes on as if nothing had happened."""

from __future__ import annotations

import math
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from skymatte.datasets.patch_samples import PatchSamples
from skymatte.errors import InputError, ModelError, RecipeError, RuntimeUnavailable
from skymatte.training import loop
from skymatte.training.checkpoint import BEST, LATEST, Run
from skymatte.training.processes import Processes
from skymatte.training.recipe import Recipe
from skymatte.training.sky import SkyTask
from skymatte.training.step import step
from skymatte.training.task import Batch, Task
from skymatte.training.validation import Validation
from tests.conftest import REPOSITORY
from tests.training.small import difference, new_run, patch_recipe, patch_task, patches, recipe, run, run_patches


class Stopped(Exception):
    """What a person's Ctrl-C is to the loop."""


def checkpoint(path: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(path, weights_only=True)
    return state


def stop_before(batch: int, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(task: Task, state: Run, batches: int, share: Batch, all_: Processes) -> float:
        if state.batch == batch:
            raise Stopped
        return step(task, state, batches, share, all_)

    monkeypatch.setattr(loop, "step", stop)


@pytest.mark.parametrize(
    ("train", "plan", "saved"),
    [(run, recipe(), 2), (run_patches, patch_recipe(), 3), (run_patches, patch_recipe(checkpoint_minutes=0), 4)],
)
def test_a_stopped_run_goes_on_as_if_nothing_had_happened(
    train: Callable[..., Run], plan: Recipe, saved: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the last validation, so that batches since the last checkpoint are done twice."""
    whole = train(tmp_path / "whole", plan)
    with monkeypatch.context() as patched:
        stop_before(whole.batch - 1, patched)
        with pytest.raises(Stopped):
            train(tmp_path / "parts", plan)
    assert checkpoint(tmp_path / "parts" / LATEST)["batch"] == saved
    lines: list[str] = []
    resumed = train(tmp_path / "parts", plan, lines.append)
    assert lines[0] == f"going on from batch {saved} of {whole.batch}"
    assert resumed.batch == whole.batch
    assert difference(whole.network.state_dict(), resumed.network.state_dict()) == 0
    assert difference(whole.average.state_dict(), resumed.average.state_dict()) == 0
    assert resumed.best == whole.best
    begun = new_run(plan)
    assert difference(begun.network.state_dict(), whole.network.state_dict()) > 1e-3


def test_a_killed_process_is_gone_on_with(tmp_path: Path) -> None:
    """SIGKILL as soon as there is a checkpoint, wherever that hits; half-written files are cleared away."""
    plan = patch_recipe(epochs=None, batches=40, validate_every=20, checkpoint_minutes=0)
    script = (
        "import sys, pathlib, torch; from tests.training.small import *; torch.set_num_threads(1);"
        "run_patches(pathlib.Path(sys.argv[1]), Recipe.model_validate_json(sys.argv[2]))"
    )
    parts = tmp_path / "parts"
    command = [sys.executable, "-c", script, str(parts), plan.model_dump_json()]
    with subprocess.Popen(command, cwd=REPOSITORY, env=os.environ | {"OMP_NUM_THREADS": "1"}) as process:
        while not (parts / LATEST).exists():
            assert process.poll() is None
            time.sleep(0.001)
        process.kill()
    (parts / ".latest.0123456789ab.pt").write_bytes(b"half")
    lines: list[str] = []
    resumed = run_patches(parts, plan, lines.append)
    assert lines[0].startswith("going on from batch ")
    whole = run_patches(tmp_path / "whole", plan)
    assert difference(whole.network.state_dict(), resumed.network.state_dict()) == 0
    assert difference(whole.average.state_dict(), resumed.average.state_dict()) == 0
    assert sorted(path.name for path in parts.rglob("*.pt")) == [BEST, LATEST]


def test_epochs_end_where_they_are_told_to(tmp_path: Path) -> None:
    """Two epochs of ten patches in batches of four, validated after each epoch and at the end."""
    lines: list[str] = []
    assert run_patches(tmp_path, report=lines.append).batch == 5
    assert [line.split(":")[0] for line in lines if line.startswith("validation")] == [
        "validation at 3",
        "validation at 5",
    ]


def test_a_finished_run_has_nothing_left_to_do(tmp_path: Path) -> None:
    plan = patch_recipe(epochs=None, batches=1)
    done = run_patches(tmp_path, plan)
    before = (tmp_path / LATEST).read_bytes()
    again = run_patches(tmp_path, plan)
    assert difference(done.network.state_dict(), again.network.state_dict()) == 0
    assert again.batch == 1
    assert (tmp_path / LATEST).read_bytes() == before


def test_the_best_checkpoint_is_the_best_and_the_latest_the_latest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Scores 0.5, 0.7, 0.6, 0.7: the first of the two best is kept."""
    scores = iter([0.5, 0.7, 0.6, 0.7])
    monkeypatch.setattr(SkyTask, "validator", lambda _: lambda _: Validation(next(scores), {}, ()))
    lines: list[str] = []
    finished = run_patches(tmp_path, patch_recipe(epochs=None, batches=4, validate_every=1), lines.append)
    best, latest = checkpoint(tmp_path / BEST), checkpoint(tmp_path / LATEST)
    assert (best["batch"], best["best"]) == (2, 0.7)
    assert (latest["batch"], latest["best"]) == (4, 0.7)
    assert difference(latest["network"], finished.network.state_dict()) == 0
    assert difference(best["average"], finished.average.state_dict()) > 0
    validations = [line for line in lines if line.startswith("validation at ")]
    assert [line.split("  ")[0] for line in validations] == [
        "validation at 1: 0.5000 (best 0.5000)",
        "validation at 2: 0.7000 (best 0.7000)",
        "validation at 3: 0.6000 (best 0.7000)",
        "validation at 4: 0.7000 (best 0.7000)",
    ]
    assert sorted(path.name for path in tmp_path.glob("*.pt")) == [BEST, LATEST]


def test_without_validation_the_last_checkpoint_is_the_best(tmp_path: Path) -> None:
    finished = loop.train(SkyTask(patch_recipe(), patches(), ()), tmp_path, workers=0, report=lambda _: None)
    best = checkpoint(tmp_path / BEST)
    assert best["batch"] == finished.batch == 5
    assert difference(best["average"], finished.average.state_dict()) == 0
    assert finished.best == -math.inf


def test_workers_change_nothing(tmp_path: Path) -> None:
    alone = run_patches(tmp_path / "alone")
    helped = loop.train(patch_task(), tmp_path / "two", workers=2, report=lambda _: None)
    assert difference(alone.network.state_dict(), helped.network.state_dict()) == 0


def test_progress_is_told_batch_by_batch_and_the_time_at_the_end(tmp_path: Path) -> None:
    lines: list[str] = []
    told: list[tuple[int, int]] = []
    finished = loop.train(
        patch_task(),
        tmp_path,
        workers=0,
        report=lines.append,
        advance=lambda *where: told.append(where),
    )
    assert told == [(batch, 5) for batch in range(1, 6)]
    assert lines[-1].startswith(f"network busy {finished.busy:.1%} of ")
    assert "it waited" in lines[-1]
    assert 0 < finished.busy < 1
    assert any(line.startswith("batch 5/5  loss ") for line in lines)


def test_the_share_of_waiting_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A clock that moves a second for each batch to wait for, and three for each to learn."""
    clock = {"now": 100.0}
    monkeypatch.setattr(time, "monotonic", lambda: clock["now"])
    draw = PatchSamples.__getitem__

    def slow_draw(samples: Any, index: int) -> Any:
        clock["now"] += 1
        return draw(samples, index)

    def slow_step(*arguments: Any) -> float:
        clock["now"] += 3
        return step(*arguments)

    monkeypatch.setattr(PatchSamples, "__getitem__", slow_draw)
    monkeypatch.setattr(loop, "step", slow_step)
    lines: list[str] = []
    assert run_patches(tmp_path, report=lines.append).busy == pytest.approx(0.75)
    assert lines[-1] == "network busy 75.0% of 20 s of training; it waited 5.0 s for batches"


def test_a_run_of_another_network_is_not_gone_on_with(tmp_path: Path) -> None:
    run_patches(tmp_path, patch_recipe(epochs=None, batches=1))
    other = {"architecture": "classic-unet", "width": 8, "weights": "none"}
    with pytest.raises(ModelError, match=r"latest\.pt: holds the network .*; choose another folder"):
        run_patches(tmp_path, patch_recipe(network=other))


def test_a_size_that_the_network_cannot_take_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"data\.patches\.size: 40 is no multiple of 16"):
        loop.train(SkyTask(patch_recipe(), patches(4, 40), ()), tmp_path, workers=0, report=lambda _: None)


def test_a_set_without_patches_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there are no training patches"):
        loop.train(SkyTask(patch_recipe(), (), ()), tmp_path, workers=0, report=lambda _: None)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_gpu_that_is_not_there_is_said(tmp_path: Path) -> None:
    """Nobody is left to train on the processor for a week without knowing."""
    with pytest.raises(RuntimeUnavailable, match=r"device: process 0 wants a GPU of its own, torch sees 0"):
        run_patches(tmp_path, patch_recipe(device="cuda"))


def test_figures_reach_tensorboard(tmp_path: Path) -> None:
    finished = run(tmp_path, recipe(batches=2))
    events = EventAccumulator(str(tmp_path))
    events.Reload()
    (validated,) = events.Scalars("validation/iou")
    assert (validated.step, validated.value) == (2, pytest.approx(finished.best, abs=1e-6))
    assert {"validation/scene/iou", "validation/scene/worst", "loss", "rate"} <= set(events.Tags()["scalars"])
    (worst,) = events.Images("worst/0")
    assert (worst.width, worst.height) == (512, 256)


def test_the_worst_patches_reach_tensorboard_and_nothing_is_told_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the validation at batch 4 but before its checkpoint, that validation is done and told again."""
    plan = patch_recipe(epochs=None, batches=6, validate_every=2)
    save = Run.save

    def fail(state: Run, path: Path) -> None:
        if state.batch == 4:
            raise Stopped
        save(state, path)

    with monkeypatch.context() as patched:
        patched.setattr(Run, "save", fail)
        with pytest.raises(Stopped):
            run_patches(tmp_path, plan)
    run_patches(tmp_path, plan)
    events = EventAccumulator(str(tmp_path), size_guidance={"images": 0})
    events.Reload()
    assert [scalar.step for scalar in events.Scalars("validation/patches/iou")] == [2, 4, 6]
    assert [image.step for image in events.Images("worst/2")] == [2, 4, 6]
    assert "worst/3" not in events.Tags()["images"]
