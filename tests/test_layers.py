"""Imports run downwards only, as ``[tool.importlinter]`` in pyproject.toml draws it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def test_the_layers_hold(tmp_path: Path) -> None:
    program = Path(sys.executable).with_name("lint-imports")
    command: list[str | Path] = [program, "--config", ROOT / "pyproject.toml", "--no-logo", "--cache-dir", tmp_path]
    finished = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert "2 kept, 0 broken" in finished.stdout
