"""``skymatte train``: a model from a recipe."""

from __future__ import annotations

from typing import Annotated

import typer

from skymatte.cli.training_common import Data, Folder, RecipeName, need_training, report_line


def train(
    recipe: RecipeName,
    data: Data,
    output: Folder,
    workers: Annotated[int, typer.Option(min=0, help="Processes that prepare views.")] = 2,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads of the network.")] = 2,
) -> None:
    """Train a model from a recipe; stopped runs go on where they were."""
    need_training()
    from skymatte.training.recipe import load_recipe
    from skymatte.training.run import train_recipe

    train_recipe(load_recipe(recipe), data, output, workers=workers, threads=threads, report=report_line)
