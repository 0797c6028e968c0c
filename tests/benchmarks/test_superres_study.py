"""The study of street scenes, from training to tables: tiny but whole."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from benchmarks.superres_study import parse, study_sections
from benchmarks.superres_study_runs import DONE
from skymatte.networks.dcscn import Dcscn
from skymatte.training.export import Trained, write_weights
from tests.datasets.street_trees import write_camvid_streets


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """A DCSCN that has learnt nothing, which is bicubic interpolation."""
    folder = tmp_path_factory.mktemp("study")
    write_camvid_streets(folder / "data" / "camvid")
    (folder / "weights").mkdir()
    write_weights(Trained(Dcscn(4, "medium").eval(), 1, 1.0), folder / "weights" / "dcscn-x4.pt")
    places = {"data": "data", "cache": "cache", "sharpeners": "weights"}
    lengths = {"original": 2, "retrained": 1, "order": 1, "seeds": 2, "scales": 4, "threads": 1, "at-most": 2}
    options = [f"--{name}={folder / place}" for name, place in places.items()]
    return [*options, *(f"--{name}={value}" for name, value in lengths.items()), "batch=2", "data.crop=36"]


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in text.splitlines() if line.startswith("|")]


def test_both_tables_come_out_and_nothing_is_done_twice(arguments: list[str]) -> None:
    options = parse(arguments)
    sections = study_sections(options)
    study, orders = sections["study"](), sections["orders"]()

    head, _, original, *compared = rows(study)[:7]
    assert head == ["scale", "brought back by", "network", "pixel accuracy", "mIoU", "sky IoU", "PSNR, dB", "SSIM"]
    assert original[:3] == ["–", "original", "of originals"]
    assert [row[:3] for row in compared] == [
        ["×4", method, network] for method in ("bicubic", "DCSCN") for network in ("of originals", "retrained")
    ]
    # The untrained DCSCN is bicubic interpolation: pictures and what is seen in them are the same.
    assert compared[0][3:] == compared[2][3:]
    (gains,) = [row for row in rows(study)[8:] if row[1] == "of originals"]
    assert gains[2] == "+0.00"

    (_, _, start, *serial, joint) = rows(orders)
    assert [row[0] for row in (start, *serial, joint)] == [
        "start: neither goes on",
        "sharpening first",
        "segmenting first",
        "joint",
    ]
    costs = [float(row[-1]) for row in (*serial, joint)]
    assert max(costs) / min(costs) < 1.05
    assert all("±" in row[1] for row in (*serial, joint))

    written = {path: path.stat().st_mtime_ns for path in options.cache.rglob("*") if path.is_file()}
    again = study_sections(options)
    assert (again["study"](), again["orders"]()) == (study, orders)
    assert {path: path.stat().st_mtime_ns for path in options.cache.rglob("*") if path.is_file()} == written


def test_a_run_of_another_length_is_made_anew(arguments: list[str]) -> None:
    study_sections(parse(arguments))["orders"]()
    options = parse([*(each for each in arguments if not each.startswith("--order")), "--order=2", "--seeds=1"])
    study_sections(options)["orders"]()
    joint = json.loads((options.cache / "joint-1" / DONE).read_text())
    assert joint["batches"] == 2


def test_options_of_another_program_are_enough(tmp_path: Path) -> None:
    options = argparse.Namespace(data=tmp_path, cache=None, write=None)
    assert list(study_sections(options)) == ["study", "orders"]
