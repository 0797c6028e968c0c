"""A process among several: write the loss, gradients and running statistics of one batch.  Started by ``torchrun``."""

from __future__ import annotations

import sys
from pathlib import Path

import torch

from skymatte.training.batch_norm import share_batch_norm
from skymatte.training.losses import loss_of
from skymatte.training.material import samples_of
from skymatte.training.processes import Processes, joined
from skymatte.training.recipe import Recipe
from tests.training.small import new_run, patch_recipe, patches

LOSSES: dict[str, dict[str, object]] = {"bce-jaccard": {}, "focal": {"gamma": 2.0, "alpha": 0.25}}


def recipes() -> dict[str, Recipe]:
    """One for each loss, with batches of eight."""
    return {name: patch_recipe(batch=8, loss={"name": name} | plan) for name, plan in LOSSES.items()}


def first_batch(recipe: Recipe, processes: Processes) -> dict[str, torch.Tensor]:
    """Loss, gradients and buffers after the first batch."""
    run = new_run(recipe)
    share_batch_norm(run.network, processes)
    picture, sky, weight = samples_of(recipe, patches(), (processes.rank, processes.count))[0]
    run.network.train()
    loss = loss_of(recipe.loss, run.network(picture), sky, weight, processes.total)
    loss.backward()  # type: ignore[no-untyped-call]
    processes.average_gradients(run.network.parameters())
    gradients = {name: p.grad for name, p in run.network.named_parameters() if p.grad is not None}
    return {"loss": loss.detach(), **gradients, **dict(run.network.named_buffers())}


def main(target: Path) -> None:
    """Write ``target`` from the first process."""
    torch.set_num_threads(1)
    with joined(torch.device("cpu")) as processes:
        found = {name: first_batch(recipe, processes) for name, recipe in recipes().items()}
        if processes.first:
            torch.save(found, target)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
