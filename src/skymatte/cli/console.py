"""What the commands show: lines, tables and progress bars.  Rich is loaded when something is shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import typer

if TYPE_CHECKING:
    from skymatte.sky.batch import Outcome
    from skymatte.sky.plan import Job

_PLAIN_WIDTH = 200
"""Columns of a table that goes into a file or a pipe."""


def show_json(value: Any) -> None:
    """Print plain values to stdout as JSON, for programs."""
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False, default=str))


def show_error(message: str) -> None:
    """Print an error as one line on stderr."""
    typer.secho("error: ", fg="red", nl=False, err=True)
    typer.echo(" ".join(message.split()), err=True)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """Print a table to stdout, without a header if all columns are unnamed; long cells are folded, never cut."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else _PLAIN_WIDTH)
    table = Table(title=title, box=box.SIMPLE_HEAD, title_justify="left", show_header=any(columns))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


class FolderBars:
    """A progress bar per folder on stderr, with rate and time left.  Listens to a batch.

    Shows nothing if stderr is no terminal or ``quiet`` is set.
    """

    def __init__(self, jobs: Sequence[Job], *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            ProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Rate(ProgressColumn):
            def render(self, task: Any) -> Text:
                return Text(rate(task.finished_speed or task.speed), style="progress.data.speed")

        class Count(MofNCompleteColumn):
            def render(self, task: Any) -> Text:
                return Text(f"{int(task.completed + 1e-6)}/{int(task.total)}", style="progress.download")

        console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            Count(),
            Rate(),
            TimeRemainingColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )
        self._lock = Lock()
        self._seen: dict[Path, float] = {}
        self._tasks = {}
        for folder in dict.fromkeys(job.source.parent for job in jobs):
            total = sum(job.source.parent == folder for job in jobs)
            self._tasks[folder] = self._progress.add_task(str(folder), total=total)

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def progressed(self, job: Job, fraction: float) -> None:
        """Move the bar of the picture's folder on."""
        with self._lock:
            step = fraction - self._seen.get(job.source, 0.0)
            self._seen[job.source] = fraction
            self._progress.advance(self._tasks[job.source.parent], step)

    def ended(self, outcome: Outcome) -> None:
        """Count a picture as over, however it ended."""
        self.progressed(outcome.job, 1.0)


def rate(speed: float | None) -> str:
    """Pictures per second as people say it: ``2.5/s`` or ``4.0 s each``; empty while unknown."""
    if not speed:
        return ""
    return f"{speed:.1f}/s" if speed >= 1 else f"{1 / speed:.1f} s each"
