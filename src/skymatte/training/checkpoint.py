"""A run's state, and the file it is kept in."""

from __future__ import annotations

import math
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from skymatte.errors import ModelError
from skymatte.networks.base import Network
from skymatte.picture.atomic import replacing

LATEST, BEST = "latest.pt", "best.pt"

_PARTS = ("network", "average", "optimiser", "scaler")
_UNREADABLE = (OSError, EOFError, KeyError, RuntimeError, TypeError, ValueError, pickle.UnpicklingError)


@dataclass(slots=True)
class Run:
    """The state of a run: what a checkpoint holds.

    Attributes:
        network: the weights being trained.
        average: their exponential moving average: validated, exported.
        optimiser: with two groups of parameters, decoder and encoder.
        scaler: of the loss; only float16 needs one.
        batch: index of the next batch.
        best: best validation score so far.
        seconds: time spent so far, validation included.
        busy: share of this process's training time in which batches were waiting for the network, not the network for
            batches; not part of a checkpoint.
    """

    network: Network
    average: Network
    optimiser: torch.optim.Optimizer
    scaler: torch.amp.GradScaler
    batch: int = 0
    best: float = -math.inf
    seconds: float = 0.0
    busy: float = 1.0

    def save(self, path: Path) -> None:
        """Write a checkpoint; the old one stays until the new one is whole.

        ``description`` holds what ``skymatte.networks.build.rebuild`` needs to make the network again.
        """
        content = {
            **{name: getattr(self, name).state_dict() for name in _PARTS},
            "description": self.average.description,
            "batch": self.batch,
            "best": self.best,
            "seconds": self.seconds,
        }
        with replacing(path) as temporary:
            torch.save(content, temporary)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint.

        Raises:
            ModelError: it cannot be read, or holds another network.
        """
        state = read_checkpoint(path)
        described = state.get("description", self.network.description)
        if described != self.network.description:
            raise ModelError(
                f"{path}: holds the network {described}, the recipe asks for {self.network.description}; "
                "choose another folder with -o"
            )
        try:
            for name in _PARTS:
                # Checkpoints of before there was float16 hold no scaler.
                if name in state or name != "scaler":
                    getattr(self, name).load_state_dict(state[name])
            self.batch, self.best, self.seconds = state["batch"], state["best"], state["seconds"]
        except _UNREADABLE as error:
            raise ModelError(f"{path}: does not fit this recipe ({_first_line(error)}); choose another -o") from None


def read_checkpoint(path: Path) -> dict[str, Any]:
    """What ``torch.save`` wrote; tensors on the CPU.

    Raises:
        ModelError: there is no such file, or it is no checkpoint.
    """
    try:
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        return state
    except FileNotFoundError:
        raise ModelError(f"{path}: no such checkpoint") from None
    except _UNREADABLE as error:
        raise ModelError(f"{path}: not a checkpoint of `skymatte train`: {_first_line(error)}") from None


def _first_line(error: BaseException) -> str:
    return str(error).partition("\n")[0] or type(error).__name__
