"""Many pictures in one go: one that fails never stops the others."""

from __future__ import annotations

import logging
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import zip_longest
from pathlib import Path
from typing import Any, Protocol

from skymatte.errors import SkymatteError
from skymatte.picture.read import read
from skymatte.runtime.model import Model
from skymatte.runtime.providers import limit_threads
from skymatte.sky import outputs
from skymatte.sky.plan import Job, is_output
from skymatte.sky.segment import segment
from skymatte.sky.stages import Stages, Watch, expected_pixels

_LOG = logging.getLogger(__name__)


class Existing(StrEnum):
    """What to do with a picture whose outputs are there already."""

    REFUSE = "refuse"
    SKIP = "skip"
    OVERWRITE = "overwrite"


class Status(StrEnum):
    """How a picture fared."""

    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is done with every picture; see :func:`skymatte.sky.segment.segment` and ``outputs.KINDS``."""

    kinds: tuple[str, ...] = outputs.DEFAULT_KINDS
    method: str = "fast"
    threshold: float | None = None
    projection: str = "auto"
    patch: int = 224
    stride: int = 100
    edge: str = "fast"
    existing: Existing = Existing.REFUSE


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one picture.

    Attributes:
        job: the picture.
        status: how it fared.
        reason: why it was skipped, failed or cancelled.
        files: what was written, by kind.
        report: what the sidecar holds.
        seconds: time it took, without waiting for others.
    """

    job: Job
    status: Status
    reason: str = ""
    files: dict[str, Path] = field(default_factory=dict)
    report: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0


class Listener(Protocol):
    """Is told how a batch goes on."""

    def progressed(self, job: Job, fraction: float) -> None:
        """A picture is done to this fraction; called from the working threads."""

    def ended(self, outcome: Outcome) -> None:
        """A picture is done, skipped or failed; told in the order of the jobs."""


class CancelledError(Exception):
    """The batch was interrupted; stop at the next safe point."""


def attempt(job: Job, work: Callable[[], Outcome]) -> Outcome:
    """What *work* on a job gives; whatever goes wrong becomes its outcome."""
    try:
        return work()
    except CancelledError:
        return Outcome(job, Status.CANCELLED, "interrupted")
    except SkymatteError as error:
        return Outcome(job, Status.FAILED, str(error))
    except MemoryError:
        return Outcome(job, Status.FAILED, f"{job.source}: not enough memory for this picture")
    except Exception as error:  # noqa: BLE001 - a bug must not cost the other pictures
        _LOG.debug("unexpected error in %s", job.source, exc_info=True)
        first_line = str(error).partition("\n")[0]
        reason = f"{job.source}: unexpected {type(error).__name__}: {first_line}; please report this"
        return Outcome(job, Status.FAILED, reason)


def run(
    jobs: Sequence[Job], model: Model, settings: Settings, *, workers: int = 1, listener: Listener | None = None
) -> list[Outcome]:
    """Work off the jobs: while ``workers`` pictures are segmented, as many are read and as many written.

    Large ones overlap less, so that memory stays bounded (:data:`skymatte.sky.stages.PIXELS_AT_ONCE`).

    Pictures are worked on in threads of their own, so that Ctrl-C, which reaches the calling thread, never falls
    between the renames of one picture's outputs: what is finished stays, what is not leaves no file.

    Returns:
        One outcome per job, in their order.  After Ctrl-C the pictures that were not finished are ``cancelled``.
    """
    stages = Stages(workers)
    batch = _Batch(jobs, model, settings, stages, listener)
    return work_off(jobs, batch.work, batch.cancelled, threads=stages.threads, listener=listener)


def work_off(
    jobs: Sequence[Job],
    work: Callable[[Job], Outcome],
    cancelled: threading.Event,
    *,
    threads: int,
    listener: Listener | None = None,
) -> list[Outcome]:
    """Work off jobs in threads of their own; see :func:`run`.

    Args:
        jobs: in the order in which they begin, and in which the listener is told of them.
        work: one job; never raises.
        cancelled: set at Ctrl-C, for what is in work to stop at its next safe point.
        threads: jobs in work at most.
        listener: told how it goes on.
    """
    limit_threads()
    with ThreadPoolExecutor(threads, thread_name_prefix="skymatte") as pool:
        futures: list[Future[Outcome]] = []
        try:
            futures.extend(pool.submit(work, job) for job in jobs)
            for future in futures:
                outcome = future.result()
                if listener is not None:
                    listener.ended(outcome)
        except KeyboardInterrupt:
            with deaf_to_interrupts():
                cancelled.set()
                pool.shutdown(cancel_futures=True)
    return [_outcome(job, future) for job, future in zip_longest(jobs, futures)]


def _outcome(job: Job, future: Future[Outcome] | None) -> Outcome:
    if future is None or future.cancelled():
        return Outcome(job, Status.CANCELLED, "interrupted")
    return future.result()


@contextmanager
def deaf_to_interrupts() -> Iterator[None]:
    """Hold further Ctrl-C off while pictures in work reach their next safe point and remove what is unfinished."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class _Batch:
    def __init__(
        self, jobs: Sequence[Job], model: Model, settings: Settings, stages: Stages, listener: Listener | None
    ) -> None:
        self.model = model
        self.settings = settings
        self.stages = stages
        self.listener = listener
        self.cancelled = threading.Event()
        self.inputs = {Path(os.path.realpath(job.source)) for job in jobs if not job.problem}

    def work(self, job: Job) -> Outcome:
        """One picture from file to files; whatever goes wrong becomes its outcome."""
        watch = Watch()
        if job.problem:
            return Outcome(job, Status.FAILED, f"{job.source}: {job.problem}")
        if is_output(job.source):
            return Outcome(job, Status.SKIPPED, "is itself a result")
        outcome = attempt(job, lambda: self._segment(job, watch))
        return replace(outcome, seconds=round(watch.seconds, 3))

    def _segment(self, job: Job, watch: Watch) -> Outcome:
        kinds = self.settings.kinds
        present = outputs.existing(job, kinds)
        if present and self.settings.existing is Existing.SKIP:
            kinds = tuple(kind for kind in kinds if kind not in present)
            if not kinds:
                return Outcome(job, Status.SKIPPED, "its outputs exist already")
        outputs.check_targets(job, kinds, self.inputs)
        if present and self.settings.existing is Existing.REFUSE:
            path = next(iter(present.values()))
            return Outcome(job, Status.FAILED, f"{path}: exists already; use --overwrite or --skip-existing")
        with watch.at(self.stages.room.take(expected_pixels(job.source))):
            return self._stages(job, watch, kinds)

    def _stages(self, job: Job, watch: Watch, kinds: tuple[str, ...]) -> Outcome:
        with watch.at(self.stages.reading):
            self._report_progress(job, 0, 1)
            begun = watch.seconds
            picture = read(job.source, projection=self.settings.projection)
            seconds = watch.seconds - begun
        with watch.at(self.stages.finding):
            self._report_progress(job, 0, 1)
            found = segment(
                picture,
                model=self.model,
                method=self.settings.method,
                threshold=self.settings.threshold,
                patch=self.settings.patch,
                stride=self.settings.stride,
                edge=self.settings.edge,
                progress=lambda done, total: self._report_progress(job, done, total),
            )
        found.report["timings"]["read"] = round(seconds, 4)
        with watch.at(self.stages.writing):
            self._report_progress(job, 1, 1)
            files, report = outputs.write(found, job, kinds)
        return Outcome(job, Status.DONE, files=files, report=report)

    def _report_progress(self, job: Job, done: int, total: int) -> None:
        if self.cancelled.is_set():
            raise CancelledError
        if self.listener is not None:
            self.listener.progressed(job, done / total)
