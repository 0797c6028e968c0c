"""The benchmarks of super-resolution: the command line, the protocol of the field, what is kept of HDR, the tables."""

from __future__ import annotations

import argparse
import ast
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from benchmarks import superres, superres_hdr, superres_webcam
from benchmarks.cases import Case
from benchmarks.superres_hdr import Kept, Shot, averaged, judge, log_bicubic
from benchmarks.superres_peers import PEERS, Fsrcnn, write_peer
from benchmarks.superres_pictures import Pair, prepared, set_pictures
from benchmarks.superres_sets import Score, eightfold, enlarged, score, scores, sets_table
from benchmarks.superres_speed import network_table, programs, whole_table
from skymatte.masks.metrics import sum_up
from skymatte.picture.bicubic import bicubic
from skymatte.picture.read import from_array
from skymatte.runtime.joint_model import JointModel
from skymatte.runtime.model import Model
from skymatte.runtime.superres_model import SuperresModel
from tests.models import write_model
from tests.superres.models import CARD, write_joint, write_superres

ROOT = Path(__file__).parents[2]

Array = NDArray[np.float32]


def noise(seed: int, *shape: int) -> Array:
    return np.random.default_rng(seed).random(shape, np.float32)


def doubled(small: Array) -> Array:
    return bicubic(small, 2 * small.shape[0], 2 * small.shape[1])


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> SuperresModel:
    return SuperresModel.load(write_superres(tmp_path_factory.mktemp("models") / "sharp.onnx"), "cpu")


def write_set(folder: Path, name: str) -> Path:
    """Two pictures: one in colour, one with a single channel."""
    (folder / "sr" / name).mkdir(parents=True)
    colours = (noise(1, 31, 42, 3) * 255).astype(np.uint8)
    cv2.imwrite(str(folder / "sr" / name / "img_001.png"), colours)
    cv2.imwrite(str(folder / "sr" / name / "img_002.png"), colours[..., 0])
    return folder


def test_every_section_has_its_place_on_the_page() -> None:
    page = (ROOT / "docs" / superres.PAGE).read_text(encoding="utf-8")
    for name in superres.SECTIONS:
        assert page.count(f"<!-- {name} -->") == page.count(f"<!-- /{name} -->") == 1
    assert superres.parse(["--write", str(ROOT / "docs")]).write == ROOT / "docs"
    assert superres.parse(["--write", str(ROOT / "docs" / superres.PAGE)]).write == ROOT / "docs"
    assert superres.parse(["--only", "sets, hdr", "--only", "speed"]).only == ["sets", "hdr", "speed"]
    assert superres.parse([]).only == list(superres.SECTIONS)


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--only", "set"], "unknown set; choose from setup, sets"),
        (["--write", "src"], "src holds no superres.md"),
        (["--write", "nowhere/superres.md"], "nowhere/superres.md holds no superres.md; name the folder docs"),
    ],
)
def test_a_slip_is_said_in_one_line(arguments: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        superres.parse(arguments)
    assert answer in capsys.readouterr().err


def test_luma_of_a_set(tmp_path: Path) -> None:
    """In colour by BT.601, between 16 and 235; a file with one channel is taken as it is."""
    coloured, plain = set_pictures(write_set(tmp_path, "Set5"), "Set5")
    written = np.asarray(cv2.imread(str(tmp_path / "sr" / "Set5" / "img_001.png")), np.float64)
    blue, green, red = np.moveaxis(written, 2, 0)
    expected = 16 + (65.481 * red + 128.553 * green + 24.966 * blue) / 255
    np.testing.assert_allclose(coloured * 255, expected, atol=1e-3)
    np.testing.assert_allclose(plain * 255, blue, atol=1e-4)
    with pytest.raises(FileNotFoundError, match="Set14: holds no pictures"):
        next(set_pictures(tmp_path, "Set14"))


def test_a_picture_is_cut_to_whole_pixels_of_the_small_one() -> None:
    pair = prepared(noise(1, 31, 42), 4)
    assert pair.truth.shape == (28, 40)
    assert pair.small.shape == (7, 10)
    np.testing.assert_array_equal(pair.small, bicubic(noise(1, 31, 42)[:28, :40], 7, 10))


def test_eight_looks_of_one_that_minds_no_turn_are_one_look() -> None:
    small = noise(2, 9, 12)
    np.testing.assert_allclose(eightfold(doubled)(small), doubled(small), atol=1e-6)


def test_eight_looks_forget_the_direction() -> None:
    """The mean of a slope over all turns and mirrors is flat."""

    def leaning(small: Array) -> Array:
        return doubled(small) + np.linspace(-1, 1, 2 * small.shape[1], dtype=np.float32)

    small = noise(3, 8, 8)
    np.testing.assert_allclose(eightfold(leaning)(small), doubled(small), atol=1e-6)


def test_scores_are_of_8_bits_inside_the_border() -> None:
    truth = np.full((40, 40), 0.5, np.float32)
    pair = Pair(truth, truth[::2, ::2])

    def dimmer(small: Array) -> Array:
        answer = doubled(small) - np.float32(1 / 255)
        answer[:2] = answer[:, -2:] = -9
        return answer + np.float32(0.4 / 255)  # less than a step in all: rounding decides

    found = score([pair], dimmer, 2)
    assert found.psnr == pytest.approx(20 * math.log10(255))
    assert found.ssim == pytest.approx(1, abs=1e-4)


def test_a_model_adds_its_residual_to_bicubic(model: SuperresModel) -> None:
    small = noise(4, 10, 12)
    np.testing.assert_allclose(enlarged(model)(small) - doubled(small), model.residual(small), atol=1e-6)


def test_the_table_of_a_set(tmp_path: Path, model: SuperresModel) -> None:
    found = scores(write_set(tmp_path, "Set5"), [model], ("Set5",))
    assert list(found) == [("Set5", 2)]
    assert list(found["Set5", 2]) == ["bicubic", "sharp", "sharp, eight-fold"]
    text = sets_table({("Set5", 2): {"bicubic": Score(33.656, 0.92973), "sharp": Score(37.341, 0.9581)}})
    assert "| Set5 ×2, bicubic | 33.66 | 0.9297 | 33.66 / 0.9299 |" in text
    assert "| Set5 ×2, DCSCN as published |  |  | 37.79 |" in text
    assert "| Set5 ×2, bicubic | 33.66 | 33.66 ± 0.05 | yes |" in text
    assert "| Set5 ×2, sharp | 37.34 | ≥ 37.3 | yes |" in text
    assert "| Set5 ×2, bicubic | 33.50 | 33.66 ± 0.05 | **no** |" in sets_table(
        {("Set5", 2): {"bicubic": Score(33.5, 0.9)}}
    )


def shot(scale: int = 2) -> Shot:
    truth = 40 * noise(5, 24, 32, 3) ** 4 + np.float32(0.01)
    return Shot("sun", truth, averaged(truth, scale), "perspective")


def test_the_truth_is_exact_and_keeps_its_light() -> None:
    one = shot()
    found = judge(one, one.truth, 2)
    assert (found.psnr, found.cut) == (math.inf, 0)
    assert found.off < 1e-6


def test_what_is_clipped_is_counted() -> None:
    """Every sample above the ceiling, and the light that is missing below it."""
    one = shot()
    found = judge(one, np.minimum(one.truth, 2), 2)
    assert found.cut == (one.small > 2 * 1.0001).sum() > 0
    assert found.off >= 1 - 2 / one.small.max() - 1e-6
    assert found.psnr < 40


@pytest.mark.parametrize("scale", [2, 4])
def test_small_pictures_of_light(scale: int) -> None:
    light = noise(6, 16, 24, 3)
    means = averaged(light, scale)
    assert means.shape == (16 // scale, 24 // scale, 3)
    assert means[1, 2, 0] == pytest.approx(light[scale : 2 * scale, 2 * scale : 3 * scale, 0].mean(), abs=1e-6)
    np.testing.assert_allclose(log_bicubic(np.full_like(light, 7), scale), 7, rtol=1e-3)


def test_our_method_cuts_nothing_and_keeps_light(model: SuperresModel) -> None:
    one = shot()
    found = {name: judge(one, enlarge(one), 2) for name, enlarge in superres_hdr.methods(model).items()}
    assert found[superres_hdr.OURS].cut == 0
    assert found[superres_hdr.OURS].off < 1e-5
    assert found[superres_hdr.PLAIN].off > 0.01


def test_the_table_of_hdr() -> None:
    plain = [Kept("a", 30, 3, 0.5), Kept("b", 20, 0, 0.25)]
    ours = [Kept("a", 33, 0, 1e-7), Kept("b", 19, 0, 2e-7)]
    text = superres_hdr.hdr_table({2: {superres_hdr.PLAIN: plain, superres_hdr.OURS: ours}})
    assert "| ×2, bicubic in light | 2 | 25.00 | +0.00 | – | 20.00 | b | 3 | 5.0e-01 |" in text
    assert "| ×2, skymatte upscale | 2 | 26.00 | +1.00 | 1 | 19.00 | b | 0 | 2.0e-07 |" in text


def test_peers_are_of_the_published_sizes() -> None:
    """12 464: weights of FSRCNN (56, 12, 4) without biases, table 1 of Dong et al. 2016."""
    kernels = sum(parameter.numel() for parameter in Fsrcnn(3).parameters() if parameter.ndim == 4)
    assert kernels == 12_464


@pytest.mark.parametrize("name", PEERS)
@pytest.mark.parametrize("scale", [2, 3, 4])
def test_peers_draw_scale_times_as_many_pixels(name: str, scale: int) -> None:
    with torch.inference_mode():
        assert PEERS[name](scale)(torch.rand(1, 1, 7, 9)).shape == (1, 1, 7 * scale, 9 * scale)


def test_speed_beside_a_peer(tmp_path: Path, model: SuperresModel) -> None:
    """The peer's file is taken by the same program."""
    models = [model, SuperresModel.load(write_peer("espcn", 2, tmp_path), "cpu")]
    picture = tmp_path / "picture.png"
    cv2.imwrite(str(picture), (noise(7, 20, 30, 3) * 255).astype(np.uint8))
    whole = whole_table(programs(models), picture, tmp_path, cores=1, count=1).splitlines()
    assert [line.split(" |")[0] for line in whole[2:]] == ["| sharp", "| espcn-x2", "| bicubic"]
    assert whole[-1].split(" | ")[2] == "1.00"
    assert np.asarray(cv2.imread(str(tmp_path / "large" / "picture.x2.png")), np.uint8).shape == (40, 60, 3)
    alone = network_table(models, {"sharp": "37.34"}).splitlines()
    assert alone[2].endswith("| 1.00 | 37.34 |")
    assert alone[3].endswith("| – |")


def test_a_trained_peer_takes_the_place_of_one_with_random_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And its quality is measured, not quoted."""
    monkeypatch.setattr(superres, "timed_picture", lambda *_: tmp_path / "picture.png")
    monkeypatch.setattr(superres, "whole_table", lambda everything, *_: " ".join(each.name for each in everything))
    monkeypatch.setattr(superres, "network_table", lambda _, quality: str(quality))
    trained = replace(CARD, training_data="all")
    models = {
        name: str(write_superres(tmp_path / f"{name}.onnx", scale, replace(trained, name=name)))
        for name, scale in (("a", 2), ("b", 3), ("c", 4), ("fsrcnn-x2", 2))
    }
    write_superres(tmp_path / "espcn-x2.onnx", card=replace(CARD, name="espcn-x2"))
    given = [f"--model={models[name]}" for name in "abc"] + [f"--beside={models['fsrcnn-x2']}"]
    monkeypatch.setattr(superres, "write_peer", lambda name, scale, _: tmp_path / f"{name}-x{scale}.onnx")
    options = superres.parse([*given, "--data", str(write_set(tmp_path, "Set5"))])
    whole, alone = superres.Benchmark(options).speed().split("\n\n")
    assert whole == "a fsrcnn-x2 espcn-x2 bicubic"
    quality = ast.literal_eval(alone)
    assert set(quality) == {"a", "fsrcnn-x2"}
    assert "published" not in quality["fsrcnn-x2"]


def test_masks_of_webcam_pictures(tmp_path: Path) -> None:
    pixels = np.full((66, 98, 3), 40, np.uint8)
    pixels[:32] = 220
    label = np.where(np.arange(66)[:, None] < 32, 255, 0).astype(np.uint8).repeat(98, 1)
    case = Case("a frame", "video", from_array(pixels, projection="perspective"), label)
    finder = Model.load(write_model(tmp_path / "bright.onnx"), "cpu")
    board = superres_webcam.webcam_board([case], [finder], [superres_webcam.bicubic_method()])
    found = {name: sum_up(scores).mean["iou"] for name, scores in board.groups["video"].items()}
    assert list(found) == ["bright, original", "bright, small", "bright, ×4 by bicubic"]
    assert found["bright, original"] == 1
    assert min(found.values()) > 0.9


def test_a_network_that_does_both_takes_part(tmp_path: Path) -> None:
    """What is greener than half of the encoding is sky; nothing is drawn after it."""
    pixels = np.full((66, 98, 3), 10, np.uint8)
    pixels[:32, :, 1] = 250
    label = np.where(np.arange(66)[:, None] < 32, 255, 0).astype(np.uint8).repeat(98, 1)
    case = Case("a frame", "video", from_array(pixels, projection="perspective"), label)
    both = JointModel.load(write_joint(tmp_path / "both.onnx"), "cpu")
    board = superres_webcam.webcam_board([case], [], [], [both])
    (found,) = board.groups["video"]["both"]
    assert found.values["iou"] == 1


def test_options_of_the_study_reach_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own in quotes; data and cache are those of everything."""
    given: list[argparse.Namespace] = []

    def sections(options: argparse.Namespace) -> dict[str, Callable[[], str]]:
        given.append(options)
        return {"study": lambda: "scales", "orders": lambda: "orders"}

    monkeypatch.setattr(superres, "study_sections", sections)
    options = superres.parse(
        ["--data", str(tmp_path), "--cache", str(tmp_path / "kept"), "--study", "--order 7 batch=3"]
    )
    benchmark = superres.Benchmark(options)
    assert [superres.SECTIONS[name](benchmark) for name in ("study", "orders")] == ["scales", "orders"]
    (one,) = given
    assert (one.data, one.cache, one.order, one.overrides) == (tmp_path, tmp_path / "kept", 7, ["batch=3"])
