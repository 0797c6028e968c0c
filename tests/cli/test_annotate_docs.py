"""docs/annotate.md names what there is, and its commands run."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.picture.oiio import write_png8
from tests.cli.run import names
from tests.datasets.annotated import UPPER_HALF, annotation, half_sky, percent, region, task, write_json, write_pictures

PAGE = (Path(__file__).parents[2] / "docs" / "annotate.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("verb", ["import", "export", "proxy"])
def test_every_option_is_documented(verb: str) -> None:
    options = set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, ["dataset", verb, "--help"]).stdout))
    assert {option for option in options if option not in PAGE} == {"--output", "--help"} | (
        {"--recursive"} if verb == "proxy" else set()
    )


def test_the_commands_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_pictures(Path("shoot"), "hill.exr")
    Path("masks").mkdir()
    write_png8(Path("masks/hill.mask.png"), half_sky())
    write_json(
        Path("export.json"),
        [task(1, "/data/upload/1/0a1b2c3d-hill.jpg", annotation(1, [region("r", percent(UPPER_HALF))]))],
    )
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines():
        command = shlex.split(line, comments=True)
        assert command[0] == "skymatte"
        result = CliRunner().invoke(app, command[1:])
        assert result.exit_code == 0, result.output
    assert {"data/labels/hill.png", "proxies/hill.jpg", "tasks.json"} <= set(names(tmp_path))
