"""What is learnt, as the training loop sees it: samples, a network, a loss, and what says how good it is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor

from skymatte.errors import RecipeError
from skymatte.networks.base import Network
from skymatte.training.checkpoint import Run
from skymatte.training.plan import Plan
from skymatte.training.validation import Validation

Batch = tuple[Tensor, ...]
"""The parts of a batch, float32 mostly, each with the samples along its first axis: what they are is the task's."""

Total = Callable[[Tensor], Tensor]
"""A sum over all processes that share the batch, differentiable: what a loss divides must be whole."""

Validator = Callable[[Network], Validation]
Report = Callable[[str], None]

VALIDATE_EVERY = 500
"""Batches between validations where neither recipe nor task knows better."""


class Batches(Protocol):
    """The stream of batches: item *b* is batch *b* of the run, a pure function of (seed, *b*).

    So a killed run resumes exactly, and workers change nothing.  ``batch`` is the number of samples of a batch over all
    processes; each process makes its share of them only.
    """

    @property
    def batch(self) -> int: ...

    def __len__(self) -> int: ...

    def __getitem__(self, index: int, /) -> Batch: ...


class Task(ABC):
    """What is learnt from which material.

    Attributes:
        plan: the recipe; subclasses narrow its type.
        measure: name of what a validation's score is, for people; TensorBoard has it in lower case.
    """

    plan: Plan
    measure = "IoU"

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    @abstractmethod
    def samples(self, share: tuple[int, int] = (0, 1)) -> Batches:
        """The stream of batches.

        Args:
            share: (rank, processes): of every batch only the samples of this process are made.

        Raises:
            RecipeError: a batch cannot be shared evenly (:func:`check_share`), or asks for what is not there.
        """

    @abstractmethod
    def network(self) -> Network:
        """A new network on the processor, from torch's random generator, which the loop has seeded.

        Raises:
            RecipeError: the recipe's network does not exist, or does not go with its samples.
        """

    def start(self, run: Run, runs: Path) -> Sequence[Path]:  # noqa: ARG002 - most tasks start from nothing
        """Put weights of earlier runs into ``run.network`` and ``run.average``, if the recipe names some.

        Args:
            run: at its beginning; not called for a run that goes on.
            runs: the folder in which runs stand side by side.

        Returns:
            The checkpoints that they came from.

        Raises:
            RecipeError: one is not there or does not fit.
        """
        return ()

    @abstractmethod
    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:
        """What the network says of a batch: called in training mode, inside the recipe's autocast.

        Args:
            run: ``run.network`` learns; ``run.average`` may teach.
            batch: on the network's device.
            generator: of the CPU, a pure function of seed and batch; everything random comes from it.
        """

    @abstractmethod
    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        """The loss of the whole batch, a scalar.

        Args:
            answers: what ``forward`` gave, as float32.
            batch: as ``forward`` got it.
            total: adds sums up over the processes; :func:`mean` is made of it.
        """

    def validator(self) -> Validator | None:
        """What scores an averaged network; ``None`` = there is nothing to choose by, and the last is the best."""
        return None

    @property
    def validate_every(self) -> int:
        """Batches between validations."""
        return self.plan.validate_every or VALIDATE_EVERY

    @abstractmethod
    def export(self, checkpoints: list[Path], target: Path, *, report: Report) -> None:
        """Write the model file of checkpoints of a run, averaged if several, in float32, and say how good it is."""


def check_share(batch: int, processes: int) -> None:
    """Check that processes can share batches of so many samples.

    Raises:
        RecipeError: not evenly.
    """
    if batch % processes:
        raise RecipeError(f"batch: {batch} samples cannot be shared evenly by {processes} processes")


def mean(values: Tensor, total: Total) -> Tensor:
    """The mean over a part of every process's samples, of any shape: a loss without weights."""
    return total(values.sum()) / total(torch.tensor(float(values.numel()), device=values.device))
