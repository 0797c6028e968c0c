"""``skymatte train``: a model from a recipe."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.training_common import Folder, Overrides, RecipeName, need_training


def train(
    recipe: RecipeName,
    data: Annotated[
        Path,
        typer.Option(
            "--data",
            help="What to learn from. Recipes of views: a folder with hdri/ (manifest.csv, pictures, labels) and "
            "video/. Recipes of patches: a patch store, or any data set that `skymatte dataset info` knows. Other "
            "recipes: a folder that holds what they name.",
        ),
    ],
    output: Folder,
    overrides: Overrides = None,
    workers: Annotated[int, typer.Option(min=0, help="Processes that prepare samples.")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads of the network.")] = 2,
) -> None:
    """Train a model from a recipe; stopped runs go on where they were."""
    need_training()
    from skymatte.cli.run_progress import RunProgress
    from skymatte.training.kinds import load_plan
    from skymatte.training.run import train_recipe

    chosen = load_plan(recipe, tuple(overrides or ()))
    with RunProgress(chosen.name) as progress:
        train_recipe(
            chosen,
            data,
            output,
            workers=workers,
            threads=threads,
            report=progress.line,
            advance=progress.advanced,
        )
