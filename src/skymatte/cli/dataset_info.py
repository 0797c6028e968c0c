"""``skymatte dataset info``: what a folder of labelled pictures holds, and what is wrong with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skymatte.cli.console import show_error, show_json, show_table

if TYPE_CHECKING:
    from skymatte.datasets.inspection import Inspection


def info(
    folder: Annotated[Path, typer.Argument(metavar="DATA", help="Folder of a data set.", show_default=False)],
    quick: Annotated[
        bool, typer.Option("--quick", help="List only: open no picture, so sizes and values go unchecked.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")] = False,
) -> None:
    """Say what a folder of labelled pictures is recognised as, count what it holds, and name everything wrong in it."""
    from rich.console import Console
    from rich.progress import Progress

    from skymatte.datasets.inspection import inspect

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("reading", total=None)
        inspection = inspect(
            folder, opening=not quick, progress=lambda done, of: progress.update(task, completed=done, total=of)
        )
    if as_json:
        show_json({"folder": str(folder), **inspection.plain()})
    else:
        _show(folder, inspection)
    for problem in inspection.problems:
        show_error(problem)
    if inspection.problems:
        raise typer.Exit(1)


def _show(folder: Path, inspection: Inspection) -> None:
    title = f"{folder}: {inspection.layout}, {inspection.pictures:,} pictures of {inspection.places:,} places"
    rows = [
        (
            group.split or "–",
            group.stratum,
            group.licence or "not stated",
            f"{group.pictures:,}",
            f"{group.places:,}",
            _percent(group.sky),
            _percent(group.ignored),
            "" if group.without_sky is None else f"{group.without_sky:,}",
        )
        for group in inspection.groups
    ]
    columns = ("split", "stratum", "licence", "pictures", "places", "sky", "ignored", "without sky")
    show_table(columns, rows, title=title)
    for note in inspection.notes:
        typer.echo(f"note: {note}")
    typer.echo(f"{len(inspection.problems)} problem(s)")


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.1%}"
