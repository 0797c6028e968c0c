"""Runs so small that they take seconds: 32 px views of a rendered panorama, a network from random weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import torch

from skymatte.datasets.sources import Source, render_scenes
from skymatte.training.loop import Run, train
from skymatte.training.recipe import Recipe


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


@cache
def scenes() -> tuple[Source, ...]:
    """Two rendered panoramas, the second as if it could lend its sky."""
    first, second = render_scenes(range(2000, 2002), 64)
    return first, replace(second, sky=second.sky.clip(0.5))


def run(folder: Path, plan: Recipe | None = None, report: Callable[[str], None] = lambda _: None) -> Run:
    """Train in this process."""
    sources = list(scenes())
    return train(plan or recipe(), sources, sources[:1], folder, workers=0, report=report)


def difference(one: dict[str, torch.Tensor], other: dict[str, torch.Tensor]) -> float:
    """The largest difference between two sets of weights."""
    assert list(one) == list(other)
    return max(float((one[name].double() - other[name].double()).abs().max()) for name in one)
