"""``skymatte export``: a run's checkpoint as a model file, or a model file for TensorRT."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.export_tensorrt import TensorrtSizes, write_for_tensorrt
from skymatte.cli.training_common import Overrides, need_training, report_line
from skymatte.training.precision import Precision


def export(
    recipe: Annotated[
        str,
        typer.Argument(
            metavar="RECIPE|MODEL",
            help="A built-in recipe's name, or a YAML file; with --tensorrt a built-in model's name, or an .onnx file.",
        ),
    ],
    target: Annotated[Path, typer.Argument(help="The .onnx file to write, or a .pt with weights to start from.")],
    overrides: Overrides = None,
    data: Annotated[
        Path | None, typer.Option("--data", help="What the run learnt from, as `skymatte train` takes it.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", help="Folder of the run: checkpoints, TensorBoard, model.")
    ] = None,
    checkpoint: Annotated[
        list[Path] | None, typer.Option(help="Checkpoint to export; several are averaged. Default: the run's best.")
    ] = None,
    precision: Annotated[
        Precision,
        typer.Option(help="fp16 halves the file, int8 quarters it; what that costs in accuracy is measured and said."),
    ] = Precision.FP32,
    tensorrt: Annotated[
        bool, typer.Option("--tensorrt", help="Write MODEL as TensorRT takes it, and say how to build its engine.")
    ] = False,
    size: Annotated[
        str | None, typer.Option(metavar="WxH", help="With --tensorrt: the one size of the network's input.")
    ] = None,
    least: Annotated[
        str | None, typer.Option("--min", metavar="WxH", help="With --tensorrt, in place of --size: the smallest …")
    ] = None,
    best: Annotated[str | None, typer.Option("--opt", metavar="WxH", help="… the usual …")] = None,
    most: Annotated[str | None, typer.Option("--max", metavar="WxH", help="… and the largest size.")] = None,
) -> None:
    """Write the best checkpoint of a run, or the mean of several, as an ONNX model with its card.

    With --tensorrt: write a model file in the form that TensorRT takes.
    """
    sizes = TensorrtSizes(size, least, best, most)
    if tensorrt:
        _refuse({"--data": data, "-o": output, "--checkpoint": checkpoint, "SECTION.KEY=VALUE": overrides}, "a run")
        write_for_tensorrt(recipe, target, sizes, precision)
        return
    _refuse(sizes.named(), "--tensorrt")
    if data is None or output is None:
        missing, what = ("--data", "what the run learnt from") if data is None else ("-o", "the folder of the run")
        raise typer.BadParameter(f"missing: {what}", param_hint=missing)
    _export_run(recipe, target, tuple(overrides or ()), data, output, checkpoint, precision)


def _refuse(given: dict[str, object], belongs_to: str) -> None:
    for name, value in given.items():
        if value:
            raise typer.BadParameter(f"goes with {belongs_to} only", param_hint=name)


def _export_run(
    recipe: str,
    target: Path,
    overrides: tuple[str, ...],
    data: Path,
    output: Path,
    checkpoint: list[Path] | None,
    precision: Precision,
) -> None:
    need_training()
    from skymatte.training.export import average, write_weights
    from skymatte.training.kinds import export_model, load_plan
    from skymatte.training.run import best_checkpoint

    plan = load_plan(recipe, overrides)
    chosen = checkpoint or [best_checkpoint(output)]
    if target.suffix == ".pt":
        if precision is not Precision.FP32:
            raise typer.BadParameter(f"weights to start from have one format; {precision} is for .onnx files")
        write_weights(average(chosen), target)
        report_line(f"{target}: {target.stat().st_size / 1e6:.1f} MB, to start from: network.start={target}")
    else:
        export_model(plan, data, output, chosen, target, precision, report=report_line)
