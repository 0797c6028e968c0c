"""Who comes first in a ranking, and why."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from skymatte.errors import OutputError
from skymatte.sky.plan import Job
from skymatte.sky.ranking import rank, ranking_folder, write_ranking


def report(
    sky: float = 0.4, *, opened: float = 0.0, edge: float | None = 0.8, source: str = "envmap attribute", **more: Any
) -> dict[str, Any]:
    confidence = {"mean": 0.99, "edge": edge, "open_fraction": opened}
    projection = {"name": "equirectangular", "source": source}
    return {"sky_fraction": sky, "confidence": confidence, "projection": projection, "warnings": [], **more}


def test_the_score_is_the_sum_that_is_documented() -> None:
    reports = {
        Path("plain"): report(),
        Path("open"): report(opened=0.05),  # 12.5 % of the sky: half of 40
        Path("all open"): report(opened=0.2),
        Path("edge"): report(edge=0.4),  # three quarters of 20
        Path("warned"): report(warnings=["odd"]),
        Path("guessed"): report(source="2:1 aspect (guess)"),
        Path("room"): report(0.001, edge=None),
    }
    scores = {each.picture.name: each.score for each in rank(reports)}
    expected = {"plain": 0, "open": 20, "all open": 40, "edge": 15, "warned": 10, "guessed": 10, "room": 20}
    assert scores == pytest.approx(expected)
    assert [each.picture.name for each in rank(reports)][:4] == ["all open", "open", "room", "edge"]


def test_reasons_are_named_the_weightiest_first() -> None:
    worst = report(0.02, opened=0.01, edge=0.3, source="2:1 aspect (guess)", warnings=["3 NaN samples were repaired"])
    first, *_ = rank({Path("x"): worst, **{Path(f"{index}"): report() for index in range(4)}})
    assert first.picture == Path("x")
    assert first.score == 100
    assert first.reasons == (
        "unsure area, 50% of the sky's",
        "unsure edge, confidence 0.30",
        "2.0% sky, the others have some 40%",
        "3 NaN samples were repaired",
        "equirectangular is a guess",
    )


def test_a_sound_picture_has_no_reason() -> None:
    (only,) = rank({Path("x"): report(opened=0.001, edge=0.68)})
    assert only.reasons == ()
    assert only.score < 3


def test_equal_scores_go_by_name() -> None:
    assert [each.picture.name for each in rank({Path(name): report() for name in "cab"})] == ["a", "b", "c"]


def test_a_ranking_is_replaced_but_no_other_table(tmp_path: Path) -> None:
    ranked = rank({Path("a, b.exr"): report(opened=0.2, edge=0.3), Path("c.exr"): report()})
    path = write_ranking(tmp_path, ranked)
    assert write_ranking(tmp_path, ranked) == path
    with path.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert [(row["score"], row["picture"]) for row in rows] == [("60.0", "a, b.exr"), ("0.0", "c.exr")]
    assert rows[0]["reasons"] == "unsure area, 50% of the sky's; unsure edge, confidence 0.30"
    path.write_text("name,score\nmine,1\n")
    with pytest.raises(OutputError, match="is no ranking of skymatte and stays as it is"):
        write_ranking(tmp_path, ranked)
    assert path.read_text().startswith("name,score")


def test_the_ranking_lies_with_the_results() -> None:
    def job(folder: str, problem: str = "") -> Job:
        return Job(Path(folder, "x.exr"), Path(folder), "x", problem)

    assert ranking_folder([job("a"), job("b")], ["a", "b"], Path("out")) == Path("out")
    assert ranking_folder([job("in"), job("in")], ["in/*.exr"], None) == Path("in")
    assert ranking_folder([job("in/a"), job("in/b/c"), job("z", "gone")], ["in", "z"], None) == Path("in")
    assert ranking_folder([job("a"), job("b")], ["a/x.exr", "b/x.exr"], None) is None
