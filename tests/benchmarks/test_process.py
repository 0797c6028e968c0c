"""A process's own peak is measured, not that of the process which starts it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from benchmarks.process import measure

MIB = 2**20


def test_memory_and_time_of_the_command() -> None:
    program = "import time; block = b'x' * (200 << 20); time.sleep(0.3)"
    ballast = b"x" * (400 * MIB)
    usage = measure((sys.executable, "-c", program), cores=1)
    assert len(ballast) == 400 * MIB
    assert 200 * MIB < usage.peak_bytes < 260 * MIB
    assert usage.seconds >= 0.3


def test_it_runs_on_the_cores_that_it_is_given() -> None:
    program = "import os, sys; sys.exit(len(os.sched_getaffinity(0)) != 1)"
    assert measure((sys.executable, "-c", program), cores=1).peak_bytes > 0


def test_failure_is_not_hidden() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure((sys.executable, "-c", "raise SystemExit(3)"), cores=1)
