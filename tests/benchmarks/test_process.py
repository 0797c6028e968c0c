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


def test_it_is_the_high_water_mark_that_the_process_itself_would_read() -> None:
    program = (
        "import sys; block = b'x' * (150 << 20); del block; "
        "sys.stderr.write(next(line for line in open('/proc/self/status') if line.startswith('VmHWM')))"
    )
    launcher = (
        "import sys; from benchmarks.process import measure; "
        f"print(measure((sys.executable, '-c', {program!r}), 1).peak_bytes)"
    )
    ran = subprocess.run((sys.executable, "-c", launcher), check=True, capture_output=True, text=True)
    own = int(ran.stderr.split()[1]) * 1024
    assert own <= int(ran.stdout) <= own + 4 * MIB


def test_it_runs_on_the_cores_that_it_is_given() -> None:
    program = "import os, sys; sys.exit(len(os.sched_getaffinity(0)) != 1)"
    assert measure((sys.executable, "-c", program), cores=1).peak_bytes > 0


def test_failure_is_not_hidden() -> None:
    with pytest.raises(subprocess.CalledProcessError):
        measure((sys.executable, "-c", "raise SystemExit(3)"), cores=1)
