"""``skymatte train`` and ``skymatte export``: a model from a recipe."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from skymatte.errors import MissingExtra

Data = Annotated[Path, typer.Option("--data", help="Folder with hdri/ (manifest.csv, pictures, labels) and video/.")]
Folder = Annotated[Path, typer.Option("-o", "--output", help="Folder of the run: checkpoints, TensorBoard, model.")]
RecipeName = Annotated[str, typer.Argument(help="A built-in recipe's name, or a YAML file.")]


def _need_torch() -> None:
    missing = [name for name in ("torch", "onnx", "tensorboard") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"training needs {', '.join(missing)}: install skymatte with its extra, skymatte[train]")


def _report(line: str) -> None:
    typer.echo(line, err=True)


def train(
    recipe: RecipeName,
    data: Data,
    output: Folder,
    workers: Annotated[int, typer.Option(min=0, help="Processes that prepare views.")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads of the network.")] = 2,
) -> None:
    """Train a model from a recipe; stopped runs go on where they were."""
    _need_torch()
    from skymatte.training.recipe import load_recipe
    from skymatte.training.run import train_recipe

    train_recipe(load_recipe(recipe), data, output, workers=workers, threads=threads, report=_report)


def export(
    recipe: RecipeName,
    data: Data,
    output: Folder,
    target: Annotated[Path, typer.Argument(help="The .onnx file to write.")],
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="Checkpoint to export; several are averaged. Default: the run's best.")
    ] = None,
) -> None:
    """Write the best checkpoint of a run, or the mean of several, as an ONNX model with its card."""
    _need_torch()
    from skymatte.training.recipe import load_recipe
    from skymatte.training.run import best_checkpoint, export_run, validation_sources

    chosen = checkpoint or [best_checkpoint(output)]
    export_run(load_recipe(recipe), validation_sources(data), chosen, target, report=_report)
