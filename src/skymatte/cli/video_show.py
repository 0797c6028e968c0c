"""What ``skymatte video`` shows: a bar while it works, and a summary."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import typer

from skymatte.cli.console import rate

if TYPE_CHECKING:
    from skymatte.video.frame import StreamInfo

_DAMAGES = 5
"""Damaged places that are named; the report names all."""


class VideoBar:
    """A progress bar on stderr, with frames per second and time left.

    Shows nothing if stderr is no terminal or ``quiet`` is set.
    """

    def __init__(self, name: str, *, quiet: bool) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            Progress,
            ProgressColumn,
            TaskProgressColumn,
            TextColumn,
            TimeRemainingColumn,
        )
        from rich.text import Text

        class Rate(ProgressColumn):
            def render(self, task: Any) -> Text:
                return Text(rate(task.finished_speed or task.speed).replace("/s", " fps"), style="progress.data.speed")

        console = Console(stderr=True)
        self._name = name
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(show_speed=False),
            TextColumn("{task.completed:.0f} frames"),
            Rate(),
            TimeRemainingColumn(),
            console=console,
            disable=quiet or not console.is_terminal,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begun(self, info: StreamInfo) -> None:
        """Show the bar: the input is open."""
        self._progress.add_task(self._name, total=info.frames)

    def advanced(self, done: int) -> None:
        """Move the bar to ``done`` frames."""
        self._progress.update(self._progress.task_ids[0], completed=done)


def show_report(report: Mapping[str, Any], *, quiet: bool) -> None:
    """Say how it went; on stderr where the frames themselves go to stdout.  Quiet: damage only, on stderr."""
    on_stderr = quiet or report["output"]["name"] == "-"
    if not quiet:
        for line in _summary(report):
            typer.echo(line, err=on_stderr)
    for line in _damages(report["damaged"]):
        typer.echo(line, err=on_stderr)


def _summary(report: Mapping[str, Any]) -> list[str]:
    sky = report["sky_fraction"]["mean"]
    result = f"{report['done']} frames" + ("" if sky is None else f", {sky:.1%} sky") + f", {report['fps']:.1f} fps"
    if report["output"]["name"] is not None:
        result += f", {report['output']['write']} in {report['output']['name']}"
    if report["dropped"]:
        result += f", {report['dropped']} dropped"
    if report["interrupted"]:
        result += ", interrupted"
    return [f"{report['input']['name']}: {result}", *(f"  note: {each}" for each in report["warnings"])]


def _damages(damaged: Mapping[str, Any]) -> list[str]:
    named = [f"  damaged at {each['time']:.3f} s: {each['what']}" for each in damaged["first"][:_DAMAGES]]
    more = damaged["count"] - len(named)
    return [*named, f"  and {more} more damaged places; --report names them"] if more else named
