"""One update of the weights."""

from __future__ import annotations

import torch
from torch import nn

from skymatte.training.checkpoint import Run
from skymatte.training.device import dtype_of
from skymatte.training.processes import Processes
from skymatte.training.schedule import set_rate
from skymatte.training.task import Batch, Task

_APART = 1_000_003


def step(task: Task, run: Run, batches: int, batch: Batch, processes: Processes) -> float:
    """One update; mixed precision: the network in the recipe's format, the losses in float32.

    Args:
        task: what is learnt.
        run: its ``batch`` says where in the schedule this is; the count itself stays.
        batches: length of the run.
        batch: this process's share.
        processes: those that hold the other shares.

    Returns:
        The loss of the whole batch.
    """
    plan = task.plan
    device = next(run.network.parameters()).device
    batch = tuple(part.to(device, non_blocking=True) for part in batch)
    set_rate(run.optimiser, run.batch, batches, plan.optimiser)
    # What a network with dropout drops depends on the batch alone: a stopped run goes on with the same.
    generator = torch.manual_seed((plan.seed * _APART + run.batch) * _APART + processes.rank)
    dtype = dtype_of(plan.precision, device)
    run.network.train()
    with torch.autocast(device.type, dtype=dtype, enabled=dtype is not torch.float32):
        answers = task.forward(run, batch, generator)
    loss = task.loss(tuple(answer.float() for answer in answers), batch, processes.total)
    run.optimiser.zero_grad()
    run.scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
    processes.average_gradients(run.network.parameters())
    run.scaler.unscale_(run.optimiser)
    if plan.optimiser.clip is not None:
        nn.utils.clip_grad_norm_(run.network.parameters(), plan.optimiser.clip)
    run.scaler.step(run.optimiser)
    run.scaler.update()
    average(run.average, run.network, min(plan.optimiser.average, (1 + run.batch) / (10 + run.batch)))
    return float(loss.detach())


def average(mean: nn.Module, network: nn.Module, decay: float) -> None:
    """Move ``mean`` towards ``network`` by 1 − ``decay``: weights and running statistics; counters are copied."""
    with torch.no_grad():
        for mine, theirs in zip(mean.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)
