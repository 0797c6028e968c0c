"""``skymatte upscale`` through the command line: every option, and what is asked for wrongly."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.picture.bicubic import bicubic
from skymatte.picture.exr_write import write_channels
from skymatte.picture.oiio import decode, write_png8
from skymatte.runtime import model as model_module
from tests.cli.run import names
from tests.models import write_model
from tests.superres.models import write_superres
from tests.video.clips import read_clip, write_clip

PICTURE = np.random.default_rng(4).integers(0, 256, (12, 15, 3), np.uint8)


def upscale(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["upscale", *map(str, arguments)])


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    write_png8(tmp_path / "in.png", PICTURE)
    return tmp_path / "in.png"


@pytest.fixture
def built_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of built-in models for all scales, and for the sky."""
    folder = tmp_path / "models"
    folder.mkdir()
    for scale in (2, 3, 4):
        write_superres(folder / f"dcscn-x{scale}.onnx", scale)
    write_model(folder / "skymatte-3.onnx")
    monkeypatch.setattr(model_module, "BUILT_IN", folder)
    return folder


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.usefixtures("built_in")
def test_every_scale_has_its_model(picture: Path, scale: int) -> None:
    result = upscale(picture, "--scale", scale)
    assert result.exit_code == 0, result.output
    made = decode(picture.with_name(f"in.x{scale}.png"))[0]
    assert made.shape == (12 * scale, 15 * scale, 3)
    plain = np.clip(np.rint(bicubic(PICTURE.astype(np.float32), 12 * scale, 15 * scale)), 0, 255)
    assert (made != plain).any()
    assert f"in.x{scale}.png" in result.stdout


def test_bicubic_needs_no_model(picture: Path, tmp_path: Path) -> None:
    assert upscale(picture, "-o", tmp_path / "out", "--method", "bicubic").exit_code == 0
    expected = np.clip(np.rint(bicubic(PICTURE.astype(np.float32), 24, 30)), 0, 255)
    np.testing.assert_array_equal(decode(tmp_path / "out/in.x2.png")[0], expected)


def test_a_model_of_ones_own_and_its_runtime(picture: Path, tmp_path: Path) -> None:
    model = write_superres(tmp_path / "mine.onnx", 3)
    assert upscale(picture, "--scale", 3, "--model", model, "--runtime", "cpu").exit_code == 0
    result = upscale(picture, "--scale", 3, "--model", model, "--runtime", "cuda", "--overwrite")
    assert result.exit_code == 2
    assert "runtime 'cuda' was asked for" in result.stderr


@pytest.mark.usefixtures("built_in")
def test_the_sky_guides(tmp_path: Path) -> None:
    pixels = np.full((64, 64, 3), 40, np.uint8)
    pixels[:32] = 230
    write_png8(tmp_path / "in.png", pixels)
    for method in ("dcscn", "segmentation-guided"):
        assert upscale(tmp_path / "in.png", "-o", tmp_path / method, "--method", method).exit_code == 0
    plain, guided = (decode(tmp_path / m / "in.x2.png")[0].astype(int) for m in ("dcscn", "segmentation-guided"))
    assert (guided - plain)[20:40, 20:100].min() > 5
    assert (guided - plain)[90:110, 20:100].max() < -5


def test_folders_recursion_and_jobs(picture: Path, tmp_path: Path) -> None:
    for name in ("a/x.png", "a/b/y.png"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        write_png8(tmp_path / name, PICTURE)
    out = tmp_path / "out"
    assert upscale(tmp_path / "a", picture, "-o", out, "-r", "--jobs", 2, "--method", "bicubic").exit_code == 0
    assert names(out) == ["b/y.x2.png", "in.x2.png", "x.x2.png"]


def test_videos(tmp_path: Path) -> None:
    write_clip(tmp_path / "v.mkv", 3)
    result = upscale(tmp_path / "v.mkv", "--method", "bicubic", "--scale", 3)
    assert result.exit_code == 0, result.output
    frames, _ = read_clip(tmp_path / "v.x3.mp4")
    assert [frame.shape for frame in frames] == [(192, 288, 3)] * 3


def test_what_exists_already(picture: Path) -> None:
    assert upscale(picture, "--method", "bicubic").exit_code == 0
    result = upscale(picture, "--method", "bicubic")
    assert result.exit_code == 1
    assert "exists already; use --overwrite or --skip-existing" in result.stderr
    result = upscale(picture, "--method", "bicubic", "--skip-existing")
    assert (result.exit_code, "skipped" in result.stdout) == (0, True)
    assert upscale(picture, "--method", "bicubic", "--overwrite").exit_code == 0
    result = upscale(picture, "--method", "bicubic", "--overwrite", "--skip-existing")
    assert result.exit_code == 2


def test_quiet_says_errors_only(picture: Path) -> None:
    assert upscale(picture, "--method", "bicubic", "-q").output == ""
    result = upscale(picture, "--method", "bicubic", "-q")
    assert result.stdout == ""
    assert "exists already" in result.stderr


def test_the_projection_decides_whether_columns_wrap(tmp_path: Path) -> None:
    write_png8(tmp_path / "in.png", PICTURE[:7, :14])
    for projection in ("auto", "perspective", "equirectangular"):
        arguments = ("--method", "bicubic", "--projection", projection, "-o", tmp_path / projection)
        assert upscale(tmp_path / "in.png", *arguments).exit_code == 0
    auto, flat, ring = (decode(tmp_path / p / "in.x2.png")[0] for p in ("auto", "perspective", "equirectangular"))
    assert (auto == ring).all()
    assert (flat != ring).any()


def test_one_bad_picture_among_good_ones(picture: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"nothing")
    light = np.ones((4, 4), np.float32)
    light[0, 0] = np.nan
    write_channels(tmp_path / "x.exr", dict.fromkeys("RGB", light))
    result = upscale(picture, tmp_path / "bad.png", tmp_path / "x.exr", tmp_path / "none.png", "--method", "bicubic")
    assert result.exit_code == 1
    assert "2 done, 0 skipped, 2 failed, 0 cancelled" in result.stdout
    assert "no such file or folder" in result.stdout
    assert "x.exr: repaired samples: 3 NaN" in result.stdout
    assert {"in.x2.png", "x.x2.exr"} <= set(names(tmp_path))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scale", "5"), "5 is not possible; choose 2, 3, 4"),
        (("--scale", "two"), "should be a valid integer"),
        (("--method", "magic"), "magic"),
        (("--method", "bicubic", "--model", "dcscn-x2"), "bicubic interpolation takes no model"),
        (("--jobs", "0"), "--jobs"),
        (("--projection", "fisheye"), "fisheye"),
        (("--runtime", "abacus"), "abacus"),
        (("--model", "nothing.onnx"), "model 'nothing.onnx': no such file"),
        (("--model", "skymatte-3"), "is a model for finding the sky, not for super-resolution"),
        (("--scale", "3", "--model", "dcscn-x2"), "makes pictures 2 times larger, not 3; use --scale 2"),
    ],
)
@pytest.mark.usefixtures("built_in")
def test_what_is_asked_for_wrongly(picture: Path, arguments: tuple[str, ...], message: str) -> None:
    result = upscale(picture, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert names(picture.parent) == ["in.png", *sorted(f"models/{n}" for n in names(picture.parent / "models"))]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.txt", b"text", "the format '.txt' is not known"),
        ("x.dng", b"raw", "camera RAW cannot be written; develop it"),
        ("x.mp4", b"text", "is no video that can be read"),
        ("x.exr", b"text", "is not an OpenEXR file"),
        ("x.png", b"", "is empty"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    (tmp_path / name).write_bytes(content)
    result = upscale(tmp_path / name, "--method", "bicubic")
    assert result.exit_code == 1
    assert message in result.stderr
    assert names(tmp_path) == [name]
