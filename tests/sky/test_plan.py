"""Inputs become jobs in a fixed order, and no two results share a name."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.sky.plan import Job, is_output, plan


def touch(*paths: Path) -> None:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def bases(jobs: Iterable[Job], top: Path) -> list[str]:
    return [str(job.output("").relative_to(top)) for job in jobs]


def test_files_folders_and_patterns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    touch(tmp_path / "a.exr", tmp_path / "in/b.HDR", tmp_path / "in/notes.txt", tmp_path / "in/deep/c.png")
    touch(tmp_path / "in/.hidden.exr", tmp_path / "g/x1.jpg", tmp_path / "g/x2.jpg", tmp_path / "g/y.jpg")
    monkeypatch.setenv("HOME", str(tmp_path))
    jobs = plan(["~/a.exr", tmp_path / "in", f"{tmp_path}/g/x*"], tmp_path / "out")
    assert bases(jobs, tmp_path / "out") == ["a", "b", "x1", "x2"]
    assert not any(job.problem for job in jobs)


def test_sub_folders_are_kept_below_the_output(tmp_path: Path) -> None:
    touch(tmp_path / "in/x.exr", tmp_path / "in/b/x.exr", tmp_path / "in/b/c/x.exr")
    jobs = plan([tmp_path / "in"], tmp_path / "out", recursive=True)
    assert sorted(bases(jobs, tmp_path / "out")) == ["b/c/x", "b/x", "x"]


def test_results_lie_beside_pictures_without_an_output_folder(tmp_path: Path) -> None:
    touch(tmp_path / "a/x.exr", tmp_path / "b/x.exr")
    assert bases(plan([tmp_path], recursive=True), tmp_path) == ["a/x", "b/x"]


def test_equal_stems_of_several_folders_go_to_sub_folders(tmp_path: Path) -> None:
    touch(tmp_path / "a/x.exr", tmp_path / "b/c/x.exr", tmp_path / "b/y.exr")
    jobs = plan([tmp_path / "a/x.exr", tmp_path / "b/c/x.exr", tmp_path / "b/y.exr"], tmp_path / "out")
    assert bases(jobs, tmp_path / "out") == ["a/x", "b/c/x", "y"]


def test_equal_stems_of_one_folder_keep_their_suffix(tmp_path: Path) -> None:
    touch(tmp_path / "x.exr", tmp_path / "x.hdr", tmp_path / "y.exr", tmp_path / "X.png")
    jobs = plan([tmp_path], tmp_path / "out")
    assert sorted(bases(jobs, tmp_path / "out")) == ["X.png", "x.exr", "x.hdr", "y"]


names = st.sampled_from(
    ["x.exr", "x.hdr", "y.exr", "x.exr.png", "a/x.exr", "a/y.png", "b/x.exr", "b/a/x.exr", "a-2.exr"]
)


@given(st.lists(names, min_size=1, max_size=9), st.booleans(), st.booleans())
def test_no_two_results_share_a_name(
    tmp_path_factory: pytest.TempPathFactory, chosen: list[str], beside: bool, recursive: bool
) -> None:
    top = tmp_path_factory.mktemp("in")
    touch(*(top / name for name in chosen))
    inputs: list[str | Path] = [*(top / name for name in chosen), top, top / "a"]
    jobs = [job for job in plan(inputs, None if beside else top / "out", recursive=recursive) if not job.problem]
    assert {job.source for job in jobs} == {top / name for name in chosen}
    results = [str(job.output("")).casefold() for job in jobs]
    assert len(set(results)) == len(results)
    assert plan(inputs, None if beside else top / "out", recursive=recursive)[: len(jobs)] == jobs[: len(jobs)]


def test_one_picture_given_twice_is_one_job(tmp_path: Path) -> None:
    touch(tmp_path / "x.exr")
    (tmp_path / "link.exr").symlink_to(tmp_path / "x.exr")
    inputs: list[str | Path] = [tmp_path / "x.exr", tmp_path, f"{tmp_path}/*.exr", os.path.relpath(tmp_path / "x.exr")]
    assert len(plan(inputs)) == 1


def test_results_of_earlier_runs_are_no_input(tmp_path: Path) -> None:
    touch(tmp_path / "x.exr", tmp_path / "x.mask.png", tmp_path / "x.matte.exr", tmp_path / "lone.mask.png")
    touch(tmp_path / "out/x.exr", tmp_path / "out/y.overlay.jpg", tmp_path / "out/y.sky.json")
    assert bases(plan([tmp_path]), tmp_path) == ["lone.mask", "x"]
    jobs = plan([tmp_path], tmp_path / "out", recursive=True)
    assert bases(jobs, tmp_path / "out") == ["lone.mask", "x"]
    assert is_output(tmp_path / "out/y.overlay.jpg")
    assert not is_output(tmp_path / "lone.mask.png")


def test_inputs_that_lead_nowhere_say_why(tmp_path: Path) -> None:
    (tmp_path / "empty/deep").mkdir(parents=True)
    jobs = plan([tmp_path / "gone.exr", tmp_path / "empty", f"{tmp_path}/*.exr"])
    assert [job.problem for job in jobs] == [
        "no such file or folder",
        "no pictures in this folder; search its sub-folders with -r",
        "no picture matches this pattern",
    ]
    assert plan([tmp_path / "empty"], recursive=True)[0].problem == "no pictures in this folder"


def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(tmp_path: Path) -> None:
    touch(tmp_path / "x[1].exr", tmp_path / "x1.exr")
    assert bases(plan([tmp_path / "x[1].exr"]), tmp_path) == ["x[1]"]
