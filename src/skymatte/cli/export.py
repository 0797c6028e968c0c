"""``skymatte export``: a run's checkpoint as a model file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.training_common import Folder, Overrides, RecipeName, need_training, report_line
from skymatte.training.precision import Precision


def export(
    recipe: RecipeName,
    target: Annotated[Path, typer.Argument(help="The .onnx file to write, or a .pt with weights to start from.")],
    data: Annotated[Path, typer.Option("--data", help="What the run learnt from, as `skymatte train` takes it.")],
    output: Folder,
    overrides: Overrides = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="Checkpoint to export; several are averaged. Default: the run's best.")
    ] = None,
    precision: Annotated[
        Precision,
        typer.Option(help="fp16 halves the file, int8 quarters it; what that costs in accuracy is measured and said."),
    ] = Precision.FP32,
) -> None:
    """Write the best checkpoint of a run, or the mean of several, as an ONNX model with its card."""
    need_training()
    from skymatte.training.export import average, write_weights
    from skymatte.training.recipe import load_recipe
    from skymatte.training.reduced import export_reduced, validation_of
    from skymatte.training.run import best_checkpoint, export_run

    plan = load_recipe(recipe, tuple(overrides or ()))
    chosen = checkpoint or [best_checkpoint(output)]
    if target.suffix == ".pt":
        if precision is not Precision.FP32:
            raise typer.BadParameter(f"weights to start from have one format; {precision} is for .onnx files")
        write_weights(average(chosen), target)
        report_line(f"{target}: {target.stat().st_size / 1e6:.1f} MB, to start from: network.start={target}")
    elif precision is Precision.FP32:
        export_run(plan, validation_of(plan, data, output, report_line), chosen, target, report=report_line)
    else:
        export_reduced(plan, data, output, chosen, target, precision, report=report_line)
