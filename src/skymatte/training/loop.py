"""The training loop: one run from a recipe, resumable at any moment, that one can read in one sitting."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import torch
from torch import Tensor
from torch.utils.data import DataLoader

from skymatte.datasets.patch_samples import Patches, PatchSamples
from skymatte.datasets.samples import Samples
from skymatte.datasets.sources import Source
from skymatte.training.batch_norm import share_batch_norm
from skymatte.training.checkpoint import BEST, LATEST, Run
from skymatte.training.device import device_of
from skymatte.training.diary import open_diary
from skymatte.training.material import check_size, samples_of, validate_every, validator_of
from skymatte.training.processes import Processes
from skymatte.training.recipe import Recipe
from skymatte.training.start import new_run, transfer
from skymatte.training.step import step

__all__ = ["BEST", "LATEST", "Run", "train"]

_PREFETCHED = 4
_ALONE = Processes()


def _unheard(_: int, __: int) -> None:
    pass


def train(
    recipe: Recipe,
    training: Sequence[Source] | Patches,
    validation: Sequence[Source] | Patches,
    folder: Path,
    *,
    workers: int,
    report: Callable[[str], None],
    advance: Callable[[int, int], None] = _unheard,
    processes: Processes = _ALONE,
) -> Run:
    """Train to the recipe's end, or go on from ``folder/latest.pt``.

    Args:
        recipe: what to do.
        training: what samples are made of: pictures where the recipe's data are views, else patches.
        validation: whole pictures or patches; the best checkpoint is chosen by their IoU.  Without any, ``best.pt`` is
            the last.
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
    device = device_of(recipe.device)
    samples = samples_of(recipe, training, (processes.rank, processes.count))
    run = new_run(recipe, samples.pictures(), device)
    check_size(samples, run.network)
    if (folder / LATEST).exists():
        run.load(folder / LATEST)
        report(f"going on from batch {run.batch} of {len(samples)}")
    elif (start := transfer(run, recipe, folder.parent)) is not None:
        report(f"starting from the weights of {start}")
    processes.wait()  # nobody writes a checkpoint before everybody has read the old one
    share_batch_norm(run.network, processes)
    validate = validator_of(recipe, validation)
    every = validate_every(recipe, samples)
    with open_diary(folder, run, samples, report, writes=processes.first) as diary:
        for batch in diary.waiting(_loader(samples, run.batch, workers, device)):
            diary.note(step(run, recipe, len(samples), batch, processes))
            advance(run.batch, len(samples))
            if run.batch % every == 0 or run.batch == len(samples):
                diary.validate(validate)
            elif diary.minutes_since_checkpoint >= recipe.checkpoint_minutes:
                diary.checkpoint()
    return run


def _one_thread(_: int) -> None:
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def _loader(
    samples: Samples | PatchSamples, first: int, workers: int, device: torch.device
) -> DataLoader[tuple[Tensor, Tensor, Tensor]]:
    return DataLoader(
        samples,
        batch_size=None,
        sampler=range(first, len(samples)),
        num_workers=workers,
        prefetch_factor=_PREFETCHED if workers else None,
        worker_init_fn=_one_thread,
        pin_memory=device.type == "cuda",
    )
