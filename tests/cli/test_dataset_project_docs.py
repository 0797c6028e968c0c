"""docs/geometry.md names what there is, and its examples run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.masks.files import read_label
from skymatte.picture.oiio import write_png8
from tests.cli.run import names
from tests.scenery import write_exr, write_other

PAGE = (Path(__file__).parents[2] / "docs" / "geometry.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^    (skymatte dataset project (?!PICTURE).*)$", PAGE, re.MULTILINE)


def test_every_option_is_documented() -> None:
    options = set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, ["dataset", "project", "--help"]).stdout))
    assert "--from-mapping" in options
    assert {option for option in options if f"`{option}" not in PAGE} == {"--output", "--help"}


def test_there_are_commands_to_run() -> None:
    assert len(COMMANDS) == 4


@pytest.mark.parametrize("command", COMMANDS)
def test_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    light = np.ones((32, 64, 3), np.float32)
    write_exr(Path("panorama.exr"), light)
    write_other(Path("domes") / "up.hdr", light[:, :32])
    Path("labels").mkdir()
    write_png8(Path("labels") / "panorama.png", np.full((32, 64), 255, np.uint8))
    # Small results: the sizes of the page would take their time.
    arguments = re.sub(r"--width \d+", "--width 48", command)
    result = CliRunner().invoke(app, shlex.split(arguments)[1:])
    assert result.exit_code == 0, result.output
    stem = "up" if "domes" in command else "panorama"
    expected = [f"labels/{stem}.png"] if "--labels" in command else []
    assert names(tmp_path / "out") == [*expected, f"pictures/{stem}.exr"]
    if expected:
        assert set(np.unique(read_label(Path("out", *expected)))) == {0, 255}


def test_python_lines() -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    found: dict[str, Any] = {"pixels": np.ones((8, 16, 3), np.float32), "label": np.full((8, 16), 255, np.uint8)}
    exec(code, found)  # noqa: S102 -- our own page
    assert found["seen"].mean() == pytest.approx(np.pi / 4, abs=1e-3)
    assert set(np.unique(found["sky"])) == {0, 255}
