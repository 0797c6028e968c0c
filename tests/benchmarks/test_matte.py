"""The matte's table compares with the mask and with the better peer, whichever of its answers is the better."""

from __future__ import annotations

import math

import numpy as np

from benchmarks.contest import Answer, Scoreboard
from benchmarks.matte import MASK, _once, matte_tables, mean
from skymatte.masks.metrics import Confusion, PictureScores
from skymatte.picture.model import Picture


def scores(edge_mad: float, kept: float = 0.5) -> PictureScores:
    values = {"edge_mad": edge_mad, "edge_sad": 1.0, "edge_gradient": 2.0, "edge_connectivity": 3.0}
    return PictureScores("x", Confusion(), {**values, "hairline_kept": kept, "hairline_excess": 0.1, "sky_left": 0.01})


def test_ratios_are_to_the_mask_and_to_the_best_of_the_peers() -> None:
    board = Scoreboard()
    mads = {"skymatte fast": 0.02, MASK: 0.05, "u2netp": 0.2, "u2netp mask": 0.1, "EGE": 0.3, "EGE mask": 0.4}
    for name, value in mads.items():
        board.add("towns", name, scores(value - 0.01))
        board.add("trees", name, scores(value + 0.01, math.nan))
    whole, by_group = matte_tables(board).split("\n\nMAD in the edge band by group of scenes:\n\n")
    rows = {line.split(" | ")[0].removeprefix("| "): line.split(" | ") for line in whole.splitlines()[2:]}
    assert rows["skymatte fast"][1] == "0.0200"
    assert rows["skymatte fast"][7] == "0.50"
    assert [cell.rstrip(" |") for cell in rows["skymatte fast"][-2:]] == ["0.40", "0.20"]
    assert rows["u2netp"][-2:] == ["", " |"]
    assert "| skymatte fast | 0.0100 | 0.0300 |" in by_group


def test_what_has_nothing_to_judge_counts_nowhere() -> None:
    assert mean([scores(0.1, 0.4), scores(0.1, math.nan)], "hairline_kept") == 0.4
    assert math.isnan(mean([scores(0.1)], "iou"))


def test_one_answer_serves_the_matte_and_its_mask() -> None:
    asked: list[Picture] = []

    def find(picture: Picture) -> Answer:
        asked.append(picture)
        return Answer.of(np.ones((1, 1), np.bool_))

    one, two = (Picture(np.zeros((1, 1, 3), np.float32)) for _ in range(2))
    remembered = _once(find)
    answers = [remembered(picture) for picture in (one, one, two, one)]
    assert asked == [one, two, one]
    assert answers[0] is answers[1]
