"""Torch on one thread (tests share the machine, and sums come out the same every time), and one whole run for all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
import yaml
from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from tests.datasets.trees import write_clip, write_manifest, write_row

RECIPE = {
    "name": "tiny",
    "summary": "A model that has seen next to nothing.",
    "network": {"weights": "none"},
    "batch": 2,
    "batches": 4,
    "validate_every": 2,
    "working_side": 64,
    "data": {
        "kind": "views",
        "size": 32,
        "wide_every": 4,
        "clips": ["drive"],
        "scenes": 1,
        "scene_height": 32,
        "strata": {"open": 0.5, "puresky": 0.2, "video": 0.2, "scene": 0.1},
        "exchange": 0.5,
        "occluders": 0.2,
    },
    "optimiser": {"warmup": 1, "decay": 2},
}


@dataclass(frozen=True, slots=True)
class Trained:
    """What ``skymatte train`` was given, said and left behind."""

    recipe: Path
    data: Path
    folder: Path
    result: Result

    @property
    def model(self) -> Path:
        return self.folder / "tiny.onnx"


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def write_data(folder: Path) -> Path:
    """Four training pictures, of which one may not be used, two of validation, and a clip."""
    hdri = folder / "hdri"
    rows = [
        write_row(hdri, "field", seed=1),
        write_row(hdri, "lawn", seed=2, projection="perspective", width=96),
        write_row(hdri, "blue", seed=3, stratum="puresky"),
        write_row(hdri, "theirs", seed=4, licence="CC-BY-NC-4.0"),
        write_row(hdri, "beach", seed=5, split="val"),
        write_row(hdri, "hall", seed=6, split="val", label="", stratum="negative"),
    ]
    write_manifest(hdri, rows)
    write_clip(folder / "video", "drive", [60, 120, 180], labels=[0, 2])
    return folder


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """One run through the command line, from a YAML file to a model."""
    folder = tmp_path_factory.mktemp("training")
    recipe = folder / "tiny.yaml"
    recipe.write_text(yaml.safe_dump(RECIPE), encoding="utf-8")
    data, output = write_data(folder / "data"), folder / "run"
    arguments = ["train", str(recipe), "--data", str(data), "-o", str(output), "--workers", "0", "--threads", "1"]
    return Trained(recipe, data, output, CliRunner().invoke(app, arguments))
