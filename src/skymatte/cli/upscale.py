"""``skymatte upscale``: pictures and videos at two, three or four times their size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from skymatte.cli.console import FolderBars, show_error
from skymatte.cli.segment import exit_code
from skymatte.cli.segment_show import show_many

if TYPE_CHECKING:
    from skymatte.sky.batch import Outcome


def _possible(value: int) -> int:
    from skymatte.runtime.superres_card import SCALES

    if value not in SCALES:
        raise typer.BadParameter(f"{value} is not possible; choose {', '.join(map(str, SCALES))}")
    return value


def upscale(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Pictures, videos, folders or glob patterns.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Folder of the results.  [default: beside each input]"),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("-r", "--recursive", help="Search folders with their sub-folders.")
    ] = False,
    scale: Annotated[
        int, typer.Option("--scale", callback=_possible, metavar="2|3|4", help="How many times larger.")
    ] = 2,
    method: Annotated[
        Literal["dcscn", "bicubic", "segmentation-guided", "joint"],
        typer.Option(
            "--method",
            help="dcscn: a network; segmentation-guided: the same, told where the sky is; joint: a network that finds "
            "the sky, too, 4 times larger: <stem>.x4.mask.png.",
        ),
    ] = "dcscn",
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="NAME|FILE.onnx", help="See `skymatte models`.  [default: the built-in one of the scale]"
        ),
    ] = None,
    projection: Annotated[
        Literal["auto", "perspective", "equirectangular"],
        typer.Option("--projection", help="equirectangular pictures wrap left-right."),
    ] = "auto",
    runtime: Annotated[
        Literal["auto", "cpu", "cuda", "tensorrt", "tensorrt-fp16", "openvino"],
        typer.Option("--runtime", help="What executes the model."),
    ] = "auto",
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Files worked on at the same time.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace results that exist.")] = False,
    skip_existing: Annotated[bool, typer.Option("--skip-existing", help="Keep results that exist.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Make pictures and videos two, three or four times larger: <stem>.x2.<ext>."""
    if overwrite and skip_existing:
        raise typer.BadParameter("--overwrite and --skip-existing exclude each other", param_hint="--overwrite")
    if method == "bicubic" and model is not None:
        raise typer.BadParameter("bicubic interpolation takes no model", param_hint="--model")

    from skymatte.sky.batch import Existing
    from skymatte.sky.plan import plan
    from skymatte.superres.batch import Settings, run
    from skymatte.superres.method import open_method

    opened = open_method(method, scale, model, runtime)
    existing = Existing.OVERWRITE if overwrite else Existing.SKIP if skip_existing else Existing.REFUSE
    planned = plan(inputs, output.expanduser() if output else None, recursive=recursive)
    with FolderBars(planned, quiet=quiet) as bars:
        settings = Settings(projection=projection, existing=existing)
        outcomes = run(planned, opened, settings, workers=jobs, listener=bars)
    _show(outcomes, quiet=quiet)
    raise typer.Exit(exit_code(outcomes))


def _show(outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    """One file: what became of it.  Several: a table, and what is to be known of each.  Quiet: failures only."""
    from skymatte.sky.batch import Status

    if quiet or len(outcomes) == 1:
        for outcome in outcomes:
            if outcome.status is Status.FAILED:
                show_error(outcome.reason)
            elif not quiet:
                typer.echo("\n".join(_lines(outcome)))
        return
    show_many(outcomes)
    for outcome in outcomes:
        for note in outcome.report.get("warnings", ()):
            typer.echo(f"  note: {outcome.job.source.name}: {note}")


def _lines(outcome: Outcome) -> Iterator[str]:
    from skymatte.sky.batch import Status

    source = outcome.job.source
    if outcome.status is Status.DONE:
        yield f"{source.name}: {', '.join(map(str, outcome.files.values()))}, {outcome.seconds:.1f} s"
        yield from (f"  note: {note}" for note in outcome.report["warnings"])
    else:
        yield f"{source.name}: {outcome.status.value}, {outcome.reason}"
