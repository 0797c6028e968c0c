"""Runs so small that they take seconds: 32 px views of a rendered panorama, or 32 px patches; random weights."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from skymatte.datasets.sources import Source, render_scenes
from skymatte.datasets.views import View
from skymatte.training.begin import begin
from skymatte.training.checkpoint import Run
from skymatte.training.loop import train
from skymatte.training.recipe import Recipe
from skymatte.training.sky import SkyTask
from skymatte.training.start import new_network


def recipe(**changes: Any) -> Recipe:
    """Four batches of two views, every second one wide; validated and saved after every second."""
    content = {
        "name": "small",
        "summary": "A test.",
        "network": {"weights": "none"},
        "batch": 2,
        "batches": 4,
        "validate_every": 2,
        "working_side": 64,
        "seed": 5,
        "data": {
            "kind": "views",
            "size": 32,
            "wide_every": 2,
            "strata": {"scene": 1.0},
            "exchange": 0.5,
            "occluders": 0.3,
        },
        "optimiser": {"warmup": 1, "decay": 2, "average": 0.9},
    }
    return Recipe.model_validate(content | changes)


def patch_recipe(**changes: Any) -> Recipe:
    """Two epochs of :func:`patches`, four a batch: five batches, validated after three and at the end."""
    content = {
        "name": "small-patches",
        "summary": "A test.",
        "network": {"architecture": "classic-unet", "width": 4, "weights": "none"},
        "precision": {"cpu": "float32"},
        "batch": 4,
        "epochs": 2,
        "working_side": 64,
        "seed": 5,
        "data": {
            "kind": "patches",
            "patches": {"size": 32},
            "augmentation": {"flip": 0.5, "exposure": {"chance": 0.5}},
        },
        "optimiser": {"warmup": 1, "decay": 2, "average": 0.5},
    }
    return Recipe.model_validate(content | changes)


@cache
def scenes() -> tuple[Source, ...]:
    """Two rendered panoramas, the second as if it could lend its sky."""
    first, second = render_scenes(range(2000, 2002), 64)
    return first, replace(second, sky=second.sky.clip(0.5))


@cache
def patches(count: int = 10, size: int = 32) -> tuple[View, ...]:
    """Patches whose brightness says which they are: bright sky above dark ground, the last rows unlabelled."""

    def patch(number: int) -> View:
        rng = np.random.default_rng((7, number))
        sky = np.zeros((size, size), np.float32)
        sky[: size // 4 + number] = 1
        weight = np.ones_like(sky)
        weight[-2:] = 0
        light = np.where(sky[..., None] > 0, 1 + number, 0.1) * rng.uniform(0.8, 1.2, (size, size, 3))
        return View(light.astype(np.float32), sky, weight, None)

    return tuple(patch(number) for number in range(count))


def run(folder: Path, plan: Recipe | None = None, report: Callable[[str], None] = lambda _: None) -> Run:
    """Train on views in this process."""
    sources = list(scenes())
    return train(SkyTask(plan or recipe(), sources, sources[:1]), folder, workers=0, report=report)


def run_patches(folder: Path, plan: Recipe | None = None, report: Callable[[str], None] = lambda _: None) -> Run:
    """Train on patches in this process; three of them validate."""
    return train(patch_task(plan), folder, workers=0, report=report)


def patch_task(plan: Recipe | None = None) -> SkyTask:
    """Learn from :func:`patches`; three of them validate."""
    return SkyTask(plan or patch_recipe(), patches(), patches()[:3])


def new_run(plan: Recipe, pictures: Iterable[NDArray[np.float32]] = ()) -> Run:
    """A run at its beginning, as the loop makes it."""
    torch.manual_seed(plan.seed)
    return begin(plan, new_network(plan, pictures))


def difference(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """The largest difference between two sets of weights."""
    assert list(one) == list(other)
    return max(float((one[name].double() - other[name].double()).abs().max()) for name in one)
