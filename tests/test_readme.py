"""What the README tells people to type works as it stands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROGRAM = Path(sys.executable).with_name("skymatte")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def run(*command: str | Path, folder: Path) -> str:
    finished = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a small ``picture.exr``."""
    run(PROGRAM, "demo", ".", "--size", "512x256", folder=tmp_path)
    (tmp_path / "demo.exr").rename(tmp_path / "picture.exr")
    return tmp_path


def test_the_first_two_commands(folder: Path) -> None:
    install, segment = blocks("sh")[0].splitlines()
    assert install == "pip install ."
    name, *arguments = shlex.split(segment)
    assert name == "skymatte"
    run(PROGRAM, *arguments, folder=folder)
    for promised in re.findall(r"`(picture\.[a-z]+\.[a-z]+)`", README):
        assert (folder / promised).stat().st_size > 0


def test_the_three_python_lines(folder: Path) -> None:
    (lines,) = blocks("python")
    assert len(lines.splitlines()) == 3
    printed = run(sys.executable, "-W", "error", "-c", lines, folder=folder)
    assert re.match(r"\d+\.\d% of the pixels are sky; the matte is \(256, 512\), float32", printed)


def test_the_test_command_installs_the_test_extra_and_runs_a_program_that_is_there() -> None:
    install, program = blocks("sh")[-1].strip().split(" && ")
    assert install == 'pip install ".[test]"'
    assert os.access(ROOT / program, os.X_OK)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", *(f"docs/{p.name}" for p in ROOT.glob("docs/*.md"))])
def test_links_lead_somewhere(page: str) -> None:
    path = ROOT / page
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", path.read_text(encoding="utf-8"))
    assert [target for target in targets if not (path.parent / target).exists()] == []
