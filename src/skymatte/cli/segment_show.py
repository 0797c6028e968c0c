"""What ``skymatte segment`` says at the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer

from skymatte.cli.console import show_error, show_table

if TYPE_CHECKING:
    from skymatte.sky.batch import Outcome
    from skymatte.sky.ranking import Ranked

_FIRST = 5
"""Pictures of a ranking that are named."""


def show_outcomes(outcomes: Sequence[Outcome], *, quiet: bool, report: bool) -> None:
    """One picture: what was found and where it is.  Several: a table.  Quiet: failures only, on stderr."""
    from skymatte.sky.batch import Status

    if report:
        for outcome in outcomes:
            if outcome.status is Status.DONE:
                typer.echo("\n".join((f"{outcome.job.source.name}:", *report_lines(outcome.report))))
    if quiet or len(outcomes) == 1:
        for outcome in outcomes:
            if outcome.status is Status.FAILED:
                show_error(outcome.reason)
            elif not quiet:
                typer.echo("\n".join(_lines(outcome)))
        return
    show_many(outcomes)


def show_many(outcomes: Sequence[Outcome]) -> None:
    """How a batch of pictures ended: a table, and a line of counts."""
    from skymatte.sky.batch import Status

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


def show_ranking(ranked: Sequence[Ranked]) -> None:
    """The pictures that most ask for a look, with the reasons; nothing if none does."""
    rows = [
        (f"{each.score:.0f}", each.picture.name, "; ".join(each.reasons)) for each in ranked[:_FIRST] if each.reasons
    ]
    if rows:
        show_table(("score", "please look at these first", "because"), rows)


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


def _projection(report: Mapping[str, Any]) -> str:
    projection = report["projection"]
    return f"{projection['name']} ({projection['source']})"


def report_lines(report: Mapping[str, Any]) -> Iterator[str]:
    """What is known of a sky, for people; angles only where they are known."""
    yield f"  sky: {report['sky_fraction']:.2%} of the pixels{_shares(report)}"
    if horizon := report["horizon"]:
        lowest, highest = (f"{horizon[f'{end}_deg']:.1f}°" for end in ("lowest", "highest"))
        low_at, high_at = (f"{horizon[f'{end}_azimuth_deg']:.1f}°" for end in ("lowest", "highest"))
        mean = f"{horizon['mean_deg']:.1f}°"
        yield f"  horizon: {mean} on average, from {lowest} (azimuth {low_at}) to {highest} (azimuth {high_at})"
    yield f"  sun: {_sun(report['sun'])}"
    sure = report["confidence"]
    edge = "" if sure["edge"] is None else f", {sure['edge']:.2f} along the edge"
    yield f"  confidence: {sure['mean']:.3f}{edge}; {sure['open_fraction']:.2%} open"


def _shares(report: Mapping[str, Any]) -> str:
    shares = ""
    if report["solid_angle_sky_fraction"] is not None:
        shares += f", {report['solid_angle_sky_fraction']:.2%} of the solid angle"
    if report["sky_view_factor"] is not None:
        shares += f", sky-view factor {report['sky_view_factor']:.3f}"
    return shares


def _sun(sun: Mapping[str, Any] | None) -> str:
    if sun is None:
        return "none seen"
    place = f"column {sun['x']:.1f}, row {sun['y']:.1f}"
    if sun["azimuth_deg"] is not None:
        place = f"azimuth {sun['azimuth_deg']:.1f}°, elevation {sun['elevation_deg']:.1f}° ({place})"
    if not sun["clipped_pixels"]:
        return f"{place}, not clipped"
    angle = sun["clipped_solid_angle_sr"]
    return f"{place}, {sun['clipped_pixels']} pixels clipped" + ("" if angle is None else f", {angle:.2g} sr")
