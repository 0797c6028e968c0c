"""Which pictures of a folder a person should look at first."""

from __future__ import annotations

import csv
import io
import json
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from skymatte.errors import OutputError
from skymatte.picture.atomic import replacing
from skymatte.sky.batch import Outcome, Status
from skymatte.sky.plan import SIDECAR_ENDING, Job

RANKING_NAME: Final = "ranking.csv"
COLUMNS: Final = ("rank", "score", "picture", "reasons")

Report = Mapping[str, Any]

_OPEN_POINTS, _EDGE_POINTS, _SKY_POINTS, _WARNING_POINTS, _GUESS_POINTS = 40, 20, 20, 10, 10
"""Most points of each reason; together 100."""

_MUCH_OPEN = 0.25
"""Open area, as a share of the sky's, that gives all points."""

_LEAST_SKY = 0.01
"""A sky smaller than that counts as that large: what is open in a room is little, though there is no sky at all."""

_SURE_EDGE, _UNSURE_EDGE = 0.7, 0.3

_ENOUGH = 4
"""Pictures from which on "unlike the others" means something."""

_USUAL = 0.15
"""A sky fraction no farther from the median is never unusual."""

_NOTABLE = 0.25
"""Share of a reason's points from which it is named."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A picture's place.

    Attributes:
        picture: its file.
        score: 0…100, the higher the sooner it should be looked at.
        reasons: what gave the points, the weightiest first; may be empty.
    """

    picture: Path
    score: float
    reasons: tuple[str, ...]


def rank(reports: Mapping[Path, Report]) -> list[Ranked]:
    """Order pictures by how much they ask for a look, those with equal scores by name.

    The score is a sum of up to

    - 40 points for pixels that are open (confidence below one half), as a share of the sky: all from 25 % on;
    - 20 for an unsure edge: none at a mean confidence of 0.7, all at 0.3;
    - 20 for an unusual sky: less than 1 % or more than 99 % of the picture, or, among four pictures or more, a share
      farther from the median of all than three times their median distance, and than 0.15;
    - 10 for a warning;
    - 10 for a projection that was guessed.

    Args:
        reports: what the sidecars hold, by picture.
    """
    skies = [float(report["sky_fraction"]) for report in reports.values()]
    ranked = [_ranked(path, report, skies) for path, report in reports.items()]
    return sorted(ranked, key=lambda each: (-each.score, str(each.picture)))


def _ranked(path: Path, report: Report, skies: Sequence[float]) -> Ranked:
    weighed = [judge(report, skies) for judge in _JUDGES]
    named = sorted((each for each in weighed if each.share >= _NOTABLE), key=lambda each: -each.points)
    return Ranked(path, round(sum(each.points for each in weighed), 1), tuple(each.reason for each in named))


@dataclass(frozen=True, slots=True)
class _Weighed:
    """One reason: how much of its points it gets."""

    most: float
    share: float
    reason: str

    @property
    def points(self) -> float:
        return self.most * self.share


def _open(report: Report, _skies: Sequence[float]) -> _Weighed:
    open_share = report["confidence"]["open_fraction"] / max(report["sky_fraction"], _LEAST_SKY)
    return _Weighed(_OPEN_POINTS, min(open_share / _MUCH_OPEN, 1), f"unsure area, {open_share:.0%} of the sky's")


def _edge(report: Report, _skies: Sequence[float]) -> _Weighed:
    sure = report["confidence"]["edge"]
    if sure is None:
        return _Weighed(_EDGE_POINTS, 0, "")
    share = min(max((_SURE_EDGE - sure) / (_SURE_EDGE - _UNSURE_EDGE), 0), 1)
    return _Weighed(_EDGE_POINTS, share, f"unsure edge, confidence {sure:.2f}")


def _sky(report: Report, skies: Sequence[float]) -> _Weighed:
    sky = report["sky_fraction"]
    usual = statistics.median(skies)
    spread = statistics.median(abs(each - usual) for each in skies)
    unlike = len(skies) >= _ENOUGH and abs(sky - usual) > max(3 * spread, _USUAL)
    extreme = sky < _LEAST_SKY or sky > 1 - _LEAST_SKY
    reason = f"{sky:.1%} sky, the others have some {usual:.0%}" if unlike else f"{sky:.1%} sky"
    return _Weighed(_SKY_POINTS, float(unlike or extreme), reason)


def _warnings(report: Report, _skies: Sequence[float]) -> _Weighed:
    warnings = report["warnings"]
    return _Weighed(_WARNING_POINTS, float(bool(warnings)), "; ".join(warnings))


def _guess(report: Report, _skies: Sequence[float]) -> _Weighed:
    projection = report["projection"]
    return _Weighed(_GUESS_POINTS, float("guess" in projection["source"]), f"{projection['name']} is a guess")


_JUDGES: tuple[Callable[[Report, Sequence[float]], _Weighed], ...] = (_open, _edge, _sky, _warnings, _guess)


def known_reports(outcomes: Sequence[Outcome]) -> dict[Path, Report]:
    """Reports by picture: of those that were done, and of those skipped that an earlier run left a report of."""
    found = {}
    for outcome in outcomes:
        report = outcome.report or (_earlier(outcome.job) if outcome.status is Status.SKIPPED else {})
        if report:
            found[outcome.job.source] = report
    return found


def _earlier(job: Job) -> Report:
    try:
        report = json.loads(job.output(SIDECAR_ENDING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    # Releases before this one said nothing of confidence.
    return report if isinstance(report, dict) and "confidence" in report else {}


def ranking_folder(jobs: Sequence[Job], inputs: Sequence[str], output: Path | None) -> Path | None:
    """Where a ranking belongs: with the results, if they have a place in common.

    That is ``output``, or the one folder that all results lie in, or the folder given that was searched for them all;
    ``None`` for pictures from here and there.
    """
    if output is not None:
        return output
    folders = {job.folder for job in jobs if not job.problem}
    if len(folders) <= 1:
        return next(iter(folders), None)
    searched = [Path(each).expanduser() for each in inputs]
    return next((top for top in searched if all(top in (one, *one.parents) for one in folders)), None)


def write_ranking(folder: Path, ranked: Sequence[Ranked]) -> Path:
    """Write ``ranking.csv`` into a folder: rank, score, picture, reasons.

    An older ranking is replaced, another table of that name is not.

    Raises:
        OutputError: the folder cannot be written to, or a file of that name is no ranking.
    """
    path = folder / RANKING_NAME
    if path.exists() and not _is_ranking(path):
        raise OutputError(f"{path}: is no ranking of skymatte and stays as it is; move it, or choose a folder with -o")
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    for place, each in enumerate(ranked, start=1):
        writer.writerow((place, f"{each.score:.1f}", each.picture, "; ".join(each.reasons)))
    with replacing(path) as temporary:
        temporary.write_text(table.getvalue(), encoding="utf-8")
    return path


def _is_ranking(path: Path) -> bool:
    try:
        with path.open(encoding="utf-8") as lines:
            return lines.readline().strip() == ",".join(COLUMNS)
    except (OSError, UnicodeDecodeError):
        return False
