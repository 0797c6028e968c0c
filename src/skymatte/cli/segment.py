"""``skymatte segment``: pictures in, masks out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from skymatte.cli.console import FolderBars, show_error, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from skymatte.runtime.model import Model
    from skymatte.sky.batch import Outcome

INTERRUPTED = 130


def _open_fraction(value: float | None) -> float | None:
    if value is not None and not 0 < value < 1:
        raise typer.BadParameter("must lie between 0 and 1")
    return value


def segment(
    inputs: Annotated[list[str], typer.Argument(metavar="INPUT", help="Pictures, folders or glob patterns.")],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Folder of the results.  [default: beside each picture]"),
    ] = None,
    recursive: Annotated[
        bool, typer.Option("-r", "--recursive", help="Search folders with their sub-folders.")
    ] = False,
    write: Annotated[
        list[str] | None,
        typer.Option(
            "--write",
            metavar="KINDS",
            help="mask, matte, overlay, embed, cutout, view; separated by commas, or given again."
            "  [default: mask,overlay]",
        ),
    ] = None,
    projection: Annotated[
        Literal["auto", "perspective", "equirectangular", "fisheye"],
        typer.Option("--projection", help="How directions map to pixels; equirectangular wraps left-right."),
    ] = "auto",
    model: Annotated[
        str | None,
        typer.Option("--model", metavar="NAME|FILE.onnx", help="See `skymatte models`.  [default: the built-in one]"),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            callback=_open_fraction,
            help="Matte value from which a pixel is sky.  [default: the model's]",
        ),
    ] = None,
    method: Annotated[
        Literal["fast", "dense"],
        typer.Option("--method", help="fast: coarse, then fine where needed; dense: every patch, with voting."),
    ] = "fast",
    patch: Annotated[int, typer.Option("--patch", min=1, help="Side of the patches of dense, pixels.")] = 224,
    stride: Annotated[int, typer.Option("--stride", min=1, help="Distance of the patches of dense, pixels.")] = 100,
    runtime: Annotated[
        Literal["auto", "cpu", "cuda", "openvino"], typer.Option("--runtime", help="What executes the model.")
    ] = "auto",
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Pictures worked on at the same time.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace outputs that exist.")] = False,
    skip_existing: Annotated[bool, typer.Option("--skip-existing", help="Keep outputs that exist.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for programs.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Find the sky in pictures: mask, overlay, report."""
    if overwrite and skip_existing:
        raise typer.BadParameter("--overwrite and --skip-existing exclude each other", param_hint="--overwrite")
    if method == "dense" and stride > patch:
        raise typer.BadParameter(f"must not exceed --patch {patch}, or gaps stay between", param_hint="--stride")
    kinds = _kinds(write)

    from skymatte.runtime.model import Model
    from skymatte.sky.batch import Existing, Settings, run
    from skymatte.sky.plan import plan

    opened = Model.load(model, runtime)
    settings = Settings(
        kinds=kinds,
        method=method,
        threshold=threshold,
        projection=projection,
        patch=patch,
        stride=stride,
        existing=Existing.OVERWRITE if overwrite else Existing.SKIP if skip_existing else Existing.REFUSE,
    )
    planned = plan(inputs, output.expanduser() if output else None, recursive=recursive)
    with FolderBars(planned, quiet=quiet) as bars:
        outcomes = run(planned, opened, settings, workers=jobs, listener=bars)
    if as_json:
        show_json(_summary(outcomes, opened))
    else:
        _show(outcomes, quiet=quiet)
    raise typer.Exit(_exit_code(outcomes))


def _exit_code(outcomes: Sequence[Outcome]) -> int:
    from skymatte.sky.batch import Status

    statuses = {outcome.status for outcome in outcomes}
    if Status.CANCELLED in statuses:
        return INTERRUPTED
    return 1 if Status.FAILED in statuses else 0


def _kinds(write: Sequence[str] | None) -> tuple[str, ...]:
    """The outputs asked for, in order, each once."""
    from skymatte.sky.outputs import DEFAULT_KINDS, KINDS

    asked = [kind.strip() for group in write or [] for kind in group.split(",") if kind.strip()]
    for kind in asked:
        if kind not in KINDS:
            raise typer.BadParameter(f"unknown output {kind!r}; choose from {', '.join(KINDS)}", param_hint="--write")
    return tuple(dict.fromkeys(asked)) or DEFAULT_KINDS


def _summary(outcomes: Sequence[Outcome], model: Model) -> dict[str, object]:
    """The machine-readable summary of a batch."""
    from skymatte.sky.batch import Status

    return {
        "model": {"name": model.card.name, "sha256": model.sha256},
        "runtime": {"asked": model.runtime_asked, "used": model.runtime_used},
        **{status.value: sum(outcome.status is status for outcome in outcomes) for status in Status},
        "pictures": [
            {
                "input": str(outcome.job.source),
                "status": outcome.status.value,
                "reason": outcome.reason or None,
                "sky_fraction": outcome.report.get("sky_fraction"),
                "outputs": {kind: str(path) for kind, path in outcome.files.items()},
                "warnings": outcome.report.get("warnings", []),
                "seconds": outcome.seconds,
            }
            for outcome in outcomes
        ],
    }


def _show(outcomes: Sequence[Outcome], *, quiet: bool) -> None:
    """One picture: what was found and where it is.  Several: a table.  Quiet: failures only, on stderr."""
    from skymatte.sky.batch import Status

    if quiet or len(outcomes) == 1:
        for outcome in outcomes:
            if outcome.status is Status.FAILED:
                show_error(outcome.reason)
            elif not quiet:
                typer.echo("\n".join(_lines(outcome)))
        return
    rows = []
    for status in Status:
        group = [outcome for outcome in outcomes if outcome.status is status]
        if status is Status.FAILED:
            rows += [("failed", "1", outcome.reason) for outcome in group]
        else:
            reasons = dict.fromkeys(outcome.reason for outcome in group)
            rows += [(status.value, str(sum(each.reason == reason for each in group)), reason) for reason in reasons]
    show_table(("result", "pictures", "reason"), rows)
    typer.echo(", ".join(f"{sum(each.status is status for each in outcomes)} {status.value}" for status in Status))


def _lines(outcome: Outcome) -> Iterator[str]:
    from skymatte.sky.batch import Status

    source = outcome.job.source
    if outcome.status is Status.DONE:
        report = outcome.report
        yield f"{source.name}: {report['sky_fraction']:.1%} sky, {_projection(report)}, {outcome.seconds:.1f} s"
        yield f"  in {outcome.job.folder}: {', '.join(path.name for path in outcome.files.values())}"
        yield from (f"  note: {warning}" for warning in report["warnings"])
    else:
        yield f"{source.name}: {outcome.status.value}, {outcome.reason}"


def _projection(report: dict[str, dict[str, str]]) -> str:
    projection = report["projection"]
    return f"{projection['name']} ({projection['source']})"
