"""What ``skymatte train`` and ``skymatte export`` share: their arguments, their extra, their lines of progress."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from skymatte.errors import MissingExtra

Folder = Annotated[Path, typer.Option("-o", "--output", help="Folder of the run: checkpoints, TensorBoard, model.")]
Overrides = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SECTION.KEY=VALUE]...", help="Values in place of the recipe's: optimiser.rate=1e-4"),
]
RecipeName = Annotated[str, typer.Argument(help="A built-in recipe's name, or a YAML file.")]


def need_training() -> None:
    """Check that the extra ``[train]`` is installed.

    Raises:
        MissingExtra: a part of it is not.
    """
    missing = [name for name in ("torch", "onnx", "tensorboard") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"training needs {', '.join(missing)}: install skymatte with its extra, skymatte[train]")


def report_line(line: str) -> None:
    """Print a line of progress on stderr."""
    typer.echo(line, err=True)
