"""``skymatte video``: every output, every option, from the command line."""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from tests.cli.run import model_in
from tests.scenery import write_exr
from tests.video.clips import BT2020, BT2020_MATRIX, GROUND, PQ, SKY, read_clip, write_clip, write_hdr_clip

PROGRAM = Path(sys.executable).with_name("skymatte")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "in/clip.mp4")


def video(folder: Path, *arguments: object) -> Result:
    """``skymatte video ARGUMENTS`` with the model of ``folder``."""
    command = ["video", "--model", str(model_in(folder)), "--runtime", "cpu", *map(str, arguments)]
    return CliRunner().invoke(app, command)


def reported(folder: Path, *arguments: object) -> tuple[Result, dict[str, Any]]:
    """The same with ``--report``."""
    path = folder / "report.json"
    result = video(folder, *arguments, "--report", path)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result, json.loads(path.read_text())


def test_an_overlay_by_default(tmp_path: Path, clip: Path) -> None:
    result = video(tmp_path, clip, "-o", tmp_path / "out.mp4")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(f"{clip}: 25 frames, 50.0% sky, ")
    assert result.stdout.endswith(f" fps, overlay in {tmp_path / 'out.mp4'}\n")
    frames, times = read_clip(tmp_path / "out.mp4")
    assert times == [pytest.approx(index / 25) for index in range(25)]
    for frame in frames:
        np.testing.assert_allclose(frame[10, 10], np.array(SKY) / 2 + (0, 0, 128), atol=6)
        np.testing.assert_allclose(frame[40, 10], GROUND, atol=6)


def test_side_by_side(tmp_path: Path, clip: Path) -> None:
    assert video(tmp_path, clip, "-o", tmp_path / "out.mp4", "--write", "side-by-side").exit_code == 0
    frame = read_clip(tmp_path / "out.mp4")[0][3]
    assert frame.shape == (64, 192, 3)
    np.testing.assert_allclose(frame[10, 10], SKY, atol=6)
    np.testing.assert_allclose(frame[10, 106], np.array(SKY) / 2 + (0, 0, 128), atol=6)


@pytest.mark.parametrize("suffix", ["mkv", "mp4"])
def test_masks_and_mattes_are_lossless(tmp_path: Path, clip: Path, suffix: str) -> None:
    for kind, values in (("mask", {0, 255}), ("matte", set(range(256)))):
        out = tmp_path / f"{kind}.{suffix}"
        assert video(tmp_path, clip, "-o", out, "--write", kind).exit_code == 0
        for frame in read_clip(out, "gray")[0]:
            assert set(np.unique(frame)) <= values
            assert frame[:30].min() > 250
            assert frame[34:].max() < 30


def test_alpha(tmp_path: Path, clip: Path) -> None:
    assert video(tmp_path, clip, "-o", tmp_path / "out.mov", "--write", "alpha").exit_code == 0
    frame = read_clip(tmp_path / "out.mov", "rgba")[0][0]
    np.testing.assert_allclose(frame[10, 10], (*SKY, 255), atol=6)
    np.testing.assert_allclose(frame[50, 60], (*GROUND, 0), atol=6)


def test_hdr_stays_hdr(tmp_path: Path) -> None:
    """PQ in, PQ out: ten bits, the same tags, ground as it was, and a blue that is no brighter than diffuse white."""
    hdr, out = write_hdr_clip(tmp_path / "hdr.mp4"), tmp_path / "out.mp4"
    assert video(tmp_path, hdr, "-o", out, "--no-temporal").exit_code == 0
    with av.open(str(out)) as container:
        context = container.streams.video[0].codec_context
        tags = (context.color_primaries, context.color_trc, context.colorspace)
        pixels = next(container.decode(video=0)).to_ndarray(format="rgb48le")
    assert (context.name, context.pix_fmt, tags) == ("hevc", "yuv420p10le", (BT2020, PQ, BT2020_MATRIX))
    np.testing.assert_allclose(pixels[55, 40] / 65535, 0.2, atol=0.02)
    assert pixels[10, 40, 2] / 65535 == pytest.approx((0.5 + 0.58) / 2, abs=0.03)
    assert pixels[10, 40, 0] / 65535 == pytest.approx(0.25, abs=0.03)


def test_sequences_of_pictures_in_and_out(tmp_path: Path) -> None:
    for index in range(4):
        write_exr(tmp_path / f"in/shot.{index:04d}.exr")
    pattern = tmp_path / "out/sky.%04d.png"
    (tmp_path / "out").mkdir()
    assert video(tmp_path, tmp_path / "in/shot.%04d.exr", "-o", pattern, "--write", "mask").exit_code == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [f"sky.{index:04d}.png" for index in range(4)]
    mask = cv2.imread(str(tmp_path / "out/sky.0002.png"), cv2.IMREAD_UNCHANGED)
    assert mask is not None
    assert (mask[:30] == 255).all()
    assert (mask[34:] == 0).all()


def test_fps_reads_at_the_rate_asked_for(tmp_path: Path, clip: Path) -> None:
    for rate, count in (("5", 5), ("12.5", 13), ("50/1", 50)):
        out = tmp_path / f"{count}.mp4"
        assert video(tmp_path, clip, "-o", out, "--fps", rate).exit_code == 0
        frames, times = read_clip(out)
        assert len(frames) == count
        assert times[1] - times[0] == pytest.approx(count and 1 / (50 if count == 50 else float(rate)), abs=1e-3)


def test_the_threshold_decides(tmp_path: Path, clip: Path) -> None:
    found = {}
    for threshold in ("0.0001", "0.9999"):
        _, report = reported(tmp_path, clip, "-o", tmp_path / f"{threshold}.mp4", "--threshold", threshold)
        assert report["threshold"] == float(threshold)
        found[threshold] = report["sky_fraction"]["mean"]
    assert found["0.9999"] <= 0.5 <= found["0.0001"]
    assert found["0.9999"] < found["0.0001"]


def test_the_temporal_filter_can_be_left_out(tmp_path: Path, clip: Path) -> None:
    for option, used in (("--no-temporal", False), ("--temporal", True)):
        _, report = reported(tmp_path, clip, "-o", tmp_path / f"{used}.mp4", option)
        assert report["temporal"] is used


def test_the_report_says_all(tmp_path: Path, clip: Path) -> None:
    result, report = reported(tmp_path, clip, "-o", tmp_path / "out.mp4")
    assert result.exit_code == 0
    assert report["input"] == {
        "name": str(clip),
        "width": 96,
        "height": 64,
        "fps": 25.0,
        "transfer": "sdr",
        "live": False,
    }
    assert report["output"] == {"name": str(tmp_path / "out.mp4"), "write": "overlay"}
    assert report["model"]["sha256"] == hashlib.sha256(model_in(tmp_path).read_bytes()).hexdigest()
    assert (report["runtime"]["asked"], report["runtime"]["used"]) == ("cpu", "cpu")
    assert (report["frames"], report["done"], report["dropped"]) == (25, 25, 0)
    assert report["damaged"] == {"count": 0, "first": []}
    assert list(report["stages_ms"]) == ["decode", "find", "steady", "draw", "encode"]
    for stage in report["stages_ms"].values():
        assert 0 <= stage["p50"] <= stage["p95"] <= stage["max"]
    assert report["fps"] == pytest.approx(25 / report["seconds"], rel=0.01)
    assert report["peak_memory_mb"] > 50
    assert report["sky_fraction"]["mean"] == pytest.approx(0.5, abs=0.02)
    assert len(report["sky_fraction"]["over_time"]) == 25
    assert (report["interrupted"], report["error"]) == (False, None)


def test_existing_outputs_are_kept_unless_told(tmp_path: Path, clip: Path) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"made by hand")
    refused = video(tmp_path, clip, "-o", out)
    assert refused.exit_code == 1
    assert f"{out}: exists already; use --overwrite" in refused.stderr
    assert out.read_bytes() == b"made by hand"
    assert video(tmp_path, clip, "-o", out, "--overwrite").exit_code == 0
    assert len(read_clip(out)[0]) == 25


def test_the_input_is_never_replaced(tmp_path: Path, clip: Path) -> None:
    before = clip.read_bytes()
    result = video(tmp_path, clip, "-o", clip, "--overwrite")
    assert result.exit_code == 1
    assert "is the input itself" in result.stderr
    assert clip.read_bytes() == before


def test_quiet_prints_nothing(tmp_path: Path, clip: Path) -> None:
    assert video(tmp_path, clip, "-o", tmp_path / "out.mp4", "--quiet").output == ""


def test_a_damaged_file_is_told_and_gives_its_frames(tmp_path: Path) -> None:
    whole = write_clip(tmp_path / "in/clip.mkv", 50)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    result, report = reported(tmp_path, whole, "-o", tmp_path / "out.mp4")
    assert result.exit_code == 1
    assert report["damaged"]["count"] >= 1
    assert "  damaged at " in result.stdout
    assert 10 < report["done"] < 50
    assert len(read_clip(tmp_path / "out.mp4")[0]) == report["done"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["{clip}"], "say where to write, or --live"),
        (["-", "-o", "{out}"], "raw frames do not say how large they are"),
        (["-", "-o", "{out}", "--size", "8x8", "--format", "rgb17"], "'rgb17' is not known; choose from rgb24"),
        (["{clip}", "-o", "{out}", "--size", "640x480"], "says itself how large it is"),
        (["{clip}", "-o", "{out}", "--format", "gray"], "says itself what it holds"),
        (["{clip}", "-o", "{out}", "--size", "640"], "'640' is not WIDTHxHEIGHT"),
        (["{clip}", "-o", "{out}", "--fps", "fast"], "'fast' is no rate"),
        (["{clip}", "-o", "{out}", "--fps", "0"], "0 is outside 0 … 1000"),
        (["{clip}", "-o", "{out}", "--fps", "1/0"], "'1/0' is no rate"),
        (["{clip}", "-o", "{out}", "--write", "masks"], "masks"),
        (["{clip}", "-o", "{out}", "--threshold", "1"], "must lie between 0 and 1"),
        (["{clip}", "-o", "{out}", "--runtime", "abacus"], "unknown runtime 'abacus'"),
        (["{clip}", "-o", "{out}", "--model", "nosuch"], "no such file, and no built-in model"),
    ],
)
def test_wrong_options_are_usage_errors(tmp_path: Path, clip: Path, arguments: list[str], message: str) -> None:
    result = video(tmp_path, *(each.format(clip=clip, out=tmp_path / "out.mp4") for each in arguments))
    assert result.exit_code == 2
    assert message in " ".join(result.stderr.replace("│", " ").split())
    assert not (tmp_path / "out.mp4").exists()


@pytest.mark.parametrize(
    ("source", "output", "message"),
    [
        ("{tmp}/gone.mp4", "{tmp}/out.mp4", "gone.mp4"),
        ("{model}", "{tmp}/out.mp4", "bright.onnx"),
        ("{clip}", "{tmp}/out.xyz", "'.xyz' cannot be written"),
        ("{clip}", "{tmp}/none/out.mp4", "the folder does not exist"),
    ],
)
def test_what_cannot_be_read_or_written_is_said(
    tmp_path: Path, clip: Path, source: str, output: str, message: str
) -> None:
    names = {"tmp": tmp_path, "clip": clip, "model": model_in(tmp_path)}
    result = video(tmp_path, source.format(**names), "-o", output.format(**names))
    assert result.exit_code == 1
    assert message in result.stderr
    assert result.stderr.count("\n") == 1
