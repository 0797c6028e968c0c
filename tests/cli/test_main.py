"""The program as a whole: help, version, and errors without tracebacks."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

import skymatte
from skymatte.cli import main as main_module
from skymatte.cli.main import app
from skymatte.errors import OutputError, RecipeError, SkymatteError


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.stdout == f"skymatte {skymatte.__version__}\n"
    assert result.exit_code == 0


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys, contextlib\n"
        "from skymatte.cli.main import main\n"
        "sys.argv = ['skymatte', '--help']\n"
        "with contextlib.suppress(SystemExit):\n    main()\n"
        "heavy = {'torch', 'numpy', 'av', 'sdl2', 'cv2', 'onnxruntime', 'OpenEXR', 'OpenImageIO', 'rich'}\n"
        "print('heavy:', sorted(heavy & set(sys.modules)))"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "heavy: []" in result.stdout
    for command in main_module.app.registered_commands:
        assert f"  {command.name} " in result.stdout


def test_the_package_runs_as_a_module() -> None:
    result = subprocess.run([sys.executable, "-m", "skymatte", "--version"], capture_output=True, text=True, check=True)
    assert result.stdout.startswith("skymatte ")


@pytest.mark.parametrize("arguments", [[], ["paint"], ["segment"], ["segment", "x.exr", "--paint"]])
def test_a_wrong_command_line_is_a_usage_error(arguments: list[str]) -> None:
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.output


@pytest.mark.parametrize(("error", "code"), [(OutputError("disk\n full"), 1), (RecipeError("no such loss"), 2)])
def test_errors_become_one_line(
    error: SkymatteError, code: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("skymatte.runtime.model.Model.load", fail)
    result = CliRunner().invoke(app, ["segment", str(tmp_path)])
    assert result.exit_code == code
    assert result.stderr == f"error: {' '.join(str(error).split())}\n"
    assert result.stdout == ""


def test_a_bug_keeps_its_traceback(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("skymatte.runtime.model.Model.load", fail)
    result = CliRunner().invoke(app, ["segment", str(tmp_path)])
    assert isinstance(result.exception, ZeroDivisionError)
