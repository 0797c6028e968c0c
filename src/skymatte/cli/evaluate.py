"""``skymatte evaluate``: how good masks and mattes are."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from skymatte.cli.console import show_error, show_json, show_table

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from skymatte.masks.metrics import FolderScores, Measure


def evaluate(
    predictions: Annotated[Path, typer.Argument(metavar="PRED", help="Mask or matte, or a folder of them.")],
    labels: Annotated[
        Path, typer.Argument(metavar="LABELS", help="Label (255 sky, 0 non-sky, 128 ignore), or a folder of them.")
    ],
    threshold: Annotated[
        float | None,
        typer.Option("--threshold", help="Matte value from which a pixel is sky.  [default: the mask's own, else 0.5]"),
    ] = None,
    projection: Annotated[
        Literal["auto", "perspective", "equirectangular", "fisheye"],
        typer.Option("--projection", help="equirectangular adds the solid-angle IoU; auto: the report's, or by shape."),
    ] = "auto",
    csv_file: Annotated[Path | None, typer.Option("--csv", metavar="FILE", help="Write the scores as CSV too.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the scores for programs.")] = False,
) -> None:
    """Compare masks or mattes with labels: every measure per picture, their mean and the worst."""
    if threshold is not None and not 0 < threshold <= 1:
        raise typer.BadParameter("must lie between 0 and 1", param_hint="--threshold")

    from skymatte.errors import SkymatteError
    from skymatte.masks.evaluation import evaluate_pair
    from skymatte.masks.matching import match
    from skymatte.masks.metrics import sum_up

    matches = match(predictions.expanduser(), labels.expanduser())
    failed = dict(matches.missing)
    scored = []
    for pair in matches.pairs:
        try:
            scored.append(evaluate_pair(pair, threshold=threshold, projection=projection))
        except SkymatteError as error:
            failed[pair.name] = str(error)
    scores = sum_up(scored)
    if csv_file is not None:
        _write_csv(csv_file.expanduser(), scores)
    if as_json:
        show_json(_as_json(scores, failed))
    elif scored:
        _show(scores)
    for reason in failed.values():
        show_error(reason)
    if failed:
        raise typer.Exit(1)


def _show(scores: FolderScores) -> None:
    from skymatte.masks.metrics import MEASURES

    measured = [measure for measure in MEASURES if any(measure.key in each.values for each in scores.pictures)]
    for title, group in (
        ("mask", [measure for measure in measured if not measure.matte]),
        ("matte (SAD, Grad, Conn in thousands)", [measure for measure in measured if measure.matte]),
    ):
        if group:
            _show_group(title, group, scores)
    if len(scores.pictures) > 1:
        _show_worst(measured, scores)
    _show_notes(scores)


def _show_group(title: str, group: Sequence[Measure], scores: FolderScores) -> None:
    def row(name: str, value: Callable[[str], float | None]) -> tuple[str, ...]:
        return (name, *(_cell(value(measure.key)) for measure in group))

    rows = [row(each.name, each.values.get) for each in scores.pictures if group[0].key in each.values]
    if len(scores.pictures) > 1:
        rows.append(("",) * (1 + len(group)))
        if not group[0].matte:
            rows.append(row("pooled", scores.pooled.get))
        rows.append(row("mean", scores.mean.get))
        rows.append(row("worst", lambda key: scores.worst[key].value if key in scores.worst else None))
    show_table(("picture", *(measure.title for measure in group)), rows, title=title)


def _show_worst(measured: Sequence[Measure], scores: FolderScores) -> None:
    """Each picture that is the worst in something, and in what."""
    titles: dict[str, list[str]] = {}
    for measure in measured:
        if measure.key in scores.worst:
            titles.setdefault(scores.worst[measure.key].name, []).append(measure.title)
    for name, which in titles.items():
        typer.echo(f"worst: {name} ({', '.join(which)})")


def _show_notes(scores: FolderScores) -> None:
    """Each note once, with the pictures it holds for."""
    holders: dict[str, list[str]] = {}
    for each in scores.pictures:
        for note in each.notes:
            holders.setdefault(note, []).append(each.name)
    for note, names in holders.items():
        whom = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        typer.echo(f"note: {whom}: {note}")


def _cell(value: float | None) -> str:
    if value is None:
        return ""
    if math.isnan(value):
        return "-"
    return f"{value:.4f}" if abs(value) < 10 else f"{value:.1f}"


def _plain(value: float) -> float | None:
    """JSON knows no NaN."""
    return None if math.isnan(value) else value


def _as_json(scores: FolderScores, failed: dict[str, str]) -> dict[str, object]:
    return {
        "pictures": [
            {
                "name": each.name,
                **{key: _plain(value) for key, value in each.values.items()},
                "tp": each.confusion.tp,
                "fp": each.confusion.fp,
                "fn": each.confusion.fn,
                "tn": each.confusion.tn,
                "notes": list(each.notes),
            }
            for each in scores.pictures
        ],
        "pooled": {key: _plain(value) for key, value in scores.pooled.items()},
        "mean": scores.mean,
        "worst": {key: {"value": worst.value, "name": worst.name} for key, worst in scores.worst.items()},
        "failed": [{"name": name, "reason": reason} for name, reason in failed.items()],
    }


def _write_csv(path: Path, scores: FolderScores) -> None:
    """One row per picture, then `pooled`, `mean` and `worst`; what was not measured stays empty."""
    import csv

    from skymatte.masks.metrics import MEASURES
    from skymatte.picture.atomic import replacing

    keys = [measure.key for measure in MEASURES]
    kinds = [("picture", each.name, each.values) for each in scores.pictures]
    kinds.append(("pooled", "", scores.pooled))
    kinds.append(("mean", "", scores.mean))
    kinds.append(("worst", "", {key: worst.value for key, worst in scores.worst.items()}))
    with replacing(path) as temporary, temporary.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["kind", "name", *keys])
        for kind, name, values in kinds:
            numbers = (values.get(key, math.nan) for key in keys)
            writer.writerow([kind, name, *("" if math.isnan(number) else f"{number:.6g}" for number in numbers)])
