"""How good single frames are: labelled frames of clips, CamVid, views of HDR pictures."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.cases import TEST_CLIPS, Case, hdr_cases
from benchmarks.contest import Answer, Scoreboard, score
from benchmarks.tables import table
from benchmarks.video_contest import VideoContestant, clips, runs_before_labels, video_case
from skymatte.masks.metrics import sum_up
from skymatte.picture.camera import Camera
from skymatte.picture.model import Projection
from skymatte.picture.reproject import reproject, reproject_label
from skymatte.video.temporal import TemporalFilter

BEFORE = 30
"""Frames that the filter sees before a labelled one."""

FILTERED = ", filtered"
_VIEW = (640, 480)
_FOV, _PITCH = math.radians(90), math.radians(10)
_TURNS = 4
_WHOLE_TURN = 2 * math.pi


def label_board(data: Path, ours: Sequence[VideoContestant], peers: Sequence[VideoContestant]) -> Scoreboard:
    """The labelled frames of the test clips; models by themselves and filtered, peers by themselves."""
    board = Scoreboard()
    for clip in (clip for clip in clips(data) if clip.name in TEST_CLIPS):
        for run in runs_before_labels(clip, BEFORE):
            case = video_case(clip, run[-1])
            for who in ours:
                steadying = TemporalFilter()
                for frame in run:
                    matte = who.find(frame)
                    steady = steadying.step(frame, matte)
                for name, answer in ((who.name, matte), (who.name + FILTERED, steady)):
                    board.add(case.group, name, score(case, Answer(answer >= who.threshold, answer)))
            for who in peers:
                matte = who.find(run[-1])
                board.add(case.group, who.name, score(case, Answer(matte >= who.threshold, matte)))
    return board


def hdr_views(data: Path) -> Iterator[Case]:
    """The HDR validation pictures as a camera's frames: four views of each panorama, other pictures as they are."""
    for case in hdr_cases(data):
        if case.picture.projection is Projection.EQUIRECTANGULAR:
            yield from _views(case)
        elif case.picture.projection is Projection.PERSPECTIVE:
            yield case


def _views(case: Case) -> Iterator[Case]:
    height, width = case.label.shape
    size = case.picture.pixels.shape[1::-1]
    labelled, seen = (
        Camera(projection=Projection.EQUIRECTANGULAR, width=w, height=h) for w, h in ((width, height), size)
    )
    for turn in range(_TURNS):
        camera = Camera(
            projection=Projection.PERSPECTIVE,
            width=_VIEW[0],
            height=_VIEW[1],
            fov=_FOV,
            yaw=turn * _WHOLE_TURN / _TURNS,
            pitch=_PITCH,
        )
        pixels, _ = reproject(case.picture.pixels, seen, camera)
        picture = replace(case.picture, pixels=pixels, projection=Projection.PERSPECTIVE)
        yield Case(f"{case.name} {turn}", case.group, picture, reproject_label(case.label, labelled, camera))


def hdr_table(board: Scoreboard) -> str:
    """One row for each stratum and network; where there is no sky, the false sky counts."""
    rows = []
    for group, scores in board.groups.items():
        for name, pictures in scores.items():
            summed = sum_up(pictures)
            key = "false_sky" if group == "negative" else "iou"
            edge = f"{summed.mean['boundary_f_2']:.3f}" if key == "iou" else "–"
            worst = summed.worst[key]
            row = (f"{summed.mean[key]:.4f}", f"{worst.value:.3f}", worst.name, edge)
            rows.append((f"{group}, {name}", str(len(pictures)), *row))
    columns = ("stratum, network", "views", "mean IoU (negative: false sky)", "worst", "worst view", "F 2 px")
    return table(columns, rows)


def verdicts(rows: Iterable[tuple[str, float, float]]) -> str:
    """What was reached of what was aimed at; at least, each."""
    return table(
        ("bar", "reached", "aim", ""),
        ((what, f"{value:.3f}", f"≥ {aim:g}", "yes" if value >= aim else "**no**") for what, value, aim in rows),
    )
