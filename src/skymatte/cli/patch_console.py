"""What the commands that make patch stores share: the extra that they need, and what they print."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

import typer

from skymatte.cli.console import show_table
from skymatte.errors import MissingExtra

if TYPE_CHECKING:
    from skymatte.datasets.store import PatchStore

_MOST_LEAKS = 5


def need_dataset() -> None:
    """Check that the extra ``[dataset]`` is installed.

    Raises:
        MissingExtra: a part of it is not.
    """
    missing = [name for name in ("pydantic", "yaml") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"patches need {', '.join(missing)}: install skymatte with its extra, skymatte[dataset]")


def report_line(line: str) -> None:
    """Print a line of progress on stderr."""
    typer.echo(line, err=True)


def show_store(store: PatchStore) -> None:
    """Print what the patches of a store are made of, and what leaks."""
    from skymatte.datasets.patch_statistics import statistics_table

    columns, rows = statistics_table(store.statistics)
    plan = store.plan
    title = f"{store.folder}: patches of {plan.size} px every {plan.stride} px, split: {plan.split}"
    show_table(columns, rows, title=title)
    leaks = store.leaks
    if leaks:
        more = f" and {len(leaks) - _MOST_LEAKS} more" if len(leaks) > _MOST_LEAKS else ""
        typer.echo(
            f"note: {len(leaks)} place(s) train and validate, which flatters the validation: "
            f"{', '.join(leaks[:_MOST_LEAKS])}{more}"
        )
