"""Where the network runs, and in which number format."""

from __future__ import annotations

from typing import Literal

import torch

from skymatte.errors import RuntimeUnavailable
from skymatte.training.plan import Precision
from skymatte.training.processes import local_rank


def device_of(name: Literal["auto", "cpu", "cuda"]) -> torch.device:
    """The device that a recipe asks for; each process of a machine takes a GPU of its own.

    Raises:
        RuntimeUnavailable: ``cuda`` was asked for and there is no such GPU.
    """
    if name == "cpu" or (name == "auto" and not torch.cuda.is_available()):
        return torch.device("cpu")
    found = torch.cuda.device_count()
    if local_rank() >= found:
        raise RuntimeUnavailable(
            f"device: process {local_rank()} wants a GPU of its own, torch sees {found}; set device=cpu, or start fewer"
        )
    device = torch.device("cuda", local_rank())
    torch.cuda.set_device(device)
    return device


def dtype_of(precision: Precision, device: torch.device) -> torch.dtype:
    """The recipe's number format on that device."""
    dtype: torch.dtype = getattr(torch, precision.cuda if device.type == "cuda" else precision.cpu)
    return dtype
