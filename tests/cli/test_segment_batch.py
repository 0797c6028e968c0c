"""``skymatte segment`` on many pictures: nothing stops it, nothing gets lost."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from skymatte.cli.console import rate
from skymatte.runtime import model as model_module
from skymatte.runtime import providers
from skymatte.runtime.engine import Engine
from tests.cli.run import model_in, names, segment, summary
from tests.scenery import pixels, write_exr, write_other


def test_one_broken_file_never_stops_the_batch(tmp_path: Path) -> None:
    for name in ("a", "c", "d"):
        write_exr(tmp_path / f"in/{name}.exr")
    (tmp_path / "in/b.exr").write_text("not a picture")
    result = segment(tmp_path, tmp_path / "in", "-o", tmp_path / "out", "--write", "mask")
    assert result.exit_code == 1
    results = [f"{name}.{end}" for name in "acd" for end in ("mask.png", "sky.json")]
    assert names(tmp_path / "out") == [*results, "ranking.csv"]
    assert "3 done, 0 skipped, 1 failed, 0 cancelled" in result.stdout
    assert "b.exr" in result.stdout
    assert "Traceback" not in result.output


def test_folders_are_searched_recursively_when_asked(tmp_path: Path) -> None:
    write_exr(tmp_path / "in/a.exr")
    write_exr(tmp_path / "in/deep/a.exr")
    code, flat = summary(tmp_path, tmp_path / "in", "-o", tmp_path / "flat", "--write", "mask")
    assert (code, flat["done"]) == (0, 1)
    code, deep = summary(tmp_path, tmp_path / "in", "-r", "-o", tmp_path / "deep", "--write", "mask")
    assert (code, deep["done"]) == (0, 2)
    assert names(tmp_path / "deep") == ["a.mask.png", "a.sky.json", "deep/a.mask.png", "deep/a.sky.json", "ranking.csv"]


def test_equal_stems_from_two_folders_are_both_kept(tmp_path: Path) -> None:
    for path in ("a/x.exr", "b/x.exr"):
        write_exr(tmp_path / path)
    out = tmp_path / "out"
    assert segment(tmp_path, tmp_path / "a/x.exr", tmp_path / "b/x.exr", "-o", out, "--write", "mask").exit_code == 0
    assert names(out) == ["a/x.mask.png", "a/x.sky.json", "b/x.mask.png", "b/x.sky.json", "ranking.csv"]


def test_equal_stems_in_one_folder_are_both_kept(tmp_path: Path) -> None:
    write_exr(tmp_path / "in/x.exr")
    write_other(tmp_path / "in/x.hdr")
    assert segment(tmp_path, tmp_path / "in", "--write", "mask,embed", "-o", tmp_path / "out").exit_code == 0
    results = [f"x.{suffix}.{end}" for suffix in ("exr", "hdr") for end in ("exr", "mask.png", "sky.json")]
    assert names(tmp_path / "out") == ["ranking.csv", *results]


def test_a_second_run_finds_the_same_pictures(tmp_path: Path) -> None:
    """Results lie beside the pictures and look like pictures; they are not segmented in turn."""
    for name in ("a", "b"):
        write_exr(tmp_path / f"in/{name}.exr")
    options = ("--write", "mask,matte,overlay,cutout,view,confidence,horizon")
    assert segment(tmp_path, tmp_path / "in", *options).exit_code == 0
    before = names(tmp_path / "in")
    code, again = summary(tmp_path, tmp_path / "in", *options, "--skip-existing")
    assert (code, again["skipped"], again["done"]) == (0, 2, 0)
    code, explicit = summary(tmp_path, *sorted((tmp_path / "in").glob("*.exr")), *options, "--skip-existing")
    assert (code, explicit["skipped"]) == (0, 8)
    assert names(tmp_path / "in") == before


def test_jobs_give_the_same_results(tmp_path: Path) -> None:
    for index in range(6):
        write_exr(tmp_path / f"in/{index}.exr", pixels(32 + index, 40))
    for jobs in (1, 3):
        out = tmp_path / f"out{jobs}"
        assert segment(tmp_path, tmp_path / "in", "-o", out, "--jobs", jobs, "--write", "mask,matte").exit_code == 0
    one, three = tmp_path / "out1", tmp_path / "out3"
    assert names(one) == names(three)
    for name in names(one):
        if not name.endswith((".json", ".csv")):
            assert (one / name).read_bytes() == (three / name).read_bytes()


def test_the_model_is_opened_once_for_all_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []

    def open_engine(content: bytes, runtime: str, threads: int | None) -> Engine:
        opened.append(runtime)
        return providers.open_engine(content, runtime, threads)

    monkeypatch.setattr(model_module, "open_engine", open_engine)
    for index in range(3):
        write_exr(tmp_path / f"in/{index}.exr")
    code, found = summary(tmp_path, tmp_path / "in", "-o", tmp_path / "out", "--write", "mask", "--runtime", "cpu")
    assert (code, found["done"]) == (0, 3)
    assert opened == ["cpu"]


def test_a_failure_in_json_has_its_reason(tmp_path: Path) -> None:
    code, found = summary(tmp_path, tmp_path / "gone.exr", tmp_path)
    assert code == 1
    assert found["failed"] == 2
    assert found["pictures"][0]["reason"] == f"{tmp_path}/gone.exr: no such file or folder"
    assert found["pictures"][0]["outputs"] == {}


def test_ctrl_c_keeps_what_is_finished_and_leaves_no_partial_file(tmp_path: Path) -> None:
    many = 300  # quick ones: the first is soon done, the last long not when the signal comes, on a busy machine too
    light = np.tile(pixels(64, 64), (2, 2, 1))
    for index in range(many):
        write_exr(tmp_path / f"in/{index:03}.exr", light)
    out = tmp_path / "out"
    options = ["--method", "dense", "--patch", "64", "--stride", "4", "--write", "mask,matte", "--jobs", "2"]
    # Where tests run in the background, Ctrl-C is ignored by all that they start, unless they say otherwise.
    program = [
        "env",
        "--default-signal=INT",
        sys.executable,
        "-m",
        "skymatte",
        "segment",
        "--json",
        "--model",
        str(model_in(tmp_path)),
    ]
    with subprocess.Popen(
        [*program, str(tmp_path / "in"), "-o", str(out), *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        deadline = time.monotonic() + 60
        while not list(out.glob("*.sky.json")) and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"Traceback" not in stderr
    found = json.loads(stdout)
    done = sorted(Path(entry["input"]).stem for entry in found["pictures"] if entry["status"] == "done")
    assert 1 <= len(done) < many
    assert found["done"] + found["cancelled"] == many
    results = sorted(f"{stem}.{end}" for stem in done for end in ("mask.png", "matte.exr", "sky.json"))
    assert names(out) == [*results, *(["ranking.csv"] if len(done) > 1 else [])]


@pytest.mark.parametrize(("speed", "text"), [(None, ""), (2.54, "2.5/s"), (0.25, "4.0 s each")])
def test_the_rate_reads_well(speed: float | None, text: str) -> None:
    assert rate(speed) == text
