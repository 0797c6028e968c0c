"""One update of the weights."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from skymatte.training.checkpoint import Run
from skymatte.training.device import dtype_of
from skymatte.training.losses import loss_of
from skymatte.training.prior import add_prior
from skymatte.training.processes import Processes
from skymatte.training.recipe import Recipe
from skymatte.training.schedule import set_rate

_APART = 1_000_003

Batch = tuple[Tensor, Tensor, Tensor]


def step(run: Run, recipe: Recipe, batches: int, batch: Batch, processes: Processes) -> float:
    """One update; mixed precision: the network in the recipe's format, the losses in float32.

    Args:
        run: its ``batch`` says where in the schedule this is; the count itself stays.
        recipe: what to do.
        batches: length of the run.
        batch: picture B×3×H×W, sky and weight B×1×H×W, float32: this process's share.
        processes: those that hold the other shares.

    Returns:
        The loss of the whole batch.
    """
    device = next(run.network.parameters()).device
    picture, sky, weight = (part.to(device, non_blocking=True) for part in batch)
    set_rate(run.optimiser, run.batch, batches, recipe.optimiser)
    # What a network with dropout drops depends on the batch alone: a stopped run goes on with the same.
    generator = torch.manual_seed((recipe.seed * _APART + run.batch) * _APART + processes.rank)
    dtype = dtype_of(recipe.precision, device)
    run.network.train()
    with torch.autocast(device.type, dtype=dtype, enabled=dtype is not torch.float32):
        if run.network.prior:
            picture = add_prior(run.average, picture, sky, generator)
        logits = run.network(picture.contiguous(memory_format=torch.channels_last))
    loss = loss_of(recipe.loss, logits.float(), sky, weight, processes.total)
    run.optimiser.zero_grad()
    run.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
    processes.average_gradients(run.network.parameters())
    run.scaler.unscale_(run.optimiser)
    if recipe.optimiser.clip is not None:
        nn.utils.clip_grad_norm_(run.network.parameters(), recipe.optimiser.clip)
    run.scaler.step(run.optimiser)
    run.scaler.update()
    average(run.average, run.network, min(recipe.optimiser.average, (1 + run.batch) / (10 + run.batch)))
    return float(loss.detach())


def average(mean: nn.Module, network: nn.Module, decay: float) -> None:
    """Move ``mean`` towards ``network`` by 1 − ``decay``: weights and running statistics; counters are copied."""
    with torch.no_grad():
        for mine, theirs in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)
