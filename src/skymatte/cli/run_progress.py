"""A training run on stderr: a bar below its lines where it is a terminal, else the lines alone."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import typer


class RunProgress:
    """Shows the bar of one run from the first batch on."""

    def __init__(self, name: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        console = Console(stderr=True)
        self._name = name
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def line(self, text: str) -> None:
        """Print a line, above the bar."""
        if self._progress.disable:
            typer.echo(text, err=True)
        else:
            self._progress.console.print(text, markup=False, highlight=False, soft_wrap=True)

    def advanced(self, done: int, total: int) -> None:
        """Move the bar to ``done`` of ``total`` batches."""
        if not self._progress.task_ids:
            self._progress.add_task(self._name, total=total)
        self._progress.update(self._progress.task_ids[0], completed=done)
