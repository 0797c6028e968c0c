"""What is written while a run goes on: checkpoints, lines of progress, TensorBoard, and where the time went."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from torch.utils.tensorboard import SummaryWriter

from skymatte.training.checkpoint import BEST, LATEST, Run
from skymatte.training.report import lines_of, log_validation
from skymatte.training.task import Batches, Report, Validator
from skymatte.training.validation import Validation

_LOG_EVERY = 20

Item = TypeVar("Item")


class Diary:
    """Keeps the books of one run.  Only the first of several processes has a board; the others write nothing."""

    def __init__(
        self,
        folder: Path,
        run: Run,
        samples: Batches,
        report: Report,
        measure: str,
        board: SummaryWriter | None,
    ) -> None:
        self._folder, self._run, self._samples, self._report, self._board = folder, run, samples, report, board
        self._measure = measure
        now = time.monotonic()
        self._begun, self._saved, self._logged = now - run.seconds, now, now
        self._turned, self._waited, self._worked = now, 0.0, 0.0
        self._losses: list[float] = []

    def waiting(self, batches: Iterable[Item]) -> Iterator[Item]:
        """The batches; the time until each is there counts as waiting, the time from there to ``note`` as work."""
        self._turned = time.monotonic()
        for batch in batches:
            now = time.monotonic()
            self._waited += now - self._turned
            self._turned = now
            yield batch
            self._turned = time.monotonic()

    def note(self, loss: float) -> None:
        """Count a batch that has just been learnt."""
        run = self._run
        self._worked += time.monotonic() - self._turned
        run.batch += 1
        run.busy = self._worked / max(1e-9, self._worked + self._waited)
        self._losses.append(loss)
        if run.batch % _LOG_EVERY == 0 or run.batch == len(self._samples):
            self._log()

    def _log(self) -> None:
        run, now = self._run, time.monotonic()
        loss = sum(self._losses) / len(self._losses)
        speed = len(self._losses) * self._samples.batch / (now - self._logged)
        if self._board is not None:
            self._board.add_scalar("loss", loss, run.batch)
            self._board.add_scalar("rate", run.optimiser.param_groups[0]["lr"], run.batch)
        self._report(
            f"batch {run.batch}/{len(self._samples)}  loss {loss:.4f}  {speed:.1f} samples/s  "
            f"network busy {run.busy:.0%}"
        )
        self._losses, self._logged = [], now

    def validate(self, validator: Validator | None) -> None:
        """Score the averaged network, and write checkpoints; without a validator the last is the best."""
        if self._board is None:
            return
        if validator is None:
            self.checkpoint(BEST)
        else:
            self._choose(validator(self._run.average), self._board)
        self.checkpoint()
        self._losses, self._logged = [], time.monotonic()

    def _choose(self, validation: Validation, board: SummaryWriter) -> None:
        run = self._run
        log_validation(board, validation, self._measure, run.batch)
        if validation.score > run.best:
            run.best = validation.score
            self.checkpoint(BEST)
        for line in lines_of(validation, run.batch, run.best):
            self._report(line)

    @property
    def minutes_since_checkpoint(self) -> float:
        """Since this process last wrote one, or began."""
        return (time.monotonic() - self._saved) / 60

    def checkpoint(self, name: str = LATEST) -> None:
        """Write the run's state into its folder."""
        if self._board is None:
            return
        self._run.seconds = time.monotonic() - self._begun
        self._run.save(self._folder / name)
        self._saved = time.monotonic()

    def summarise(self) -> None:
        """Say where the time went."""
        if self._worked:
            spent = self._worked + self._waited
            self._report(
                f"network busy {self._run.busy:.1%} of {spent:.0f} s of training; it waited {self._waited:.1f} s for "
                "batches"
            )


@contextmanager
def open_diary(
    folder: Path,
    run: Run,
    samples: Batches,
    report: Report,
    measure: str,
    *,
    writes: bool,
) -> Iterator[Diary]:
    """Keep the books of a run from its present batch on; what TensorBoard had beyond it is taken back.

    ``measure`` is what the validation's score is called.
    """
    if not writes:
        yield Diary(folder, run, samples, report, measure, None)
        return
    for left in folder.glob(".*.pt"):
        left.unlink()  # checkpoints that a kill left half-written
    with SummaryWriter(str(folder), purge_step=run.batch + 1 if run.batch else None) as board:
        diary = Diary(folder, run, samples, report, measure, board)
        yield diary
        diary.summarise()
