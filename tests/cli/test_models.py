"""``skymatte models`` shows what the cards say."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.runtime import model as model_module
from tests.models import CARD, write_model
from tests.superres.models import write_superres


def test_built_in_models_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path / "skymatte-3.onnx", name="skymatte-3")
    write_model(tmp_path / "skymatte-tiny.onnx", name="skymatte-tiny")
    monkeypatch.setattr(model_module, "BUILT_IN", tmp_path)
    result = CliRunner().invoke(app, ["models", "--json"])
    assert result.exit_code == 0
    cards = json.loads(result.stdout)
    assert [(card["name"], card["default"]) for card in cards] == [("skymatte-3", True), ("skymatte-tiny", False)]


def test_a_file_is_shown_with_its_card(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.onnx")
    result = CliRunner().invoke(app, ["models", str(path)])
    assert result.exit_code == 0
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    for text in ("bright 1", CARD.summary, "log", "multiples of 32 px", "CC0-1.0", "iou", sha256):
        assert text in result.stdout
    (entry,) = json.loads(CliRunner().invoke(app, ["models", str(path), "--json"]).stdout)
    assert {key: entry[key] for key in CARD.as_dict()} == CARD.as_dict()
    assert (entry["sha256"], entry["bytes"]) == (sha256, path.stat().st_size)


def test_a_strangers_file_is_refused(tmp_path: Path) -> None:
    path = write_model(tmp_path / "m.onnx", card=None)
    result = CliRunner().invoke(app, ["models", str(path)])
    assert result.exit_code == 2
    assert "without a skymatte card" in result.stderr


def test_an_installation_without_models_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model_module, "BUILT_IN", tmp_path)
    result = CliRunner().invoke(app, ["models"])
    assert result.exit_code == 0
    assert "no built-in models" in result.stdout
    assert json.loads(CliRunner().invoke(app, ["models", "--json"]).stdout) == []


def test_models_of_both_kinds_are_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_model(tmp_path / "skymatte-3.onnx", name="skymatte-3")
    write_superres(tmp_path / "dcscn-x4.onnx", 4)
    monkeypatch.setattr(model_module, "BUILT_IN", tmp_path)
    result = CliRunner().invoke(app, ["models"])
    assert result.exit_code == 0
    assert "super-resolution, 4 times larger" in result.stdout
    assert "multiples of 32 px" in result.stdout
    sharp, sky = json.loads(CliRunner().invoke(app, ["models", "--json"]).stdout)
    assert (sharp["task"], sharp["scale"], sharp["default"]) == ("superres", 4, False)
    assert ("task" in sky, sky["default"]) == (False, True)
