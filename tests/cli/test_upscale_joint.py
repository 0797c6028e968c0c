"""``skymatte upscale --method joint`` through the command line: a large picture, and the mask of its sky."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from skymatte.picture.exr_write import write_channels
from skymatte.picture.oiio import decode, read_gray, write_png8
from skymatte.picture.read import read
from skymatte.runtime import model as model_module
from skymatte.superres import upscale_with_sky
from tests.cli.run import names
from tests.superres.models import write_joint, write_superres
from tests.video.clips import write_clip

PICTURE = np.random.default_rng(6).integers(0, 256, (12, 15, 3), np.uint8)


def upscale(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["upscale", "--method", "joint", *map(str, arguments)])


@pytest.fixture(autouse=True)
def built_in(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path_factory.mktemp("models")
    write_joint(folder / "joint-sky-x4.onnx")
    write_superres(folder / "dcscn-x4.onnx", 4)
    monkeypatch.setattr(model_module, "BUILT_IN", folder)
    return folder


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    write_png8(tmp_path / "in.png", PICTURE)
    return tmp_path / "in.png"


def test_the_picture_and_its_mask(picture: Path, tmp_path: Path) -> None:
    light = np.exp(np.random.default_rng(1).normal(0, 1, (9, 7, 3))).astype(np.float32)
    write_channels(tmp_path / "hdr.exr", {name: light[..., index] for index, name in enumerate("RGB")})
    for source, pixels in ((picture, PICTURE), (tmp_path / "hdr.exr", light)):
        result = upscale(source, "--scale", 4, "-o", tmp_path / "out")
        assert result.exit_code == 0, result.output
        made, mask = (tmp_path / "out" / f"{source.stem}.x4{ending}" for ending in (source.suffix, ".mask.png"))
        assert f"{source.name}: {made}, {mask}, " in result.stdout
        larger, sky = upscale_with_sky(pixels)
        np.testing.assert_array_equal(read_gray(mask), 255 * (sky >= 0.5))
        found = decode(made)[0] if source is picture else read(made).pixels
        np.testing.assert_allclose(found, larger, rtol=1e-6)
    assert names(tmp_path / "out") == ["hdr.x4.exr", "hdr.x4.mask.png", "in.x4.mask.png", "in.x4.png"]


@pytest.mark.parametrize("present", ["in.x4.png", "in.x4.mask.png"])
def test_either_file_may_exist_already(picture: Path, tmp_path: Path, present: str) -> None:
    (tmp_path / present).write_bytes(b"mine")
    result = upscale(picture, "--scale", 4)
    assert result.exit_code == 1
    assert f"{present}: exists already; use --overwrite or --skip-existing" in result.stderr
    result = upscale(picture, "--scale", 4, "--skip-existing")
    assert (result.exit_code, "skipped" in result.stdout) == (0, True)
    assert names(tmp_path) == sorted(("in.png", present))
    assert (tmp_path / present).read_bytes() == b"mine"
    assert upscale(picture, "--scale", 4, "--overwrite").exit_code == 0
    assert read_gray(tmp_path / "in.x4.mask.png").shape == (48, 60)
    assert decode(tmp_path / "in.x4.png")[0].shape == (48, 60, 3)


def test_results_are_not_made_larger_again(picture: Path, tmp_path: Path) -> None:
    assert upscale(picture, "--scale", 4).exit_code == 0
    result = upscale(tmp_path, "--scale", 4, "--overwrite")
    assert result.exit_code == 0
    assert names(tmp_path) == ["in.png", "in.x4.mask.png", "in.x4.png"]


def test_a_mask_never_replaces_an_input(picture: Path, tmp_path: Path) -> None:
    mask = tmp_path / "out/in.x4.mask.png"
    mask.parent.mkdir()
    write_png8(mask, PICTURE)
    result = upscale(picture, mask, "-o", tmp_path / "out", "--scale", 4, "--overwrite")
    assert result.exit_code == 1
    assert "would replace an input" in result.stdout
    np.testing.assert_array_equal(decode(mask)[0], PICTURE)


def test_what_cannot_be_seen_whole(tmp_path: Path) -> None:
    write_png8(tmp_path / "wide.png", np.zeros((481, 640), np.uint8))
    write_clip(tmp_path / "v.mp4", 1)
    for name, message in (("wide.png", "640×481 pixels are more than 640×480"), ("v.mp4", "takes pictures only")):
        result = upscale(tmp_path / name, "--scale", 4)
        assert result.exit_code == 1
        assert message in result.stderr
        assert "use --method segmentation-guided" in result.stderr
    assert names(tmp_path) == ["v.mp4", "wide.png"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "makes pictures 4 times larger, not 2; use --scale 4"),
        (("--scale", "3"), "makes pictures 4 times larger, not 3; use --scale 4"),
        (("--scale", "4", "--model", "dcscn-x4"), "is a model for 'superres', not for 'joint-sky'; use --method dcscn"),
        (
            ("--scale", "4", "--method", "dcscn", "--model", "joint-sky-x4"),
            "is a model for 'joint-sky', not for 'superres'; use --method joint",
        ),
    ],
)
def test_what_is_asked_for_wrongly(picture: Path, arguments: tuple[str, ...], message: str) -> None:
    result = upscale(picture, *arguments)
    assert result.exit_code == 2
    assert message in result.stderr
    assert names(picture.parent) == ["in.png"]
