"""One training run from a recipe and a data folder: what ``skymatte train`` does."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import yaml

from skymatte.errors import OutputError
from skymatte.picture.atomic import replacing
from skymatte.training.checkpoint import BEST
from skymatte.training.device import device_of
from skymatte.training.kinds import KINDS, load_plan
from skymatte.training.loop import train
from skymatte.training.plan import Plan
from skymatte.training.processes import joined
from skymatte.training.task import Report

RECIPE = "recipe.yaml"
"""The recipe that a run follows, inside its folder."""

Advance = Callable[[int, int], None]


def _unheard(*_: object) -> None:
    pass


def keep_recipe(recipe: Plan, folder: Path, report: Report) -> None:
    """Write the recipe with all its values, those of the command line included, to ``folder/recipe.yaml``.

    If the run began with another, what changed is reported: a run may be made longer, and one should know.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}; choose another folder with -o") from None
    path = folder / RECIPE
    if path.exists():
        before, now = (_flat(content) for content in (load_plan(str(path)).model_dump(), recipe.model_dump()))
        names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        if names:
            changes = ", ".join(f"{name} {before.get(name)} → {now.get(name)}" for name in names)
            report(f"{path}: the recipe changed since this run began: {changes}")
    with replacing(path) as temporary:
        temporary.write_text(yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False), encoding="utf-8")


def _flat(content: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in content.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return flat


def train_recipe(
    plan: Plan, data: Path, folder: Path, *, workers: int, threads: int, report: Report, advance: Advance = _unheard
) -> None:
    """Train to the end, or go on where ``folder`` stopped, and write ``folder/NAME.onnx`` from the best checkpoint.

    Under ``torchrun`` every process calls this: each takes its share of every batch, the first one writes.
    """
    torch.set_num_threads(threads)
    device = device_of(plan.device)
    with joined(device) as processes:
        if not processes.first:
            report = advance = _unheard
            processes.wait()  # until the first has prepared what all read
        task = KINDS[plan.task].open(plan, data, folder, report)
        if processes.first:
            processes.wait()
            keep_recipe(plan, folder, report)
            together = f" in {processes.count} processes" if processes.count > 1 else ""
            report(f"{plan.name}: training on {device}{together}")
        run = train(task, folder, workers=workers, report=report, advance=advance, processes=processes)
    if processes.first:
        task.export([best_checkpoint(folder)], folder / f"{plan.name}.onnx", report=report)
        reached = f", best validation {task.measure} {run.best:.4f}" if math.isfinite(run.best) else ""
        report(f"{plan.name}: done after {run.batch} batches{reached}")


def best_checkpoint(folder: Path) -> Path:
    """The best checkpoint of the run in a folder."""
    return folder / BEST
