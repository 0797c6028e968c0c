"""docs/video.md names what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.video.live_window import Command
from skymatte.video.source_raw import PIXEL_FORMATS
from tests.cli.run import model_in
from tests.video.clips import write_clip

PAGE = (Path(__file__).parents[2] / "docs/video.md").read_text()


def test_every_option_is_documented() -> None:
    options = set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, ["video", "--help"]).stdout))
    assert "--no-temporal" in options
    assert {option for option in options if f"`{option}" not in PAGE} == {"--output", "--help"}


def test_every_key_of_the_report_is_documented(tmp_path: Path) -> None:
    clip, report = write_clip(tmp_path / "clip.mp4", 2), tmp_path / "report.json"
    options = ["-o", tmp_path / "out.mp4", "--report", report, "--model", model_in(tmp_path)]
    assert CliRunner().invoke(app, ["video", str(clip), *map(str, options)]).exit_code == 0
    text = PAGE.partition("## The report")[2]
    found = json.loads(report.read_text())
    assert set(re.findall(r"`([a-z_]+)`", text)) >= {*found, *found["stages_ms"]}


def test_every_pixel_format_and_every_key_is_documented() -> None:
    (formats,) = re.findall(r"`--format ([^`]+)`", PAGE.partition("## Outputs")[0])
    assert formats.split(r"\|") == list(PIXEL_FORMATS)
    keys = PAGE.partition("| key | |")[2].partition("Frames that come")[0]
    assert len(re.findall(r"^\| (?!-)", keys, re.MULTILINE)) == len(Command) - 1  # + and - share a row
