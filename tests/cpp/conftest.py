"""The C++ program, built once for all tests; without a compiler or a library that it needs they are skipped."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cpp.program import Program

CPP = Path(__file__).resolve().parent.parent.parent / "cpp"
BUILD = CPP / "build"
PACKAGES = ("libavcodec", "libavdevice", "libavformat", "libavutil", "libswscale", "opencv4", "sdl2")


@pytest.fixture(scope="session")
def built() -> Path:
    """The folder with what was built; ``SKYMATTE_NEED_CPP=1`` makes a failure of what would be skipped."""
    for step in (_find_tools, _fetch, _configure, _compile):
        problem = step()
        if problem and os.environ.get("SKYMATTE_NEED_CPP") == "1":
            pytest.fail(problem)
        elif problem:
            pytest.skip(problem)
    return BUILD


@pytest.fixture(scope="session")
def program(built: Path) -> Program:
    """``skymatte-video``."""
    return Program(built / "skymatte-video")


def _find_tools() -> str | None:
    missing = [tool for tool in ("cmake", "ninja", "c++", "pkg-config") if shutil.which(tool) is None]
    if not missing:
        missing = [
            name for name in PACKAGES if subprocess.run(["pkg-config", "--exists", name], check=False).returncode
        ]
    return f"the C++ program is not built: no {', '.join(missing)}; see cpp/README.md" if missing else None


def _fetch() -> str | None:
    folder = BUILD / "onnxruntime"
    finished = _run(CPP / "fetch-onnxruntime.sh", folder, sys.executable)
    return f"no headers of ONNX Runtime: {finished.stderr.strip()}" if finished.returncode else None


def _configure() -> str | None:
    finished = _run("cmake", "-G", "Ninja", "-S", CPP, "-B", BUILD)
    return f"the C++ program cannot be configured: {finished.stderr.strip()}" if finished.returncode else None


def _compile() -> str | None:
    """From here on it is our own fault: never a reason to skip."""
    finished = _run("cmake", "--build", BUILD, "--parallel", str(len(os.sched_getaffinity(0))))
    if finished.returncode:
        pytest.fail(f"the C++ program cannot be built:\n{finished.stdout[-4000:]}")
    return None


def _run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
