"""The library by itself: its own tests, run by CTest's program."""

from __future__ import annotations

import subprocess
from pathlib import Path


def test_the_librarys_own_tests(built: Path) -> None:
    done = subprocess.run([built / "skymatte-tests"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout
