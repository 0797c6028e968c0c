"""The growth of the cost: what the table says, and that a kept time says that it was kept."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from benchmarks import growth
from benchmarks.curve import growth_curve
from benchmarks.growth import Cost, dense_text, growth_table
from benchmarks.process import Usage

GIB = 2**30
MACHINE = {"processor": "a chip", "cores": 2, "date": "2026-11-20"}


def costs() -> list[Cost]:
    decode, recode, everything = Usage(0.3, GIB // 8), Usage(0.9, GIB // 4), Usage(6.5, 3 * GIB)
    return [
        Cost(512, Usage(1.0, GIB // 4), 0.5, everything, (0, 0), decode, recode),
        Cost(1024, Usage(1.5, GIB // 2), 0.9, everything, (12, 40), decode, recode),
        Cost(4096, Usage(4.0, 2 * GIB), 2.7, everything, None, decode, recode),
    ]


def test_each_size_stands_beside_the_size_before_and_beside_decoding() -> None:
    lines = growth_table(costs()).splitlines()
    assert lines[2] == "| 1024×512 | 1.0 | 0.50 | – | 0, 0 | 0.25 | 6.5 | 3.00 | 0.3 | 0.9 | 0.25 |"
    assert lines[3] == "| 2048×1024 | 1.5 | 0.90 | 1.8 | 12, 40 | 0.50 | 6.5 | 3.00 | 0.3 | 0.9 | 0.25 |"
    assert lines[4] == "| 8192×4096 | 4.0 | 2.70 | 3.0 | – | 2.00 | 6.5 | 3.00 | 0.3 | 0.9 | 0.25 |"


def test_the_curve_rises_from_left_to_right_and_names_its_lines() -> None:
    root = ET.fromstring(growth_curve(costs()))  # noqa: S314 - written by ourselves
    lines = root.findall("{*}polyline")
    assert len(lines) == 4
    for line in lines:
        points = [tuple(map(float, pair.split(","))) for pair in str(line.get("points")).split()]
        assert points == sorted(points, key=lambda point: point[0])
        assert points[0][1] >= points[-1][1]  # y runs downwards
    texts = {element.text for element in root.findall("{*}text")}
    assert {"1K", "2K", "8K", "whole", "finding the sky", "only decoding", "as the area"} <= texts


def test_dense_is_timed_once_per_machine_and_the_text_says_when(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    timed: list[int] = []

    def measured(_folder: Path, cores: int) -> Usage:
        timed.append(cores)
        return Usage(200.0, GIB)

    monkeypatch.setattr(growth, "_dense", measured)
    ours = Usage(4.0, GIB)
    fresh = dense_text(tmp_path, ours, MACHINE)
    assert "**50 times**" in fresh
    assert "not again" not in fresh
    later = dense_text(tmp_path, Usage(8.0, GIB), {**MACHINE, "date": "2027-01-01"})
    assert "**25 times**" in later
    assert "timed once on 2026-11-20 and not again for this page" in later
    assert timed == [2]
    dense_text(tmp_path, ours, {**MACHINE, "cores": 4})
    assert timed == [2, 4]
    assert json.loads((tmp_path / "dense.json").read_text())["cores"] == 4
