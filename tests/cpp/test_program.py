"""What ``skymatte-video`` reads, writes and refuses."""

from __future__ import annotations

import json
import signal
import subprocess
from fractions import Fraction
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import av
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from tests.cpp.program import Program
from tests.models import write_model
from tests.video.numbered_clips import SIZE, TICK, number, write_clip


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "bright.onnx")


def decoded(path: Path, pixel_format: str = "rgb24") -> tuple[list[NDArray[np.uint8]], list[Fraction]]:
    """All pictures and their times in seconds."""
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    times = [frame.pts * frame.time_base for frame in frames if frame.pts is not None and frame.time_base is not None]
    return [np.asarray(frame.to_ndarray(format=pixel_format), np.uint8) for frame in frames], times


def test_a_video_keeps_its_frames_their_order_and_their_uneven_times(
    program: Program, model: Path, tmp_path: Path
) -> None:
    stamps = [0, 40, 100, 180, 185, 300, 340, 400]
    clip = write_clip(tmp_path / "in.mkv", len(stamps), times=stamps)
    done = program.run(clip, "--model", model, "-o", tmp_path / "out.mp4", "--opacity", 0, "--threads", 3)
    assert done.code == 0, done.said
    pictures, times = decoded(tmp_path / "out.mp4")
    assert [number(picture) for picture in pictures] == list(range(len(stamps)))
    assert times == [stamp * TICK for stamp in stamps]
    assert {path.name for path in tmp_path.iterdir()} == {"in.mkv", "out.mp4", "bright.onnx"}


def test_the_report_says_what_was_done(program: Program, model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", 6)
    done = program.run(clip, "--model", model, "-o", tmp_path / "out.mkv", "--json", tmp_path / "report.json")
    assert done.code == 0
    assert "6 frames in" in done.said
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["frames"], report["damaged"], report["dropped"]) == (6, 0, 0)
    assert (report["width"], report["height"]) == SIZE
    assert report["provider"] == "cpu"
    assert report["model"]["name"] == "bright"
    assert set(report["ms"]) == {"decode", "find", "steady", "draw", "encode", "latency"}
    assert 0 < report["sky_fraction"] < 1
    assert report["fps"] == pytest.approx(6 / report["seconds"])


def test_a_mask_is_written_without_loss_at_odd_sizes_too(program: Program, model: Path, tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    frames = [random.integers(0, 256, (31, 47, 3), np.uint8) for _ in range(3)]
    raw = program.draw(frames, model, "--write", "mask", "--no-temporal")
    given = b"".join(frame.tobytes() for frame in frames)
    arguments = ("-", "--size", "47x31", "--model", model, "--no-temporal")
    written = program.run(*arguments, "--write", "mask", "-o", tmp_path / "mask.mp4", given=given)
    assert written.code == 0, written.said
    assert np.array_equal(np.asarray(decoded(tmp_path / "mask.mp4", "gray")[0]), raw[..., 0])
    padded = program.run(*arguments, "-o", tmp_path / "overlay.mp4", given=given)
    assert padded.code == 0, padded.said
    assert decoded(tmp_path / "overlay.mp4")[0][0].shape == (32, 48, 3)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_videos_are_read_as_ffmpeg_shows_them(program: Program, model: Path, tmp_path: Path, angle: int) -> None:
    clip, turned = write_clip(tmp_path / "in.mp4", 2), tmp_path / "turned.mp4"
    # FFmpeg before 6 knows this tag, and the option of later ones not.
    tag = ["-c", "copy", "-metadata:s:v", f"rotate={angle}"]
    subprocess.run(["ffmpeg", "-v", "error", "-i", clip, *tag, turned], check=True)
    upright = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-"]
    shown = subprocess.run(["ffmpeg", "-v", "error", "-i", turned, *upright], capture_output=True, check=True)
    done = program.run(turned, "--model", model, "-o", "-", "--opacity", 0)
    assert done.code == 0, done.said
    width, height = SIZE if angle == 180 else SIZE[::-1]
    drawn, expected = (
        np.frombuffer(raw, np.uint8).reshape(2, height, width, 3).astype(int) for raw in (done.output, shown.stdout)
    )
    assert np.abs(drawn - expected).mean() < 2
    assert np.abs(drawn - expected[:, ::-1, ::-1]).mean() > 20


def test_a_file_that_was_cut_off_gives_its_whole_frames(program: Program, model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mkv", 40, options={"g": "1", "bf": "0"})
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    done = program.run(clip, "--model", model, "-o", tmp_path / "out.mkv", "--opacity", 0)
    assert done.code == 0, done.said
    numbers = [number(picture) for picture in decoded(tmp_path / "out.mkv")[0]]
    assert 10 < len(numbers) < 30
    assert numbers[:-1] == list(range(len(numbers) - 1))


def test_a_raw_frame_that_is_cut_off_is_counted(program: Program, model: Path) -> None:
    given = bytes(64 * 48 * 3 + 100)
    done = program.run("-", "--size", "64x48", "--model", model, "-o", "-", given=given)
    assert done.code == 0
    assert len(done.output) == 64 * 48 * 3
    assert "1 frames in" in done.said
    assert "1 damaged" in done.said


def test_interrupting_leaves_a_video_that_plays(program: Program, model: Path, tmp_path: Path) -> None:
    output = tmp_path / "out.mp4"
    command: list[str | Path] = [program.path, "-", "--size", "64x48", "--model", model, "-o", output]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as running:
        assert running.stdin is not None
        running.stdin.write(bytes(30 * 64 * 48 * 3))
        running.stdin.flush()
        assert running.stderr is not None
        for _ in range(20):  # its threads are all at work once the first lines of progress have come
            running.stdin.write(bytes(64 * 48 * 3))
        running.send_signal(signal.SIGINT)
        running.stdin.close()
        running.stderr.read()
        assert running.wait() == 0
    assert len(decoded(output)[0]) >= 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "no input"),
        (("clip.mp4",), "no model"),
        (("clip.mp4", "--model", "MODEL"), "nothing to do"),
        (("clip.mp4", "other.mp4"), "one input at a time"),
        (("clip.mp4", "--loud"), "unknown option --loud"),
        (("clip.mp4", "--model"), "--model needs a value"),
        (("-", "--model", "MODEL", "-o", "-"), "--size WxH"),
        (("clip.mp4", "--model", "MODEL", "-o", "-", "--size", "4x4"), "the input brings its own"),
        (("-", "--size", "640", "--model", "MODEL"), "write it as 640x480"),
        (("-", "--size", "0x4", "--model", "MODEL"), "'0' is no number"),
        (("-", "--fps", "fast"), "'fast' is no number"),
        (("clip.mp4", "--threads", "0"), "'0' is no number"),
        (("clip.mp4", "--device", "-1"), "'-1' is no number"),
        (("clip.mp4", "--opacity", "1.5"), "'1.5' is no number"),
        (("clip.mp4", "--threshold", "x"), "'x' is no number"),
        (("clip.mp4", "--write", "alpha"), "unknown kind 'alpha'"),
        (("clip.mp4", "--provider", "vulkan"), "unknown provider 'vulkan'"),
        (("clip.mp4", "--model", "MODEL", "-o", "-", "--fp16"), "TensorRT"),
        (("clip.mp4", "--model", "MODEL", "-o", "-", "--engine-cache", "x"), "TensorRT"),
        (("CLIP", "--model", "MODEL", "-o", "out.txt"), "no kind of video"),
    ],
)
def test_what_is_asked_for_wrongly(
    program: Program, model: Path, tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    names = {"MODEL": str(model), "CLIP": str(write_clip(tmp_path / "in.mp4", 1))}
    done = program.run(*(names.get(argument, argument) for argument in arguments))
    assert done.code == 2
    assert says in done.said
    assert done.output == b""


@pytest.mark.parametrize("provider", ["cuda", "tensorrt"])
def test_a_provider_that_is_missing_is_refused_never_replaced(
    program: Program, model: Path, tmp_path: Path, provider: str
) -> None:
    clip = write_clip(tmp_path / "in.mp4", 1)
    done = program.run(clip, "--model", model, "-o", tmp_path / "out.mp4", "--provider", provider)
    assert done.code == 2
    assert f"provider '{provider}' was asked for and is not on this machine" in done.said
    assert not (tmp_path / "out.mp4").exists()


def test_bad_files(program: Program, model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", 1)
    text = tmp_path / "notes.mp4"
    text.write_text("no video")
    stranger = write_model(tmp_path / "stranger.onnx", None)
    other = write_model(tmp_path / "other.onnx", encoding="pu21")
    cases = {
        (tmp_path / "missing.mp4", model, "out.mp4"): "missing.mp4: cannot be opened",
        (text, model, "out.mp4"): "notes.mp4: cannot be opened",
        (clip, tmp_path / "missing.onnx", "out.mp4"): "missing.onnx: no model can be read",
        (clip, text, "out.mp4"): "notes.mp4: no ONNX model that can run",
        (clip, stranger, "out.mp4"): "stranger.onnx: an ONNX model without a skymatte card",
        (clip, other, "out.mp4"): "other.onnx: model card: encoding 'pu21'",
        (clip, model, "nowhere/out.mp4"): "out.mp4: cannot be written",
    }
    for (video, weights, output), says in cases.items():
        done = program.run(video, "--model", weights, "-o", tmp_path / output)
        assert (done.code, says in done.said) == (1, True), done.said
        assert not (tmp_path / output).exists()


def test_a_video_at_an_http_address(program: Program, model: Path, tmp_path: Path) -> None:
    write_clip(tmp_path / "in.mkv", 5)
    handler = partial(QuietHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        done = program.run(f"{address}/in.mkv", "--model", model, "-o", tmp_path / "out.mkv", "--opacity", 0)
        missing = program.run(f"{address}/none.mkv", "--model", model, "-o", tmp_path / "none.mkv")
        server.shutdown()
    assert done.code == 0, done.said
    assert [number(picture) for picture in decoded(tmp_path / "out.mkv")[0]] == list(range(5))
    assert (missing.code, "none.mkv: cannot be opened as a video" in missing.said) == (1, True)


class QuietHandler(SimpleHTTPRequestHandler):
    """Says nothing of what it is asked for."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name in the base class
        """Nothing."""


def test_hdr_is_refused_with_who_reads_it(program: Program, model: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "in.mp4", 1, pixel_format="yuv420p10le", color_trc=16, color_primaries=9, colorspace=9)
    done = program.run(clip, "--model", model, "-o", tmp_path / "out.mp4")
    assert done.code == 1
    assert "HDR video (smpte2084) is not read by this program; use the Python program" in done.said


def test_help(program: Program) -> None:
    done = program.run("--help")
    assert done.code == 0
    assert "--provider" in done.output.decode()


def test_a_network_with_a_fixed_size_fails_in_words(program: Program, tmp_path: Path) -> None:
    path = write_model(tmp_path / "fixed.onnx")
    network = onnx.load(path)
    for axis, size in ((2, 32), (3, 32)):
        network.graph.input[0].type.tensor_type.shape.dim[axis].dim_value = size
    onnx.save(network, path)
    done = program.run("-", "--size", "64x48", "--model", path, "-o", "-", given=bytes(64 * 48 * 3))
    assert done.code == 1
    assert "the model cannot run" in done.said
