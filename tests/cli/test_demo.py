from __future__ import annotations

from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.picture.model import Projection
from skymatte.picture.read import read
from skymatte.scenes.panorama import render


def demo(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["demo", *map(str, arguments)])


def test_writes_a_panorama_and_its_matte(tmp_path: Path) -> None:
    result = demo(tmp_path / "new" / "folder", "--size", "128x64", "--seed", 3)
    assert result.exit_code == 0, result.output
    folder = tmp_path / "new" / "folder"
    assert sorted(p.name for p in folder.iterdir()) == ["demo.exr", "demo.matte.exr"]
    pixels, matte = render(128, 64, 3)
    picture = read(folder / "demo.exr")
    assert picture.projection is Projection.EQUIRECTANGULAR
    assert picture.projection_source == "envmap attribute"
    assert np.allclose(picture.pixels, np.minimum(pixels, 65504), rtol=1e-3, atol=1e-6)
    with OpenEXR.File(str(folder / "demo.matte.exr"), separate_channels=True) as file:
        channels = file.channels()
        assert list(channels) == ["sky.A"]
        assert channels["sky.A"].pixels.dtype == np.float16
        assert np.array_equal(channels["sky.A"].pixels.astype(np.float32), matte)


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        assert demo(tmp_path / name, "--size", "64x32").exit_code == 0
    for file in ("demo.exr", "demo.matte.exr"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


@pytest.mark.parametrize(
    ("size", "says"),
    [
        ("big", "WIDTHxHEIGHT"),
        ("100x", "WIDTHxHEIGHT"),
        ("-64x-32", "WIDTHxHEIGHT"),
        ("100x100", "200x100"),
        ("32768x16384", "16384x8192"),
        ("2x1", "32x16"),
    ],
)
def test_a_size_that_cannot_be_is_a_usage_error(tmp_path: Path, size: str, says: str) -> None:
    result = demo(tmp_path, f"--size={size}")
    assert result.exit_code == 2
    assert says in " ".join(result.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_a_file_where_the_folder_should_be_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    result = demo(tmp_path / "taken", "--size", "64x32")
    assert result.exit_code == 1
    assert "taken: is a file" in result.stderr
    assert (tmp_path / "taken").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("mine")
    result = demo(tmp_path / "taken" / "below", "--size", "64x32")
    assert result.exit_code == 1
    assert "below: cannot be made" in result.stderr


def test_quiet_prints_nothing(tmp_path: Path) -> None:
    assert demo(tmp_path, "--size", "64x32", "--quiet").output == ""
