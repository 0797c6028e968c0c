"""The table of hard cases has a row a case, and no IoU where there is no sky."""

from __future__ import annotations

import math

from benchmarks.contest import Scoreboard
from benchmarks.hard import hard_table
from skymatte.masks.metrics import Confusion, PictureScores


def scores(iou: float, thin: float, false_sky: float, sky: float) -> PictureScores:
    values = {"iou": iou, "thin_recall": thin, "false_sky": false_sky}
    return PictureScores("x", Confusion(tp=sky, fp=1, fn=0, tn=9), values)


def test_a_row_holds_means_and_the_worst_of_everybody() -> None:
    board = Scoreboard()
    for iou in (0.9, 1.0):
        board.add("wires", "ours", scores(iou, 0.8, 0.01, 5))
        board.add("wires", "theirs", scores(iou / 2, math.nan, 0.2, 5))
    board.add("rooms", "ours", scores(0.0, math.nan, 0.001, 0))
    board.add("rooms", "theirs", scores(1.0, math.nan, 0.0, 0))
    lines = hard_table(board).splitlines()
    assert lines[2] == "| wires | 2 | 0.950 (0.90) | 0.475 (0.45) | 0.80 | – | 1.0% | 20.0% |"
    assert lines[3] == "| rooms | 1 | – | – | – | – | 0.1% | 0.0% |"
