"""``skymatte segment`` on good pictures: every output, every option."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.run import model_in, names, segment, summary
from tests.scenery import FRACTION, pixels, read_exr, read_values, write_exr, write_other

ALL = "mask,matte,overlay,embed,cutout,view,confidence,horizon"


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return write_exr(tmp_path / "in" / "x.exr")


def test_mask_overlay_and_report_by_default(tmp_path: Path, picture: Path) -> None:
    result = segment(tmp_path, picture, "-o", tmp_path / "out")
    assert result.exit_code == 0
    assert names(tmp_path / "out") == ["x.mask.png", "x.overlay.jpg", "x.sky.json"]
    assert "x.exr: 50.0% sky, perspective" in result.stdout
    assert str(tmp_path / "out") in result.stdout
    mask = read_values(tmp_path / "out/x.mask.png")
    assert mask.shape == (64, 96, 1)
    assert (mask[:30] == 1).all()
    assert (mask[34:] == 0).all()
    report = json.loads((tmp_path / "out/x.sky.json").read_text())
    assert report["input"]["sha256"] == hashlib.sha256(picture.read_bytes()).hexdigest()
    assert report["model"]["sha256"] == hashlib.sha256(model_in(tmp_path).read_bytes()).hexdigest()
    assert report["sky_fraction"] == pytest.approx(FRACTION, abs=0.03)
    assert report["outputs"] == {"mask": "x.mask.png", "overlay": "x.overlay.jpg"}
    assert {"read", "write"} <= set(report["timings"])


def test_every_output_holds_what_it_promises(tmp_path: Path, picture: Path) -> None:
    out = tmp_path / "out"
    assert segment(tmp_path, picture, "-o", out, "--write", "mask, matte,overlay", "--write", ALL).exit_code == 0
    assert len(names(out)) == 10
    matte = read_exr(out / "x.matte.exr")["sky.A"]
    assert matte.dtype == np.float16
    assert 0 <= matte.min() <= matte.max() <= 1
    embedded, original = read_exr(out / "x.exr"), read_exr(picture)
    assert sorted(embedded) == ["B", "G", "R", "sky.A"]
    for name in "RGB":
        np.testing.assert_array_equal(embedded[name], original[name])
    np.testing.assert_array_equal(embedded["sky.A"], matte)
    cut = {name: plane.astype(np.float32) for name, plane in read_exr(out / "x.cutout.exr").items()}
    np.testing.assert_allclose(cut["A"], matte.astype(np.float32), atol=1e-3)
    np.testing.assert_allclose(cut["R"][:20], original["R"][:20], rtol=0.02)
    assert cut["R"][44:].max() < 0.02
    assert read_values(out / "x.overlay.jpg").shape == (64, 96, 3)
    assert read_values(out / "x.view.jpg").shape == (128, 96, 3)


def test_low_range_inputs_get_a_16_bit_png_matte(tmp_path: Path) -> None:
    picture = write_other(tmp_path / "x.png", pixels() / np.float32(4.4))
    assert segment(tmp_path, picture, "--write", "matte,embed", "-o", tmp_path / "out").exit_code == 0
    assert names(tmp_path / "out") == ["x.exr", "x.matte.png", "x.sky.json"]
    matte = read_values(tmp_path / "out/x.matte.png")
    assert matte[:28].mean() > 0.9
    assert matte[36:].mean() < 0.1
    assert sorted(read_exr(tmp_path / "out/x.exr")) == ["B", "G", "R", "sky.A"]


def test_light_beyond_half_is_clamped_and_counted(tmp_path: Path) -> None:
    light = pixels()
    light[2, 3] = 100000.0
    picture = write_other(tmp_path / "x.hdr", light)
    code, _ = summary(tmp_path, picture, "--write", "cutout", "-o", tmp_path / "out")
    assert code == 0
    assert json.loads((tmp_path / "out/x.sky.json").read_text())["clamped"] == {"cutout": 3}


def test_results_lie_beside_the_picture_without_o(tmp_path: Path, picture: Path) -> None:
    assert segment(tmp_path, picture).exit_code == 0
    assert names(picture.parent) == ["x.exr", "x.mask.png", "x.overlay.jpg", "x.sky.json"]


def test_an_input_is_never_replaced(tmp_path: Path, picture: Path) -> None:
    before = picture.read_bytes()
    result = segment(tmp_path, picture, "--write", "mask,embed", "--overwrite")
    assert result.exit_code == 1
    assert "embed would replace an input picture; choose another folder with -o" in result.stderr
    assert picture.read_bytes() == before
    assert names(picture.parent) == ["x.exr"]


def test_dense_agrees_with_the_network_everywhere(tmp_path: Path, picture: Path) -> None:
    out = tmp_path / "out"
    options = ("--method", "dense", "--patch", 32, "--stride", 20, "--write", "mask")
    assert segment(tmp_path, picture, "-o", out, *options).exit_code == 0
    mask = read_values(out / "x.mask.png")[..., 0]
    np.testing.assert_array_equal(mask, (np.arange(64)[:, None] < 32) * np.ones((1, 96)))
    method = json.loads((out / "x.sky.json").read_text())["method"]
    assert (method["name"], method["patch"], method["stride"]) == ("dense", 32, 20)


def test_the_projection_can_be_told(tmp_path: Path, picture: Path) -> None:
    assert segment(tmp_path, picture, "--projection", "equirectangular", "-o", tmp_path / "out").exit_code == 0
    report = json.loads((tmp_path / "out/x.sky.json").read_text())
    assert report["projection"]["name"] == "equirectangular"
    assert report["solid_angle_sky_fraction"] == pytest.approx(0.5, abs=0.05)


def test_the_threshold_decides(tmp_path: Path, picture: Path) -> None:
    found = {}
    for threshold in ("0.0001", "0.9999"):
        code, said = summary(tmp_path, picture, "--threshold", threshold, "-o", tmp_path / threshold)
        assert code == 0
        found[threshold] = said["pictures"][0]["sky_fraction"]
        assert json.loads((tmp_path / threshold / "x.sky.json").read_text())["threshold"] == float(threshold)
    assert found["0.9999"] < FRACTION < found["0.0001"]


def test_existing_outputs_are_kept_unless_told(tmp_path: Path, picture: Path) -> None:
    out = tmp_path / "out"
    assert segment(tmp_path, picture, "-o", out, "--write", "mask").exit_code == 0
    (out / "x.mask.png").write_bytes(b"painted by hand")
    refused = segment(tmp_path, picture, "-o", out)
    assert refused.exit_code == 1
    assert "exists already; use --overwrite or --skip-existing" in refused.stderr
    skipped = segment(tmp_path, picture, "-o", out, "--write", "mask", "--skip-existing")
    assert skipped.exit_code == 0
    assert "skipped" in skipped.stdout
    completed = segment(tmp_path, picture, "-o", out, "--skip-existing")
    assert completed.exit_code == 0
    assert (out / "x.overlay.jpg").exists()
    assert (out / "x.mask.png").read_bytes() == b"painted by hand"
    assert segment(tmp_path, picture, "-o", out, "--overwrite").exit_code == 0
    assert read_values(out / "x.mask.png").shape == (64, 96, 1)


def test_quiet_prints_nothing(tmp_path: Path, picture: Path) -> None:
    assert segment(tmp_path, picture, "-o", tmp_path / "out", "--quiet").output == ""


def test_json_is_all_there_is_on_stdout(tmp_path: Path, picture: Path) -> None:
    code, found = summary(tmp_path, picture, "-o", tmp_path / "out")
    assert code == 0
    assert (found["done"], found["skipped"], found["failed"], found["cancelled"]) == (1, 0, 0, 0)
    (entry,) = found["pictures"]
    assert entry["input"] == str(picture)
    assert entry["outputs"] == {
        "mask": str(tmp_path / "out/x.mask.png"),
        "overlay": str(tmp_path / "out/x.overlay.jpg"),
        "report": str(tmp_path / "out/x.sky.json"),
    }


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--overwrite", "--skip-existing"], "exclude each other"),
        (["--write", "mask,maks"], "unknown output 'maks'"),
        (["--threshold", "2"], "must lie between 0 and 1"),
        (["--method", "dense", "--patch", "32", "--stride", "64"], "must not exceed --patch 32"),
        (["--method", "quick"], "quick"),
        (["--jobs", "0"], "--jobs"),
        (["--projection", "cube"], "cube"),
        (["--edge", "sharp"], "sharp"),
        (["--report", "--quiet"], "exclude each other"),
    ],
)
def test_wrong_options_are_usage_errors(tmp_path: Path, picture: Path, options: list[str], message: str) -> None:
    result = segment(tmp_path, picture, *options)
    assert result.exit_code == 2
    assert message in result.stderr
    assert names(picture.parent) == ["x.exr"]
