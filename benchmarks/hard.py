"""The table of hard cases: one row a case, everybody's figures beside each other."""

from __future__ import annotations

import math
from collections.abc import Sequence

from benchmarks.contest import Scoreboard
from benchmarks.matte import mean
from benchmarks.tables import table
from skymatte.masks.metrics import PictureScores


def hard_table(board: Scoreboard) -> str:
    """Mean and worst IoU, thin structures kept and false sky of every contestant, case by case."""
    names = list(next(iter(board.groups.values())))
    columns = (
        "case",
        "pictures",
        *(f"IoU {name} (worst)" for name in names),
        *(f"thin {name}" for name in names),
        *(f"false sky {name}" for name in names),
    )
    return table(columns, (_row(case, list(scores.values())) for case, scores in board.groups.items()))


def _row(case: str, everybody: Sequence[Sequence[PictureScores]]) -> Sequence[str]:
    return (
        case,
        str(len(everybody[0])),
        *(_mean_and_worst(pictures) for pictures in everybody),
        *(_figure(mean(pictures, "thin_recall"), ".2f") for pictures in everybody),
        *(_figure(mean(pictures, "false_sky"), ".1%") for pictures in everybody),
    )


def _mean_and_worst(pictures: Sequence[PictureScores]) -> str:
    """Where there is no sky at all, IoU is 0 for a single false pixel, and false sky says it better."""
    if not any(one.confusion.tp + one.confusion.fn for one in pictures):
        return "–"
    return f"{mean(pictures, 'iou'):.3f} ({min(one.values['iou'] for one in pictures):.2f})"


def _figure(value: float, form: str) -> str:
    return "–" if math.isnan(value) else format(value, form)
