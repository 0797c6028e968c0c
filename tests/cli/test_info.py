"""``skymatte info``."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
import typer
from typer.testing import CliRunner

from skymatte.cli.info import info
from tests.picture.exr_files import rgb, single, write, write_oiio

APP = typer.Typer()
APP.command()(info)


@pytest.fixture
def panorama(tmp_path: Path) -> Path:
    return write(tmp_path / "panorama.exr", rgb(np.random.default_rng(0), 16, 32), envmap=OpenEXR.ENVMAP_LATLONG)


def test_table(panorama: Path) -> None:
    result = CliRunner().invoke(APP, [str(panorama)], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    words = " ".join(result.stdout.split())
    for expected in (
        "panorama.exr",
        "32 × 16",
        "equirectangular (envmap attribute)",
        "EV (median",
        "0, 0, 0 (of 1,536",
    ):
        assert expected in words
    assert "3 channels (half), zip, increasing line order" in words


def test_json_of_several_and_a_broken_one(panorama: Path, tmp_path: Path) -> None:
    good = write_oiio(tmp_path / "a.png", np.full((4, 4, 3), 255, np.uint8), "uint8")
    broken = tmp_path / "broken.exr"
    broken.write_text("no picture")
    result = CliRunner().invoke(APP, ["--json", str(panorama), str(broken), str(good)])
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert [Path(entry["path"]).name for entry in told] == ["panorama.exr", "a.png"]
    assert told[1]["luminance_ev"]["max"] == 0
    assert "broken.exr: is not an OpenEXR file" in result.stderr
    assert "Traceback" not in result.output


def test_part_and_projection(tmp_path: Path) -> None:
    path = tmp_path / "a.exr"
    generator = np.random.default_rng(0)
    header = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    parts = [
        ({"Z": single(generator, 6, 6)}, "depth"),
        (rgb(generator, 6, 6), "first"),
        (rgb(generator, 6, 6), "[b]x[/b]"),
    ]
    OpenEXR.File([OpenEXR.Part(dict(header), channels, name) for channels, name in parts]).write(str(path))
    arguments = [str(path), "--part", "2", "--projection", "fisheye"]
    told = json.loads(CliRunner().invoke(APP, ["--json", *arguments]).stdout)[0]
    assert (told["part"], told["projection"]) == (2, "fisheye")
    shown = CliRunner().invoke(APP, arguments, env={"COLUMNS": "200"}).stdout
    assert "part * 2" in shown
    assert "[b]x[/b]" in shown, "names are shown as they are, not as markup"
    result = CliRunner().invoke(APP, [str(path), "--part", "nine"])
    assert result.exit_code == 1
    assert "has no part 'nine'" in result.stderr
