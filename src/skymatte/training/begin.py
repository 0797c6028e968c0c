"""The beginning of a run, whatever its task: the state around a new network, and weights of earlier runs."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from skymatte.errors import RecipeError
from skymatte.networks.base import Network
from skymatte.training.checkpoint import BEST, Run
from skymatte.training.device import dtype_of
from skymatte.training.plan import Plan
from skymatte.training.schedule import optimiser_of

_CPU = torch.device("cpu")


def begin(plan: Plan, network: Network, device: torch.device = _CPU) -> Run:
    """A run at its beginning.

    Args:
        plan: its recipe.
        network: on the processor.
        device: where it shall be.
    """
    network = network.to(device=device, memory_format=torch.channels_last)  # type: ignore[call-overload]
    scaler = torch.amp.GradScaler(device.type, enabled=dtype_of(plan.precision, device) is torch.float16)
    return Run(network, copy.deepcopy(network), optimiser_of(network, plan.optimiser), scaler)


def named_checkpoint(start: str, runs: Path, key: str = "network.start") -> Path:
    """The checkpoint that a recipe names to start from.

    Args:
        start: a file, or the name of a run in the folder beside, whose best checkpoint is taken.
        runs: the folder in which runs stand side by side.
        key: of the recipe, for the message.

    Raises:
        RecipeError: there is no such checkpoint.
    """
    for path in (Path(start), runs / start / BEST):
        if path.is_file():
            return path
    raise RecipeError(
        f"{key}: neither {start} nor {runs / start / BEST} is a checkpoint; train {start} into {runs / start} "
        f"first, name a checkpoint with {key}=FILE, or start without: {key}=null"
    )


def take_matching(network: nn.Module, weights: Mapping[str, Tensor]) -> int:
    """Put those weights into a network that it has by the same name in the same shape.

    Returns:
        How many tensors those are; all others stay as they are.
    """
    own = network.state_dict()
    fitting = {name: tensor for name, tensor in weights.items() if name in own and own[name].shape == tensor.shape}
    network.load_state_dict({**own, **fitting})
    return len(fitting)
