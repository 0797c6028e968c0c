"""The training loop: one run from a recipe, resumable at any moment, that one can read in one sitting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import cv2
import torch
from torch.utils.data import DataLoader, Dataset

from skymatte.training.batch_norm import share_batch_norm
from skymatte.training.begin import begin
from skymatte.training.checkpoint import BEST, LATEST, Run
from skymatte.training.device import device_of
from skymatte.training.diary import open_diary
from skymatte.training.processes import Processes
from skymatte.training.step import step
from skymatte.training.task import Batch, Batches, Report, Task

__all__ = ["BEST", "LATEST", "Run", "train"]

_PREFETCHED = 4
_ALONE = Processes()


def _unheard(_: int, __: int) -> None:
    pass


def train(
    task: Task,
    folder: Path,
    *,
    workers: int,
    report: Report,
    advance: Callable[[int, int], None] = _unheard,
    processes: Processes = _ALONE,
) -> Run:
    """Train to the recipe's end, or go on from ``folder/latest.pt``.

    Args:
        task: what is learnt; the best checkpoint is chosen by its validator's score.  Without one, ``best.pt`` is the
            last.
        folder: receives ``latest.pt``, ``best.pt`` and TensorBoard's events.
        workers: processes that prepare batches.
        report: receives one line of progress now and then.
        advance: is told after each batch how many of how many are done.
        processes: those that share every batch; each calls this function, the first writes and reports.

    Raises:
        RecipeError: the recipe does not go together with what is given.
        RuntimeUnavailable: the recipe's device is not there.
        ModelError: ``folder`` holds a run of another network.
    """
    folder.mkdir(parents=True, exist_ok=True)
    plan = task.plan
    device = device_of(plan.device)
    samples = task.samples((processes.rank, processes.count))
    torch.manual_seed(plan.seed)
    run = begin(plan, task.network(), device)
    if (folder / LATEST).exists():
        run.load(folder / LATEST)
        report(f"going on from batch {run.batch} of {len(samples)}")
    elif start := task.start(run, folder.parent):
        report(f"starting from the weights of {' and '.join(map(str, start))}")
    processes.wait()  # nobody writes a checkpoint before everybody has read the old one
    share_batch_norm(run.network, processes)
    validate = task.validator()
    every = task.validate_every
    with open_diary(folder, run, samples, report, task.measure, writes=processes.first) as diary:
        for batch in diary.waiting(_loader(samples, run.batch, workers, device)):
            diary.note(step(task, run, len(samples), batch, processes))
            advance(run.batch, len(samples))
            if run.batch % every == 0 or run.batch == len(samples):
                diary.validate(validate)
            elif diary.minutes_since_checkpoint >= plan.checkpoint_minutes:
                diary.checkpoint()
    return run


def _one_thread(_: int) -> None:
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def _loader(samples: Batches, first: int, workers: int, device: torch.device) -> DataLoader[Batch]:
    return DataLoader(
        cast("Dataset[Batch]", samples),
        batch_size=None,
        sampler=range(first, len(samples)),
        num_workers=workers,
        prefetch_factor=_PREFETCHED if workers else None,
        worker_init_fn=_one_thread,
        pin_memory=device.type == "cuda",
    )
