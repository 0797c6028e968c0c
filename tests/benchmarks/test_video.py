"""The benchmarks of video: the command line, the moving scenes, the tables, the protocol of SkyFinder."""

from __future__ import annotations

import math
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from benchmarks import flicker, skyfinder, video
from benchmarks.moving_scene import FLIGHTS, Flight, MovingScene, filmed
from benchmarks.process import Usage
from benchmarks.scenery import FIRST_SEED, make_scene
from benchmarks.video_contest import Clip, VideoContestant, model_contestant, runs_before_labels
from benchmarks.video_speed import Program, timed
from skymatte.masks.metrics import mad
from skymatte.runtime.model import Model
from skymatte.video.frame import Frame
from tests.datasets.public_trees import write_skyfinder
from tests.models import write_model
from tests.video.clips import picture, write_clip

ROOT = Path(__file__).parents[2]


def test_every_section_has_its_place_on_the_page() -> None:
    page = (ROOT / "docs" / video.PAGE).read_text(encoding="utf-8")
    for name in video.SECTIONS:
        assert page.count(f"<!-- {name} -->") == page.count(f"<!-- /{name} -->") == 1
    assert video.parse(["--write", str(ROOT / "docs")]).write == ROOT / "docs"
    assert video.parse(["--only", "flicker, speed"]).only == ["flicker", "speed"]


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--only", "fliker"], "unknown fliker; choose from setup, labels"),
        (["--write", "src"], "src holds no video-quality.md"),
    ],
)
def test_a_slip_is_said_in_one_line(arguments: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        video.parse(arguments)
    assert answer in capsys.readouterr().err


@pytest.fixture(scope="module")
def film() -> MovingScene:
    place, sky = next(iter(FLIGHTS))
    return filmed("a film", make_scene(place, sky, FIRST_SEED), Flight(turn=20, past=5, wind=0.5), 4, height=128)


def test_light_and_matte_of_a_film_move_together(film: MovingScene) -> None:
    assert film.frames.shape == (4, 480, 640, 3)
    assert film.frames.dtype == np.uint8
    assert film.truths.min() >= 0
    assert film.truths.max() <= 1
    assert mad(film.truths[0], film.truths[3]) > 0.002
    for frame, truth in zip(film.frames, film.truths, strict=True):
        sky, ground = frame[truth == 1].mean(), frame[truth == 0].mean()
        assert abs(sky - ground) > 10
        # Between them lies what is mixed.
        half = frame[(truth > 0.4) & (truth < 0.6)].mean()
        assert min(sky, ground) - 8 < half < max(sky, ground) + 8


def test_exact_mattes_err_nowhere_and_say_how_much_any_flickers(film: MovingScene) -> None:
    truths = iter(film.truths)
    found = flicker.on_scene(film, VideoContestant("exact", lambda _: next(truths), 0.5))
    assert found[0] == found[2]
    assert found[0].dtssd == found[0].mad == 0
    assert found[0].iou == 1
    assert found[0].flicker > 0


def test_a_matte_that_wavers_is_steadied_in_the_table(film: MovingScene) -> None:
    rng = np.random.default_rng(0)

    def wavering(frame: Frame) -> NDArray[np.float32]:
        return np.asarray(np.clip(film.truths[frame.index] + rng.normal(0, 0.2), 0, 1), np.float32)

    lines = flicker.moving_table([film], [VideoContestant("wavering", wavering, 0.5)]).splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        f"a film, wavering, {way}" for way in ("frame by frame", "filtered", "exact")
    ]
    assert float(lines[3].split("|")[5]) < 1


def labelled_clip(folder: Path, indices: tuple[int, ...]) -> Clip:
    return Clip("clip", write_clip(folder / "clip.mp4", 12), dict.fromkeys(indices, folder / "none.png"))


def test_frames_that_lead_up_to_a_label(tmp_path: Path) -> None:
    runs = list(runs_before_labels(labelled_clip(tmp_path, (1, 9)), 4))
    assert [[frame.index for frame in run] for run in runs] == [[0, 1], [5, 6, 7, 8, 9]]


def shots() -> Iterator[skyfinder.Shot]:
    label = np.zeros((64, 96), np.uint8)
    label[:32] = 255
    for camera in ("7", "7", "12 (trained on)"):
        pixels = picture(0, 64, 96)
        if camera == "7":
            pixels[:8] = pixels[-1, -1]  # an eighth of the picture is taken for ground
        yield camera, Frame(0, Fraction(0), pixels), label


def test_scores_by_camera(tmp_path: Path) -> None:
    who = model_contestant(Model.load(write_model(tmp_path / "bright.onnx"), "cpu"))
    exact = VideoContestant("exact", lambda frame: (frame.pixels[..., 2] > 128).astype(np.float32), 0.5)
    first, second = skyfinder.by_camera(shots(), exact)
    assert (first.camera, first.frames, second.camera, second.frames) == ("7", 2, "12 (trained on)", 1)
    assert first.accuracy == pytest.approx(1 - 8 / 64)
    assert first.mcr == pytest.approx(8 / 64)
    assert first.dice == pytest.approx(2 * 24 / (24 + 32))
    assert second.accuracy == second.dice == 1
    text = skyfinder.camera_table("exact", [first, second])
    assert "| mean | 3 | 93.75% |" in text
    assert "| mean of the cameras not trained on | 2 | 87.50% |" in text
    assert "| 93.44% | 0.86 |" in text
    assert skyfinder.by_camera(shots(), who)[1].accuracy > 0.9


@pytest.mark.parametrize(
    ("options", "cameras"), [((), ["858", "10870"]), (("--cameras", "858"), ["858"]), (("--held-out", "1"), ["858"])]
)
def test_a_skyfinder_tree(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], cameras: list[str]
) -> None:
    write_skyfinder(tmp_path / "tree")
    skyfinder.main([str(tmp_path / "tree"), "--model", str(write_model(tmp_path / "bright.onnx")), *options])
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:-2]] == cameras
    assert lines[-2].startswith("| mean | ")


def test_a_tree_without_the_cameras_asked_for_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_skyfinder(tmp_path / "tree")
    with pytest.raises(SystemExit, match="2"):
        skyfinder.main([str(tmp_path / "tree"), "--model", str(write_model(tmp_path / "b.onnx")), "--cameras", "3"])
    assert "holds none of the cameras 3" in capsys.readouterr().err


def test_cameras_are_held_out_at_random_but_the_same_each_time() -> None:
    cameras = [str(number) for number in range(40)]
    drawn = skyfinder.held_out(cameras * 3, 5)
    assert len(set(drawn)) == 5
    assert drawn == skyfinder.held_out(reversed(cameras), 5)
    assert drawn != skyfinder.held_out(cameras, 5, seed=1)
    with pytest.raises(ValueError, match="5 of 5"):
        skyfinder.held_out(cameras[:5], 5)


def test_a_program_is_timed_by_its_own_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def measured(command: list[str], _cores: int) -> Usage:
        Path(command[0]).write_text('{"fps": 61.5, "ms": {"find": {"mean": 14.0}}}')
        return Usage(1.0, 2**20)

    monkeypatch.setattr("benchmarks.video_speed.measure", measured)
    run = timed(Program("x", lambda _source, _target, report: [str(report)]), tmp_path / "in.mp4", tmp_path, 2)
    assert (run.fps, run.stages, run.peak_bytes) == (61.5, {"find": 14.0}, 2**20)


def test_means_pass_over_what_is_no_number() -> None:
    assert flicker.mean([1.0, math.nan, 3.0]) == 2
    assert math.isnan(flicker.mean([math.nan]))
