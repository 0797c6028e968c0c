"""`skymatte dataset proxy` as a person runs it, and the way back to a label of the HDR picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.masks.files import read_label
from skymatte.picture.size import read_size
from tests.cli.run import names
from tests.datasets.annotated import annotation, percent, region, task, write_json, write_pictures


def run(*words: object, code: int = 0) -> tuple[str, list[str]]:
    result = CliRunner().invoke(app, ["dataset", *map(str, words)])
    assert result.exit_code == code, result.output
    return result.stdout, result.stderr.splitlines()


def manifest(folder: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((folder / "manifest.json").read_text())["proxies"]
    return found


def test_from_picture_to_proxy_to_label(tmp_path: Path) -> None:
    shoot = write_pictures(tmp_path / "shoot", "a.exr", "My sky.hdr", width=96, height=48)
    output, errors = run("proxy", shoot, "-o", tmp_path / "proxies", "--side", 32)
    assert output == f"2 proxies in {tmp_path / 'proxies'}\n"
    assert errors == []
    assert names(tmp_path / "proxies") == ["My sky.jpg", "a.jpg", "manifest.json"]
    assert read_size(tmp_path / "proxies" / "a.jpg") == (32, 16)
    drawn = annotation(1, [region("r", percent([0, 0, 32, 0, 32, 8, 0, 8], (32, 16)), size=(32, 16))])
    names_there = ("/data/upload/3/0a1b2c3d-a.jpg", "/data/upload/3/0a1b2c3d-My_sky.jpg")
    tasks = [task(number, name, drawn) for number, name in enumerate(names_there, start=1)]
    export = write_json(tmp_path / "export.json", tasks)
    words = ("--pictures", shoot, "-o", tmp_path, "--proxies", tmp_path / "proxies" / "manifest.json")
    run("import", export, *words)
    for name in ("a", "My sky"):
        label = read_label(tmp_path / "labels" / f"{name}.png")
        assert np.array_equal(label, np.where(np.arange(48)[:, None] < 24, 255, 0).repeat(96, axis=1))


def test_names_that_clash_are_told_apart(tmp_path: Path) -> None:
    write_pictures(tmp_path / "shoot", "a.exr", "a.hdr")
    write_pictures(tmp_path / "shoot" / "sub", "b.exr")
    run("proxy", tmp_path / "shoot", "-r", "-o", tmp_path / "proxies")
    assert names(tmp_path / "proxies") == ["a.exr.jpg", "a.hdr.jpg", "manifest.json", "sub/b.jpg"]
    assert [(each["proxy"], each["picture"]) for each in manifest(tmp_path / "proxies")] == [
        ("a.exr.jpg", "shoot/a.exr"),
        ("a.hdr.jpg", "shoot/a.hdr"),
        ("sub/b.jpg", "sub/b.exr"),
    ]


def test_a_broken_picture_does_not_stop_the_rest(tmp_path: Path) -> None:
    shoot = write_pictures(tmp_path / "shoot", "a.exr")
    (shoot / "b.exr").write_bytes(b"no picture")
    output, errors = run("proxy", shoot, tmp_path / "nowhere.exr", "-o", tmp_path / "proxies", code=1)
    assert output == f"1 proxies in {tmp_path / 'proxies'}; 2 picture(s) failed\n"
    assert len(errors) == 2
    assert str(shoot / "b.exr") in errors[0]
    assert "nowhere.exr: no such file" in errors[1]
    assert names(tmp_path / "proxies") == ["a.jpg", "manifest.json"]
    assert len(manifest(tmp_path / "proxies")) == 1


def test_a_second_call_adds(tmp_path: Path) -> None:
    shoot = write_pictures(tmp_path / "shoot", "a.exr", "b.exr")
    for name in ("a.exr", "b.exr", "a.exr"):
        run("proxy", shoot / name, "-o", tmp_path / "proxies")
    assert [each["proxy"] for each in manifest(tmp_path / "proxies")] == ["a.jpg", "b.jpg"]


def test_files_of_others_are_not_touched(tmp_path: Path) -> None:
    shoot = write_pictures(tmp_path / "shoot", "a.jpg")
    before = (shoot / "a.jpg").read_bytes()
    _, errors = run("proxy", shoot, "-o", shoot, code=1)
    assert "the proxy would replace its own picture" in errors[0]
    assert (shoot / "a.jpg").read_bytes() == before
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "manifest.json").write_text('{"icons": []}')
    _, errors = run("proxy", shoot, "-o", tmp_path / "out", code=1)
    assert "is no manifest of `skymatte dataset proxy`" in errors[0]
    assert names(tmp_path / "out") == ["manifest.json"]
    _, errors = run("proxy", shoot, "-o", shoot / "a.jpg" / "x", code=1)
    assert "cannot be made" in errors[0]


@pytest.mark.parametrize("side", [0, -1, "big"])
def test_sides_that_make_no_sense(tmp_path: Path, side: object) -> None:
    run("proxy", tmp_path, "-o", tmp_path, "--side", side, code=2)


def test_a_real_picture_keeps_its_label_on_the_way(shared_data: Path, tmp_path: Path) -> None:
    hdri = shared_data / "hdri"
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "canary_wharf_1k.hdr").symlink_to(hdri / "pictures" / "canary_wharf_1k.hdr")
    run("proxy", tmp_path / "pictures", "-o", tmp_path / "proxies", "--side", 700)
    label = hdri / "labels" / "canary_wharf_1k.png"
    for kind in ("label-studio", "coco"):
        export = tmp_path / f"{kind}.json"
        run("export", label, "--pictures", tmp_path / "proxies", "-o", export, "--format", kind)
        if kind == "label-studio":
            tasks = json.loads(export.read_text())
            write_json(
                export, [each | {"id": 1, "annotations": [{"id": 1, **each["predictions"][0]}]} for each in tasks]
            )
        words = (
            "--pictures",
            tmp_path / "pictures",
            "-o",
            tmp_path / kind,
            "--proxies",
            tmp_path / "proxies" / "manifest.json",
        )
        run("import", export, *words)
        before, after = (read_label(path) for path in (label, tmp_path / kind / "labels" / "canary_wharf_1k.png"))
        judged = before != 128
        sky, found = (before == 255) & judged, (after == 255) & judged
        assert (sky & found).sum() / (sky | found).sum() > 0.98
