"""Several processes that train one network, as ``torchrun`` starts them: sums over all of them, and gradients."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
import torch.distributed
from torch import Tensor, nn

_PATIENCE = timedelta(hours=12)
"""The others wait while the first process cuts patches or validates."""


class _Total(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, part: Tensor) -> Tensor:
        whole = part.detach().clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(whole)
        return whole

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        whole = gradient.clone(memory_format=torch.contiguous_format)
        torch.distributed.all_reduce(whole)
        return whole


@dataclass(frozen=True, slots=True)
class Processes:
    """Where this process stands among those that train together.

    Attributes:
        rank: 0 … ``count`` − 1; the first writes and reports.
        count: how many there are.
    """

    rank: int = 0
    count: int = 1

    @property
    def first(self) -> bool:
        """Whether this process writes and reports."""
        return self.rank == 0

    def total(self, part: Tensor) -> Tensor:
        """The sum over all processes, the same in each.

        Its gradient is summed too, as if the loss were the sum of what every process computes: ``count`` times the true
        one, if all compute the same loss.  :meth:`average_gradients` divides by that.
        """
        if self.count == 1:
            return part
        whole: Tensor = _Total.apply(part)  # type: ignore[no-untyped-call]
        return whole

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Bring all gradients to their mean over the processes, in one exchange."""
        gradients = [parameter.grad for parameter in parameters if parameter.grad is not None]
        if self.count == 1 or not gradients:
            return
        flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
        torch.distributed.all_reduce(flat)
        flat /= self.count
        for gradient, part in zip(gradients, torch.split(flat, [g.numel() for g in gradients]), strict=True):
            gradient.copy_(part.view(gradient.shape))

    def wait(self) -> None:
        """Go on when all processes have come this far."""
        if self.count > 1:
            torch.distributed.barrier()


def local_rank() -> int:
    """Number of this process on its machine: the GPU it takes."""
    return int(os.environ.get("LOCAL_RANK", "0"))


def started_together() -> bool:
    """Whether ``torchrun`` started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


@contextmanager
def joined(device: torch.device) -> Iterator[Processes]:
    """Meet the other processes that ``torchrun`` started; alone without it."""
    if not started_together():
        yield Processes()
        return
    torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo", timeout=_PATIENCE)
    try:
        yield Processes(torch.distributed.get_rank(), torch.distributed.get_world_size())
    finally:
        torch.distributed.destroy_process_group()
