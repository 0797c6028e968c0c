"""The optimiser, and how its rate changes over a run."""

from __future__ import annotations

import math

import torch

from skymatte.networks.base import Network
from skymatte.training.plan import Optimiser

_POWER = 0.9
"""Of the poly schedule: Zhao et al. 2017, section 5.1."""


def optimiser_of(network: Network, plan: Optimiser) -> torch.optim.Optimizer:
    """The recipe's optimiser over two groups of parameters, decoder and encoder, each with its ``peak`` rate."""
    encoder = network.encoder_parameters()
    known = {id(parameter) for parameter in encoder}
    decoder = [parameter for parameter in network.parameters() if id(parameter) not in known]
    encoder_rate = plan.rate if plan.encoder_rate is None else plan.encoder_rate
    groups = [
        {"params": decoder, "lr": plan.rate, "peak": plan.rate},
        {"params": encoder, "lr": encoder_rate, "peak": encoder_rate},
    ]
    kind = torch.optim.Adam if plan.name == "adam" else torch.optim.AdamW
    return kind(groups, weight_decay=plan.weight_decay)


def set_rate(optimiser: torch.optim.Optimizer, batch: int, batches: int, plan: Optimiser) -> None:
    """Bring every group to its rate at a batch."""
    factor = rate_factor(batch, batches, plan)
    for group in optimiser.param_groups:
        group["lr"] = group["peak"] * factor


def rate_factor(batch: int, batches: int, plan: Optimiser) -> float:
    """Share of the peak learning rate at a batch: linear warm-up, then the recipe's schedule."""
    warm = min(1.0, (batch + 1) / (plan.warmup + 1))
    if plan.schedule == "poly":
        return warm * float((1 - batch / batches) ** _POWER)
    decay = batches if plan.decay is None else plan.decay
    left = min(1.0, (batches - batch) / decay) if decay else 1.0
    return warm * 0.5 * (1 - math.cos(math.pi * left))
