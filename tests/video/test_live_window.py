"""``skymatte video --live`` in a real window on a virtual display: what the display shows, and what keys do."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.models import write_model
from tests.video.clips import GROUND, SKY, picture, read_clip, write_clip
from tests.video.screens import HEIGHT, WIDTH, Display, display

PROGRAM = Path(sys.executable).with_name("skymatte")

# A picture of 320×240 beside another and the figures below, in the middle of the display.
LEFT, TOP = (WIDTH - 640) // 2, (HEIGHT - 268) // 2
SKY_LEFT = (TOP + 60, LEFT + 160)
SKY_RIGHT = (TOP + 60, LEFT + 480)
GROUND_LEFT = (TOP + 180, LEFT + 160)
GROUND_RIGHT = (TOP + 180, LEFT + 480)


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Display]:
    with display(tmp_path) as opened:
        yield opened


def is_near(shown: NDArray[np.uint8], place: tuple[int, int], colour: tuple[float, ...], levels: int = 8) -> bool:
    row, column = place
    seen = shown[row - 4 : row + 5, column - 4 : column + 5].reshape(-1, 3).astype(int)
    return bool((np.abs(seen - np.array(colour)) <= levels).all())


def blue(opacity: float) -> tuple[float, ...]:
    return tuple(value + (tint - value) * opacity for value, tint in zip(SKY, (0, 0, 255), strict=True))


def test_picture_and_masked_picture_are_seen_and_keys_are_obeyed(screen: Display, tmp_path: Path) -> None:
    clip, model = write_clip(tmp_path / "clip.mp4", 10 * 100, (320, 240), rate=10), write_model(tmp_path / "m.onnx")
    report, output = tmp_path / "report.json", tmp_path / "seen.mp4"
    program = subprocess.Popen(
        [PROGRAM, "video", clip, "--live", "-o", output, "--report", report, "--model", model, "--runtime", "cpu"],
        cwd=tmp_path,
        env=screen.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        shown = screen.wait_for(lambda seen: is_near(seen, SKY_RIGHT, blue(0.5)))
        assert is_near(shown, SKY_LEFT, SKY)
        assert is_near(shown, GROUND_LEFT, GROUND)
        assert is_near(shown, GROUND_RIGHT, GROUND)
        assert shown[TOP + 244 : TOP + 264, LEFT : LEFT + 640].max() > 200  # the figures
        assert shown[: TOP - 4].max() == 0

        screen.type_key("plus")
        screen.wait_for(lambda seen: is_near(seen, SKY_RIGHT, blue(0.6)))
        screen.type_key("minus")
        screen.type_key("minus")
        shown = screen.wait_for(lambda seen: is_near(seen, SKY_RIGHT, blue(0.4)))
        assert is_near(shown, SKY_LEFT, SKY)

        # 640×268 in 800×400: a quarter larger, with 32 rows of black above and below.
        screen.resize(800, 400)
        place = (TOP + 32 + 75, LEFT + 600)
        shown = screen.wait_for(lambda seen: is_near(seen, place, blue(0.4)))
        assert is_near(shown, (TOP + 32 + 75, LEFT + 200), SKY)
        assert shown[TOP : TOP + 30, LEFT : LEFT + 800].max() == 0
        screen.resize(640, 268)
        screen.wait_for(lambda seen: is_near(seen, SKY_RIGHT, blue(0.4)))

        screen.type_key("space")
        paused = wait_until_still(screen)
        screen.type_key("period")
        screen.wait_for(lambda seen: bool((seen[TOP + 230 : TOP + 240] != paused[TOP + 230 : TOP + 240]).any()))
        screen.type_key("s")
        screen.wait_for(lambda _: any(tmp_path.glob("clip-*.png")))
        screen.type_key("q")
        said, errors = program.communicate(timeout=60)
    finally:
        program.kill()
        program.wait()
    assert (program.returncode, errors) == (0, "")
    assert "50.0% sky" in said
    told = json.loads(report.read_text())
    assert told["done"] > 0
    assert told["latency_ms"]["p50"] > 0
    assert told["output"] == {"name": str(output), "write": "overlay"}
    frames, times = read_clip(output)
    assert times == sorted(times)
    assert abs(len(frames) - told["done"]) <= 2
    assert is_near(frames[0], (60, 160), blue(0.5), 12)


def test_raw_frames_are_shown_as_they_come(screen: Display, tmp_path: Path) -> None:
    model, one = write_model(tmp_path / "m.onnx"), picture(0, 240, 320).tobytes()
    command: list[str | Path] = [PROGRAM, "video", "-", "--live", "--size", "320x240", "--model", model]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*command, "--runtime", "cpu"], env=screen.environment(), stdin=pipe, stdout=pipe, stderr=pipe
    ) as program:
        assert program.stdin is not None
        program.stdin.write(one)
        program.stdin.flush()
        screen.wait_for(lambda seen: is_near(seen, SKY_RIGHT, blue(0.5)))
        program.stdin.write(picture(0, 240, 320)[::-1].tobytes())
        program.stdin.flush()
        shown = screen.wait_for(lambda seen: is_near(seen, GROUND_RIGHT, blue(0.5)))
        assert is_near(shown, SKY_RIGHT, GROUND)
        said, errors = program.communicate(timeout=60)
    assert (program.returncode, errors) == (0, b"")
    assert b"-: 2 frames, 50.0% sky" in said


def wait_until_still(screen: Display) -> NDArray[np.uint8]:
    """What is shown once two looks, a second apart, are the same: the mark of the clip moves with every frame."""
    last = screen.look()

    def still(seen: NDArray[np.uint8]) -> bool:
        nonlocal last
        same = bool((seen == last).all())
        last = seen
        return same

    return screen.wait_for(still)


def test_without_a_display_there_is_a_clear_error(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", 3)
    program = subprocess.run(
        [PROGRAM, "video", clip, "--live", "--model", write_model(tmp_path / "m.onnx")],
        env={"PATH": "/usr/bin", "SDL_VIDEODRIVER": "x11", "DISPLAY": ":54321"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert program.returncode == 1
    assert "no window can be opened" in program.stderr
    assert "Traceback" not in program.stderr


def test_without_pysdl2_the_extra_is_named(tmp_path: Path) -> None:
    clip, model = write_clip(tmp_path / "clip.mp4", 3), write_model(tmp_path / "m.onnx")
    code = (
        "import sys\nsys.modules['sdl2'] = None\n"
        "from skymatte.cli.main import main\n"
        f"sys.argv = ['skymatte', 'video', {str(clip)!r}, '--live', '--model', {str(model)!r}]\nmain()"
    )
    program = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert program.returncode == 2
    assert "pip install 'skymatte[live]'" in program.stderr
    assert "Traceback" not in program.stderr
