"""The gallery is chosen by figures, shows only what may be shown, and marks errors in the colours of the page."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from benchmarks.cases import Case
from benchmarks.contest import Answer, Contestant, Scoreboard
from benchmarks.gallery import FALSE, IGNORED, MISSED, choose, error_map, gallery, triptych
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.masks.metrics import Confusion, PictureScores
from skymatte.picture.read import from_array

US = "skymatte fast"


def case(name: str, width: int = 80, height: int = 60) -> Case:
    label = np.full((height, width), SKY, np.uint8)
    label[height // 2 :] = NON_SKY
    pixels = np.random.default_rng(1).uniform(0.1, 1, (height, width, 3)).astype(np.float32)
    return Case(name, "open", from_array(pixels, projection="perspective"), label)


def manifest(data: Path, licences: dict[str, str]) -> None:
    (data / "hdri").mkdir()
    lines = [f"{name}.hdr,{licence},github:somebody/{name}" for name, licence in licences.items()]
    (data / "hdri" / "manifest.csv").write_text("\n".join(["picture,licence,source", *lines]) + "\n")


def scores(name: str, iou: float) -> PictureScores:
    return PictureScores(name, Confusion(tp=90, fp=5, fn=3, tn=2), {"iou": iou})


def test_the_worst_and_the_greatest_leads_are_chosen_of_what_may_be_shown(tmp_path: Path) -> None:
    ious = {f"p{i}": 0.5 + i / 25 for i in range(13)} | {"secret": 0.1}
    peers = dict.fromkeys(ious, 0.9) | {"p12": 0.2}
    manifest(tmp_path, dict.fromkeys(ious, "CC0") | {"secret": "unknown", "p1": "Apache-2.0"})
    board = Scoreboard()
    for name in ious:
        board.add("open", US, scores(name, ious[name]))
        board.add("open", "u2netp", scores(name, peers[name]))
    best, worst = choose([case(name) for name in ious], board, tmp_path, US)
    assert [one.case.name for one in worst] == ["p0", "p1", "p2", "p3", "p4"]
    assert [one.case.name for one in best] == ["p12"]
    assert best[0].peers == {"u2netp": 0.2}
    text = gallery(best, worst, Contestant(US, lambda _: Answer.of(np.zeros((60, 80), np.bool_))), tmp_path)
    assert "IoU 0.980 (u2netp 0.200); false sky 5.0% of the picture, missed sky 3.0%" in text
    assert "Apache-2.0, somebody/p1" in text
    assert text.count("](images/quality/") == len(list((tmp_path / "images" / "quality").glob("*.jpg"))) == 6


def test_errors_have_the_colours_that_the_page_names() -> None:
    one = case("x")
    one.label[40:50, 60:70] = IGNORE
    mask = one.label == SKY
    mask[5:15, 5:15] = False
    mask[40:50, 20:30] = True
    shown = error_map(one, mask, 60, (80, 60))
    assert tuple(shown[10, 10]) == MISSED
    assert tuple(shown[45, 25]) == FALSE
    assert tuple(shown[45, 65]) == IGNORED
    assert tuple(shown[20, 50]) not in (MISSED, FALSE, IGNORED)


def test_wide_pictures_are_stacked_without_their_ground_and_others_stand_in_a_row() -> None:
    wide, narrow = case("wide", 200, 100), case("narrow")
    stacked, row = (triptych(one, Answer.of(one.label == SKY)) for one in (wide, narrow))
    assert stacked.shape == (3 * round(62 * 4.3) + 12, 860, 3)
    assert row.shape == (300, 3 * 400 + 12, 3)


def test_pictures_stay_small_even_of_noise(tmp_path: Path) -> None:
    noise = case("noise", 900, 500)
    manifest(tmp_path, {"noise": "CC0"})
    board = Scoreboard()
    board.add("open", US, scores("noise", 0.5))
    _, worst = choose([noise], board, tmp_path, US)
    gallery([], worst, Contestant(US, lambda _: Answer.of(noise.label == SKY)), tmp_path)
    path = tmp_path / "images" / "quality" / "noise.jpg"
    assert path.stat().st_size <= 80_000
    assert cv2.imread(str(path)) is not None
