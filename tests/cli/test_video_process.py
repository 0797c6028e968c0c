"""``skymatte video`` as a process of its own: pipes, Ctrl-C, memory, terminals."""

from __future__ import annotations

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.run import model_in
from tests.video.clips import SKY, picture, read_clip, write_clip

PROGRAM = Path(sys.executable).with_name("skymatte")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_clip(tmp_path / "in/clip.mp4")


def test_products_of_matrices_take_one_thread() -> None:
    """Stages overlap: a library that brings threads of its own, and lets them spin, slows all of them down."""
    code = """
import os
from typer.testing import CliRunner
from skymatte.cli.main import app
assert CliRunner().invoke(app, ["video", "x.mp4"]).exit_code == 2
import numpy
product = numpy.ones((600, 600)) @ numpy.ones((600, 600))
print(len(os.listdir("/proc/self/task")))
"""
    plain = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    printed = subprocess.run([sys.executable, "-c", code], env=plain, capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "1"


def test_raw_frames_through_pipes(tmp_path: Path) -> None:
    pictures = np.stack([picture(index, 48, 64) for index in range(6)])
    raw = ["-o", "-", "--size", "64x48", "--format", "rgb24", "--fps", "30"]
    result = subprocess.run(
        [PROGRAM, "video", "-", *raw, "--model", model_in(tmp_path), "--runtime", "cpu", "--write", "side-by-side"],
        input=pictures.tobytes(),
        capture_output=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    shown = np.frombuffer(result.stdout, np.uint8).reshape(6, 48, 128, 3)
    np.testing.assert_array_equal(shown[:, :, :64], pictures)
    np.testing.assert_allclose(shown[:, 5, 70], np.tile(np.array(SKY) / 2 + (0, 0, 128), (6, 1)), atol=1)
    assert b"-: 6 frames" in result.stderr


def test_memory_does_not_grow_with_the_stream(tmp_path: Path) -> None:
    """A frame and its matte are 43 kB: 2000 more of them would be 86 MB if they stayed."""
    peaks = []
    for count in (100, 2100):
        report = tmp_path / f"{count}.json"
        raw: list[str | Path] = [
            "--size",
            "96x64",
            "--report",
            report,
            "--model",
            model_in(tmp_path),
            "--runtime",
            "cpu",
        ]
        command: list[str | Path] = [PROGRAM, "video", "-", "-o", tmp_path / f"{count}.mkv", *raw]
        frames = b"".join(picture(index, 64, 96).tobytes() for index in range(100))
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
            assert process.stdin is not None
            for _ in range(count // 100):
                process.stdin.write(frames)
        told = json.loads(report.read_text())
        assert told["done"] == count
        peaks.append(told["peak_memory_mb"])
    assert peaks[1] - peaks[0] < 25


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
def test_ctrl_c_leaves_a_playable_file_and_a_report(tmp_path: Path, suffix: str) -> None:
    """Frames come from a pipe that stays open, so that the program cannot be done before it is interrupted."""
    out, report = tmp_path / f"out.{suffix}", tmp_path / "report.json"
    options: list[str | Path] = [
        "--size",
        "64x48",
        "--report",
        report,
        "--model",
        model_in(tmp_path),
        "--runtime",
        "cpu",
    ]
    # Where tests run in the background, Ctrl-C is ignored by all that they start, unless they say otherwise.
    command = ["env", "--default-signal=INT", PROGRAM, "video", "-", "-o", out, *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as program:
        assert program.stdin is not None
        for index in range(200):
            program.stdin.write(picture(index, 48, 64).tobytes())
        program.stdin.flush()  # pipe and queues do not hold that many frames: most have been worked off by now
        program.send_signal(signal.SIGINT)
        said, errors = program.communicate(timeout=60)
    assert program.returncode == 130, errors
    assert b"interrupted" in said
    told = json.loads(report.read_text())
    assert told["interrupted"]
    frames, _ = read_clip(out)
    assert len(frames) == told["done"] > 50


def test_ctrl_c_is_obeyed_while_nothing_comes(tmp_path: Path) -> None:
    """The thread that reads cannot be woken; it must not keep the program."""
    report = tmp_path / "report.json"
    options: list[str | Path] = [
        "--size",
        "64x48",
        "--report",
        report,
        "--model",
        model_in(tmp_path),
        "--runtime",
        "cpu",
    ]
    command = ["env", "--default-signal=INT", PROGRAM, "video", "-", "-o", "-", "--write", "mask", *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(2 * picture(0, 48, 64).tobytes())
        process.stdin.flush()
        assert process.stdout.read(64 * 48)  # it is at work, and has no more to do
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 130
        assert b"Traceback" not in process.stderr.read()
    assert json.loads(report.read_text())["interrupted"]


def test_what_ends_a_run_early_is_in_the_report(tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    options: list[str | Path] = [
        "--size",
        "64x48",
        "--report",
        report,
        "--model",
        model_in(tmp_path),
        "--runtime",
        "cpu",
    ]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [PROGRAM, "video", "-", "-o", "-", *options], stdin=pipe, stdout=pipe, stderr=pipe
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        _, errors = process.communicate(b"".join(picture(index, 48, 64).tobytes() for index in range(20)), timeout=60)
    assert process.returncode == 1
    assert errors.decode().splitlines() == ["error: -: the program that reads the frames has gone"]
    assert json.loads(report.read_text())["error"] == "-: the program that reads the frames has gone"


def test_a_terminal_sees_a_bar_with_rate_and_time_left(tmp_path: Path, clip: Path) -> None:
    leader, follower = pty.openpty()
    options: list[str | Path] = ["-o", tmp_path / "out.mp4", "--model", model_in(tmp_path), "--runtime", "cpu"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120"}
    program = subprocess.Popen(
        [PROGRAM, "video", clip, *options], stderr=follower, stdout=subprocess.DEVNULL, env=environment
    )
    os.close(follower)
    seen = b""
    while True:
        try:
            part = os.read(leader, 65536)
        except OSError:  # the other end is closed
            break
        if not part:
            break
        seen += part
    os.close(leader)
    assert program.wait(60) == 0
    text = seen.decode()
    for part_of_bar in ("clip.mp4", "100%", "25 frames", " fps", "0:00:00"):
        assert part_of_bar in text
