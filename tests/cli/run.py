"""Run ``skymatte segment`` with a test model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from skymatte.cli.main import app
from tests.models import write_model


def model_in(folder: Path) -> Path:
    """A test model beside, not in, the folders that a test lets the program search."""
    path = folder / "bright.onnx"
    return path if path.exists() else write_model(path)


def segment(folder: Path, *arguments: object) -> Result:
    """``skymatte segment ARGUMENTS`` with the model of ``folder``."""
    return CliRunner().invoke(app, ["segment", "--model", str(model_in(folder)), *map(str, arguments)])


def summary(folder: Path, *arguments: object) -> tuple[int, dict[str, Any]]:
    """Exit code and ``--json`` summary."""
    result = segment(folder, "--json", *arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def names(folder: Path) -> list[str]:
    """All files below a folder, hidden ones too, sorted."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())
