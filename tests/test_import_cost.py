"""Start-up stays light: what is loaded is counted, not timed, so that a busy machine cannot turn the test red."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = {
    "OpenEXR",
    "OpenImageIO",
    "av",
    "cv2",
    "numpy",
    "onnx",
    "onnxruntime",
    "rawpy",
    "rich.progress",
    "sdl2",
    "torch",
}


def loaded_by(program: str) -> set[str]:
    """The heavy modules that a program has loaded when it ends."""
    closing = f"import sys; print(*({HEAVY!r} & set(sys.modules)))"
    finished = subprocess.run(
        [sys.executable, "-c", f"{program}\n{closing}"], capture_output=True, text=True, check=True
    )
    return set(finished.stdout.splitlines()[-1].split())


def test_importing_the_package_loads_nothing_heavy() -> None:
    assert loaded_by("import skymatte") == set()


def test_the_command_line_and_its_help_load_nothing_heavy() -> None:
    program = """
from typer.testing import CliRunner
from skymatte.cli.main import app
assert CliRunner().invoke(app, ["--help"]).exit_code == 0
"""
    assert loaded_by(program) == set()


@pytest.mark.parametrize("name", ["segment", "read", "Model"])
def test_using_the_package_never_loads_torch(name: str) -> None:
    assert "torch" not in loaded_by(f"import skymatte; skymatte.{name}")


def test_the_counter_counts() -> None:
    assert loaded_by("import numpy") == {"numpy"}
