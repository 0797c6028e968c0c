"""The window of ``skymatte-video``, seen on a virtual display."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tests.cpp.program import Program, scene
from tests.models import write_model
from tests.video.screens import display

SIZE = (320, 180)
FIGURES = 30
"""Rows at the top in which figures may stand."""


def shows_a_picture(screen: NDArray[np.uint8]) -> bool:
    return bool(np.count_nonzero(screen.max(axis=2)) > SIZE[0] * SIZE[1])


def test_picture_and_overlay_side_by_side_and_keys_that_pause_and_quit(program: Program, tmp_path: Path) -> None:
    model = write_model(tmp_path / "bright.onnx")
    (frame,) = scene(1, SIZE)
    command: list[str | Path] = [program.path, "-", "--size", "320x180", "--fps", "2", "--model", model, "--show"]
    with (
        display(tmp_path) as screen,
        subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=screen.environment()) as running,
    ):
        assert running.stdin is not None
        running.stdin.write(frame.tobytes() * 8)
        running.stdin.flush()
        screen.wait_for(shows_a_picture)
        screen.type_key("space")
        seen = screen.look()
        screen.type_key("q")
        running.stdin.close()
        assert running.wait(60) == 0
    rows, columns = np.nonzero(seen.max(axis=2))
    width, height = SIZE
    shown = seen[rows.min() :, columns.min() :][:height, : 2 * width].astype(int)
    picture, drawn = shown[:, :width], shown[:, width:]
    assert np.abs(picture - frame)[FIGURES:].max() <= 2
    assert not np.array_equal(picture[:FIGURES], frame[:FIGURES]), "no figures stand in it"
    bluer = (drawn - picture)[..., 2] - (drawn - picture)[..., 0]
    assert bluer[FIGURES : FIGURES + 20].min() > 40
    assert np.abs((drawn - picture)[-20:]).mean() < 4
