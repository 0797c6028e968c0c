"""The table of docs/quality.md: the figures that decide, against the peers and against what was aimed at."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from benchmarks.contest import Scoreboard
from benchmarks.matte import MASK, mean
from benchmarks.quality import Agreement
from benchmarks.tables import table
from skymatte.masks.metrics import PictureScores, sum_up

Scores = Mapping[str, Sequence[PictureScores]]


@dataclass(frozen=True, slots=True)
class Boards:
    """What has been measured.

    Attributes:
        hdr: strata ``open``, ``canopy``, ``negative``.
        camvid: group ``camvid``.
        video: group ``video``.
        matte: rendered scenes.
        agreement: of masks of changed pictures.
    """

    hdr: Scoreboard
    camvid: Scoreboard
    video: Scoreboard
    matte: Scoreboard
    agreement: Agreement


def summary_table(boards: Boards, us: str, peers: Sequence[str]) -> str:
    """One row a figure: ours, the peers', and the aim with whether it was reached."""
    strata = boards.hdr.groups
    scenes = {name: [one for group in boards.matte.groups.values() for one in group[name]] for name in (us, *peers)}
    exposed = [one.iou for change in ("-4 EV", "+4 EV") for one in boards.agreement[change]]
    turned = [one.sphere for found in boards.agreement.values() for one in found if one.turned and one.sphere]
    rows = [
        _row("open skies, IoU, mean", strata["open"], us, peers, _mean_of("iou"), 0.985),
        _row("… the worst picture", strata["open"], us, peers, _worst_iou, 0.93),
        _row("… boundary F at 2 px", strata["open"], us, peers, _mean_of("boundary_f_2"), 0.82),
        _row("… thin structures kept", strata["open"], us, peers, _mean_of("thin_recall"), 0.80),
        _row("skies between leaves, IoU, mean", strata["canopy"], us, peers, _mean_of("iou"), 0.75),
        _row("indoors, false sky", strata["negative"], us, peers, _mean_of("false_sky"), 0.005, lower=True),
        _row("CamVid test, pooled IoU", boards.camvid.groups["camvid"], us, peers, _pooled_iou, 0.90),
        _row("video frames, pooled IoU", boards.video.groups["video"], us, peers, _pooled_iou, None),
        _edge_row(boards.matte, scenes, us, peers),
        _row("… hairlines kept", scenes, us, peers, _mean_of("hairline_kept"), None),
        _agreement_row("±4 EV, IoU with the unchanged mask", exposed, peers, 0.998),
        _agreement_row("panoramas turned, likewise, by solid angle", turned, peers, 0.999),
    ]
    return table(("measure", us, *peers, "aim", "reached"), rows)


Figure = Callable[[Sequence[PictureScores]], float]


def _mean_of(key: str) -> Figure:
    return lambda pictures: mean(pictures, key)


def _worst_iou(pictures: Sequence[PictureScores]) -> float:
    return min(one.values["iou"] for one in pictures)


def _pooled_iou(pictures: Sequence[PictureScores]) -> float:
    return sum_up(pictures).pooled["iou"]


def _row(
    what: str,
    scores: Scores,
    us: str,
    peers: Sequence[str],
    figure: Figure,
    aim: float | None,
    *,
    lower: bool = False,
) -> Sequence[str]:
    values = [figure(scores[name]) for name in (us, *peers)]
    return (what, *(f"{value:.3f}" for value in values), *_verdict(values[0], aim, lower=lower))


def _verdict(value: float, aim: float | None, *, lower: bool = False) -> tuple[str, str]:
    if aim is None:
        return "–", "–"
    reached = value <= aim if lower else value >= aim
    return f"{'≤' if lower else '≥'} {aim:g}", "yes" if reached else "**no**"


def _edge_row(board: Scoreboard, scenes: Scores, us: str, peers: Sequence[str]) -> Sequence[str]:
    """The aim is half of the mask's error and half of the better peer's, be it a probability or a mask."""
    everybody = next(iter(board.groups.values()))
    mad = {
        name: mean([one for group in board.groups.values() for one in group[name]], "edge_mad") for name in everybody
    }
    peer = min(value for name, value in mad.items() if not name.startswith("skymatte"))
    aim = min(mad[MASK], peer) / 2
    values = (mean(scenes[name], "edge_mad") for name in (us, *peers))
    reached = "yes" if mad[us] <= aim else "**no**"
    return ("rendered scenes, MAD in the edge band", *(f"{value:.4f}" for value in values), f"≤ {aim:.4f}", reached)


def _agreement_row(what: str, values: Sequence[float], peers: Sequence[str], aim: float) -> Sequence[str]:
    value = fmean(values) if values else math.nan
    return (what, f"{value:.4f}", *("–" for _ in peers), *_verdict(value, aim))
