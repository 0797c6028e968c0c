"""Run a command as a whole process; say how long it took and how much memory it had at its peak.

This runs as a small process of its own, because the kernel counts the memory of the parent in at the moment of the
fork: ``python -m benchmarks.process CORES COMMAND...`` prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Usage:
    """What one process used.

    Attributes:
        seconds: from start to end, wall clock, interpreter start and files included.
        peak_bytes: largest resident set.
    """

    seconds: float
    peak_bytes: int


def measure(command: Sequence[str], cores: int) -> Usage:
    """Run a command on the first ``cores`` cores that this process may use.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    launcher = [sys.executable, "-m", "benchmarks.process", str(cores), *command]
    printed = subprocess.run(launcher, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Usage(**json.loads(printed))


def _launch(cores: int, command: Sequence[str]) -> int:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    begun = perf_counter()
    pid = os.posix_spawnp(command[0], list(command), os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 2, 1)])
    _, status, usage = os.wait4(pid, 0)
    peak = usage.ru_maxrss * 1024  # Linux counts in KiB
    print(json.dumps({"seconds": perf_counter() - begun, "peak_bytes": peak}))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_launch(int(sys.argv[1]), sys.argv[2:]))
