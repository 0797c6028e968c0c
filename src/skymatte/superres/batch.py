"""Many files made larger in one go: one that fails never stops the others."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from skymatte.errors import OutputError
from skymatte.picture.read import SUFFIXES
from skymatte.sky.batch import CancelledError, Existing, Listener, Outcome, Status, attempt, work_off
from skymatte.sky.plan import Job
from skymatte.sky.stages import Watch
from skymatte.superres.files import target_suffix, upscale_file
from skymatte.superres.joint import mask_of
from skymatte.superres.method import Method

_RESULT = re.compile(r"(.+)\.x[234]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is done with every file.

    Attributes:
        projection: of pictures.
        existing: what is done where a result is there already.
    """

    projection: str = "auto"
    existing: Existing = Existing.REFUSE


def run(
    jobs: Sequence[Job],
    method: Method,
    settings: Settings | None = None,
    *,
    workers: int = 1,
    listener: Listener | None = None,
) -> list[Outcome]:
    """Make files larger, ``workers`` at the same time.

    Returns:
        One outcome per job, in their order.  After Ctrl-C the files that were not finished are ``cancelled``; what is
        finished stays, what is not leaves no file.
    """
    batch = _Batch(jobs, method, settings or Settings(), listener)
    return work_off(jobs, batch.work, batch.cancelled, threads=workers, listener=listener)


def result_of(job: Job, scale: int) -> Path:
    """The large picture or video that a job becomes: ``<name>.x2.png``."""
    return job.output(f".x{scale}{target_suffix(job.source)}")


def is_result(path: Path) -> bool:
    """Whether a file is itself a result: named like one, with a picture of that name beside it."""
    named = _RESULT.fullmatch(path.stem)
    return named is not None and any(path.with_name(named[1] + suffix).exists() for suffix in SUFFIXES)


class _Batch:
    def __init__(self, jobs: Sequence[Job], method: Method, settings: Settings, listener: Listener | None) -> None:
        self.method = method
        self.settings = settings
        self.listener = listener
        self.cancelled = threading.Event()
        self.inputs = {
            Path(os.path.realpath(job.source)) for job in jobs if not job.problem and not is_result(job.source)
        }

    def work(self, job: Job) -> Outcome:
        """One file; whatever goes wrong becomes its outcome."""
        watch = Watch()
        if job.problem:
            return Outcome(job, Status.FAILED, f"{job.source}: {job.problem}")
        if is_result(job.source):
            return Outcome(job, Status.SKIPPED, "is itself a result")
        outcome = attempt(job, lambda: self._upscale(job))
        return replace(outcome, seconds=round(watch.seconds, 3))

    def _upscale(self, job: Job) -> Outcome:
        files = _results(job, self.method)
        present = [path for path in files.values() if os.path.lexists(path)]
        if present and self.settings.existing is Existing.SKIP:
            return Outcome(job, Status.SKIPPED, "its result exists already")
        if present and self.settings.existing is Existing.REFUSE:
            raise OutputError(f"{present[0]}: exists already; use --overwrite or --skip-existing")
        for path in files.values():
            if Path(os.path.realpath(path)) in self.inputs:
                raise OutputError(f"{path}: would replace an input; choose another folder with -o")
        target = files["picture"]
        self._report_progress(job, 0, 1)
        _make(target.parent)
        notes = upscale_file(
            job.source,
            target,
            self.method,
            projection=self.settings.projection,
            progress=partial(self._report_progress, job),
        )
        return Outcome(job, Status.DONE, files=files, report={"warnings": notes})

    def _report_progress(self, job: Job, done: int, total: int) -> None:
        if self.cancelled.is_set():
            raise CancelledError
        if self.listener is not None:
            self.listener.progressed(job, done / total)


def _results(job: Job, method: Method) -> dict[str, Path]:
    """The files that a job becomes, by kind."""
    target = result_of(job, method.scale)
    return {"picture": target} if method.joint is None else {"picture": target, "mask": mask_of(target)}


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}; choose another folder with -o") from None
