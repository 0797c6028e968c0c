"""``skymatte segment``: pictures in, masks out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from skymatte.cli.console import FolderBars, show_error, show_json
from skymatte.cli.segment_show import show_outcomes, show_ranking

if TYPE_CHECKING:
    from collections.abc import Sequence

    from skymatte.runtime.model import Model
    from skymatte.sky.batch import Outcome
    from skymatte.sky.ranking import Ranked

INTERRUPTED = 130


def open_fraction(value: float | None) -> float | None:
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
            help="mask, matte, overlay, embed, cutout, view, confidence, horizon; separated by commas, or given again."
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
            callback=open_fraction,
            help="Matte value from which a pixel is sky.  [default: the model's]",
        ),
    ] = None,
    method: Annotated[
        Literal["fast", "dense"],
        typer.Option("--method", help="fast: coarse, then fine where needed; dense: every patch, with voting."),
    ] = "fast",
    patch: Annotated[int, typer.Option("--patch", min=1, help="Side of the patches of dense, pixels.")] = 224,
    stride: Annotated[int, typer.Option("--stride", min=1, help="Distance of the patches of dense, pixels.")] = 100,
    edge: Annotated[
        Literal["fast", "fine"],
        typer.Option("--edge", help="How the edge is drawn from the picture's colours; fine takes longer."),
    ] = "fast",
    runtime: Annotated[
        Literal["auto", "cpu", "cuda", "tensorrt", "tensorrt-fp16", "openvino"],
        typer.Option("--runtime", help="What executes the model."),
    ] = "auto",
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="Pictures worked on at the same time.")] = 1,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace outputs that exist.")] = False,
    skip_existing: Annotated[bool, typer.Option("--skip-existing", help="Keep outputs that exist.")] = False,
    report: Annotated[
        bool, typer.Option("--report", help="Print what is known of each sky: shares, horizon, sun, confidence.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a summary for programs.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Find the sky in pictures: mask, overlay, report."""
    if overwrite and skip_existing:
        raise typer.BadParameter("--overwrite and --skip-existing exclude each other", param_hint="--overwrite")
    if method == "dense" and stride > patch:
        raise typer.BadParameter(f"must not exceed --patch {patch}, or gaps stay between", param_hint="--stride")
    if report and quiet:
        raise typer.BadParameter("--report and --quiet exclude each other", param_hint="--report")
    kinds = _kinds(write)

    from skymatte.runtime.model import Model
    from skymatte.sky.batch import Existing, Settings, run
    from skymatte.sky.plan import plan
    from skymatte.sky.ranking import known_reports, rank

    opened = Model.load(model, runtime)
    settings = Settings(
        kinds=kinds,
        method=method,
        threshold=threshold,
        projection=projection,
        patch=patch,
        stride=stride,
        edge=edge,
        existing=Existing.OVERWRITE if overwrite else Existing.SKIP if skip_existing else Existing.REFUSE,
    )
    folder = output.expanduser() if output else None
    planned = plan(inputs, folder, recursive=recursive)
    with FolderBars(planned, quiet=quiet) as bars:
        outcomes = run(planned, opened, settings, workers=jobs, listener=bars)
    reports = known_reports(outcomes)
    ranked = rank(reports) if len(reports) > 1 else []
    if as_json:
        show_json(_summary(outcomes, opened, ranked, reports=report))
    else:
        show_outcomes(outcomes, quiet=quiet, report=report)
        if not quiet:
            show_ranking(ranked)
    written = _write_ranking(outcomes, inputs, folder, ranked)
    raise typer.Exit(exit_code(outcomes) or (0 if written else 1))


def _write_ranking(
    outcomes: Sequence[Outcome], inputs: Sequence[str], output: Path | None, ranked: Sequence[Ranked]
) -> bool:
    """Whether the ranking, if there is one, could be written."""
    from skymatte.errors import OutputError
    from skymatte.sky.ranking import ranking_folder, write_ranking

    folder = ranking_folder([outcome.job for outcome in outcomes], inputs, output)
    if ranked and folder is not None:
        try:
            write_ranking(folder, ranked)
        except OutputError as error:
            show_error(str(error))
            return False
    return True


def exit_code(outcomes: Sequence[Outcome]) -> int:
    """What the program ends with after a batch."""
    from skymatte.sky.batch import Status

    statuses = {outcome.status for outcome in outcomes}
    if Status.CANCELLED in statuses:
        return INTERRUPTED
    return 1 if Status.FAILED in statuses else 0


def _kinds(write: Sequence[str] | None) -> tuple[str, ...]:
    """The files asked for, in order, each once."""
    from skymatte.sky.outputs import DEFAULT_KINDS, KINDS, expanded

    asked = [kind.strip() for group in write or [] for kind in group.split(",") if kind.strip()]
    for kind in asked:
        if kind not in KINDS:
            raise typer.BadParameter(f"unknown output {kind!r}; choose from {', '.join(KINDS)}", param_hint="--write")
    return expanded(asked or DEFAULT_KINDS)


def _summary(
    outcomes: Sequence[Outcome], model: Model, ranked: Sequence[Ranked], *, reports: bool
) -> dict[str, object]:
    """The machine-readable summary of a batch, on request with the reports of its pictures."""
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
                **({"report": outcome.report} if reports else {}),
            }
            for outcome in outcomes
        ],
        "look_first": [
            {"input": str(each.picture), "score": each.score, "reasons": list(each.reasons)} for each in ranked
        ],
    }
