"""``skymatte export``: a run's checkpoint as a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.training_common import Data, Folder, RecipeName, need_training, report_line


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
    need_training()
    from skymatte.training.recipe import load_recipe
    from skymatte.training.run import best_checkpoint, export_run, validation_sources

    chosen = checkpoint or [best_checkpoint(output)]
    export_run(load_recipe(recipe), validation_sources(data), chosen, target, report=report_line)
