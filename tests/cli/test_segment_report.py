"""``skymatte segment``: what is told of skies, and what to look at first in a folder."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

from tests.cli.run import names, segment, summary
from tests.scenery import FRACTION, pixels, read_exr, read_values, write_exr, write_other


@pytest.fixture
def panorama(tmp_path: Path) -> Path:
    return write_exr(tmp_path / "in/x.exr", pixels(128, 256))


def test_the_horizon_of_a_panorama_is_a_table_and_a_plot(tmp_path: Path, panorama: Path) -> None:
    assert segment(tmp_path, panorama, "-o", tmp_path / "out", "--write", "horizon").exit_code == 0
    assert names(tmp_path / "out") == ["x.horizon.csv", "x.horizon.png", "x.sky.json"]
    with (tmp_path / "out/x.horizon.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 360
    assert all(abs(float(row["horizon_deg"])) < 3 for row in rows)
    assert read_values(tmp_path / "out/x.horizon.png").shape == (560, 1440, 3)
    report = json.loads((tmp_path / "out/x.sky.json").read_text())
    assert report["horizon"]["mean_deg"] == pytest.approx(0, abs=3)
    assert report["sky_view_factor"] == pytest.approx(1, abs=0.01)
    assert report["outputs"] == {"horizon": "x.horizon.csv", "horizon_plot": "x.horizon.png"}


def test_a_photograph_has_a_skyline(tmp_path: Path) -> None:
    picture = write_exr(tmp_path / "x.exr")
    assert segment(tmp_path, picture, "--write", "horizon").exit_code == 0
    with (tmp_path / "x.horizon.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert len(rows) == 96
    assert all(abs(float(row["skyline_row"]) - 64 * FRACTION) <= 2 for row in rows)


def test_confidence_is_a_map_in_the_format_of_the_matte(tmp_path: Path, panorama: Path) -> None:
    low = write_other(tmp_path / "in/y.png", pixels() / np.float32(4.4))
    assert segment(tmp_path, panorama, low, "-o", tmp_path / "out", "--write", "confidence").exit_code == 0
    half = read_exr(tmp_path / "out/x.confidence.exr")
    assert list(half) == ["sky.confidence"]
    sure, png = half["sky.confidence"].astype(np.float32), read_values(tmp_path / "out/y.confidence.png")[..., 0]
    for values in (sure, png):
        rows = len(values)
        assert 0 <= values.min() <= values.max() <= 1
        assert values[: rows // 4].mean() > 0.9
        edge = values.mean(axis=1)[rows // 4 : -rows // 4]
        assert abs(int(edge.argmin()) - rows // 4) <= 2


def test_the_report_is_printed_when_asked(tmp_path: Path, panorama: Path) -> None:
    said = segment(tmp_path, panorama, "-o", tmp_path / "out", "--report").stdout
    report = json.loads((tmp_path / "out/x.sky.json").read_text())
    assert f"sky-view factor {report['sky_view_factor']:.3f}" in said
    assert f"{report['solid_angle_sky_fraction']:.2%} of the solid angle" in said
    assert "sun: none seen" in said
    assert f"{report['confidence']['edge']:.2f} along the edge" in said
    assert "horizon: " in said
    plain = segment(tmp_path, panorama, "-o", tmp_path / "out", "--overwrite").stdout
    assert "sky-view" not in plain
    code, found = summary(tmp_path, panorama, "-o", tmp_path / "out", "--overwrite", "--report")
    assert code == 0
    assert found["pictures"][0]["report"]["sky_view_factor"] == report["sky_view_factor"]


def test_the_sun_is_told_with_what_was_clipped(tmp_path: Path) -> None:
    light = pixels(128, 256) / np.float32(4)
    y, x = np.mgrid[:128, :256]
    light += (30 / (1 + (x - 64.0) ** 2 + (y - 32.0) ** 2))[..., None].astype(np.float32)
    light[31:34, 63:66] = 65504
    picture = write_exr(tmp_path / "x.exr", light)
    said = segment(tmp_path, picture, "--report").stdout
    assert "sun: azimuth -89.3°, elevation 44.3° (column 64.0, row 32.0), 9 pixels clipped, 0.0039 sr" in said
    sun = json.loads((tmp_path / "x.sky.json").read_text())["sun"]
    assert (sun["x"], sun["y"], sun["peak"], sun["clipped_pixels"]) == (64, pytest.approx(32, abs=0.02), 65504, 9)


@pytest.mark.parametrize("edge", ["fast", "fine"])
def test_the_edge_is_drawn_as_asked(tmp_path: Path, panorama: Path, edge: str) -> None:
    assert segment(tmp_path, panorama, "-o", tmp_path / edge, "--edge", edge, "--write", "matte").exit_code == 0
    report = json.loads((tmp_path / edge / "x.sky.json").read_text())
    assert report["method"]["edge"] == edge


def folder(tmp_path: Path) -> Path:
    """Four ordinary panoramas and a black one."""
    for name in "abcd":
        write_exr(tmp_path / f"in/{name}.exr", pixels(64, 128))
    write_exr(tmp_path / "in/odd.exr", pixels(64, 128) * np.float32(0) + np.float32(0.05))
    return tmp_path / "in"


def test_after_a_folder_the_odd_one_is_named_first(tmp_path: Path) -> None:
    result = segment(tmp_path, folder(tmp_path), "-o", tmp_path / "out", "--write", "mask")
    assert result.exit_code == 0
    assert "please look at these first" in result.stdout
    with (tmp_path / "out/ranking.csv").open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    assert rows[0]["picture"] == str(tmp_path / "in/odd.exr")
    assert "the others have some 50%" in rows[0]["reasons"]
    assert rows[0]["reasons"] in " ".join(result.stdout.split())
    assert len(rows) == 5


def test_what_was_skipped_is_ranked_by_its_old_report(tmp_path: Path) -> None:
    options = ("-o", tmp_path / "out", "--write", "mask", "--skip-existing")
    assert segment(tmp_path, folder(tmp_path), *options).exit_code == 0
    first = (tmp_path / "out/ranking.csv").read_text()
    (tmp_path / "out/ranking.csv").unlink()
    (tmp_path / "out/a.mask.png").unlink()
    code, found = summary(tmp_path, tmp_path / "in", *options)
    assert (code, found["done"], found["skipped"]) == (0, 1, 4)
    assert (tmp_path / "out/ranking.csv").read_text() == first
    assert found["look_first"][0]["input"] == str(tmp_path / "in/odd.exr")
    (tmp_path / "out/b.sky.json").write_text('{"skymatte": "0.0"}')
    assert len(summary(tmp_path, tmp_path / "in", *options)[1]["look_first"]) == 4


def test_one_picture_needs_no_ranking(tmp_path: Path, panorama: Path) -> None:
    result = segment(tmp_path, panorama, "-o", tmp_path / "out", "--write", "mask")
    assert "look at these" not in result.stdout
    assert names(tmp_path / "out") == ["x.mask.png", "x.sky.json"]


def test_quiet_writes_the_ranking_and_prints_nothing(tmp_path: Path) -> None:
    assert segment(tmp_path, folder(tmp_path), "-o", tmp_path / "out", "--quiet").output == ""
    assert (tmp_path / "out/ranking.csv").exists()


def test_a_strangers_ranking_stays(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out/ranking.csv").write_text("film,stars\n")
    result = segment(tmp_path, folder(tmp_path), "-o", tmp_path / "out", "--write", "mask")
    assert result.exit_code == 1
    assert "is no ranking of skymatte and stays as it is" in result.stderr
    assert (tmp_path / "out/ranking.csv").read_text() == "film,stars\n"
    assert (tmp_path / "out/a.mask.png").exists()
