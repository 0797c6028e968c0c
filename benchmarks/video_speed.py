"""How fast: whole programs on clips of three sizes, and networks alone, side by side with the peers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from benchmarks.peers import Peer, open_peers
from benchmarks.process import measure
from benchmarks.tables import table
from benchmarks.video_clip import SIZES, timed_clip
from skymatte.runtime.model import Model
from skymatte.video.frame import Frame
from skymatte.video.record import STAGES
from skymatte.video.source import open_source

_ROUNDS = 2
_TIMED = 40
_AIMS = {(640, 480): 60, (1280, 720): 30}
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Program:
    """A way to write the overlay of a video.

    Attributes:
        name: for the table.
        command: of input, output and the report that it writes, the command line.
        ours: not a peer's.
    """

    name: str
    command: Callable[[Path, Path, Path], Sequence[str]]
    ours: bool = True


@dataclass(frozen=True, slots=True)
class Run:
    """What a program took.

    Attributes:
        fps: frames per second from end to end, as the program counts them.
        stages: mean milliseconds of each stage.
        peak_bytes: largest resident set.
    """

    fps: float
    stages: dict[str, float]
    peak_bytes: int


def programs(model: Path, peers: Path, cpp: Path) -> list[Program]:
    """``skymatte video`` with and without its filter, the C++ program if it is built, the peers in our pipeline."""

    def python(*options: str) -> Callable[[Path, Path, Path], Sequence[str]]:
        program = (sys.executable, "-m", "skymatte", "video")
        fixed = ("--model", str(model), "--runtime", "cpu", "--quiet", "--overwrite", *options)
        return lambda source, target, report: (
            *program,
            str(source),
            "-o",
            str(target),
            "--report",
            str(report),
            *fixed,
        )

    def compiled(source: Path, target: Path, report: Path) -> Sequence[str]:
        return (str(cpp), str(source), "--model", str(model), "-o", str(target), "--json", str(report))

    def peer(name: str) -> Callable[[Path, Path, Path], Sequence[str]]:
        program = (sys.executable, "-m", "benchmarks.video_peer", str(peers), name)
        return lambda source, target, report: (*program, str(source), str(target), str(report))

    everything = [Program("skymatte video", python()), Program("… --no-temporal", python("--no-temporal"))]
    if cpp.is_file():
        everything.append(Program("skymatte-video (C++)", compiled))
    return everything + [
        Program(f"{kind.name}, same pipeline", peer(kind.name), ours=False) for kind in Peer.__subclasses__()
    ]


def timed(program: Program, clip: Path, folder: Path, cores: int) -> Run:
    """Run a program once as a process of its own."""
    target, report = folder / "timed.mp4", folder / "timed.json"
    target.unlink(missing_ok=True)
    usage = measure(program.command(clip, target, report), cores)
    found = json.loads(report.read_text(encoding="utf-8"))
    stages = found["stages_ms"] if "stages_ms" in found else found["ms"]
    return Run(found["fps"], {name: times["mean"] for name, times in stages.items()}, usage.peak_bytes)


def speed_table(model: Path, data: Path, folder: Path, cpp: Path, cores: int) -> str:
    """One row for each size and program, every program's better one of two rounds in which they take turns."""
    rows: list[Sequence[str]] = []
    folder.mkdir(parents=True, exist_ok=True)
    everything = programs(model, data / "peers", cpp)
    for size in SIZES:
        clip = timed_clip(data / "video" / "mfadlih_uav_b4.mp4", folder, size)
        rounds = [[timed(program, clip, folder, cores) for program in everything] for _ in range(_ROUNDS)]
        best = [max(runs, key=lambda run: run.fps) for runs in zip(*rounds, strict=True)]
        rows += _rows(size, everything, best)
    columns = (
        "size, program",
        "frames/s",
        "aim",
        "× the fastest peer",
        *(f"{stage}, ms" for stage in STAGES),
        "peak MiB",
    )
    return table(columns, rows)


def _rows(size: tuple[int, int], everything: Sequence[Program], best: Sequence[Run]) -> Iterator[Sequence[str]]:
    peer = max(run.fps for program, run in zip(everything, best, strict=True) if not program.ours)
    for program, run in zip(everything, best, strict=True):
        aim = _AIMS.get(size) if program.ours else None
        yield (
            f"{size[0]}×{size[1]}, {program.name}",
            f"{run.fps:.1f}",
            f"≥ {aim}: {'yes' if run.fps >= aim else '**no**'}" if aim else "–",
            f"{run.fps / peer:.2f}",
            *(f"{run.stages[stage]:.2f}" if run.stages.get(stage) else "–" for stage in STAGES),
            f"{run.peak_bytes / _MIB:.0f}",
        )


def network_table(model: Path, data: Path, folder: Path, cores: int) -> str:
    """Networks alone on a frame of 640×480, decoded already: one at a time with all cores, and one on each core."""
    clip = timed_clip(data / "video" / "mfadlih_uav_b4.mp4", folder, SIZES[0])
    with open_source(str(clip)) as source:
        frame = next(iter(source))
    alone, beside = (open_peers(data / "peers", threads) for threads in (cores, 1))
    peers = (_peer_row(one, other, frame, cores) for one, other in zip(alone, beside, strict=True))
    rows = [_network_row(model, frame, cores), *peers]
    return table(("network alone, 640×480", f"ms, {cores} threads", "frames/s", "frames/s, one thread each"), rows)


def _network_row(path: Path, frame: Frame, cores: int) -> Sequence[str]:
    alone, beside = (Model.load(path, "cpu", threads=threads) for threads in (cores, 1))
    encoded = np.random.default_rng(0).random((*_working_size(alone, frame), 3), np.float32)
    return _row(alone.card.name, lambda: alone.predict(encoded), lambda: beside.predict(encoded), cores)


def _working_size(model: Model, frame: Frame) -> tuple[int, int]:
    height, width = frame.pixels.shape[:2]
    factor = min(1.0, model.card.coarse_side / max(height, width))
    return round(height * factor), round(width * factor)


def _peer_row(alone: Peer, beside: Peer, frame: Frame, cores: int) -> Sequence[str]:
    pixels = frame.pixels.astype(np.uint8, copy=False)
    name = f"{alone.name}, with its resizing"
    return _row(name, lambda: alone.probability(pixels), lambda: beside.probability(pixels), cores)


def _row(name: str, alone: Callable[[], object], beside: Callable[[], object], cores: int) -> Sequence[str]:
    seconds = median(_times(alone))
    return name, f"{1000 * seconds:.1f}", f"{1 / seconds:.1f}", f"{_together(beside, cores):.1f}"


def _times(call: Callable[[], object], count: int = _TIMED) -> Iterator[float]:
    call()
    for _ in range(count):
        begun = perf_counter()
        call()
        yield perf_counter() - begun


def _together(call: Callable[[], object], cores: int, count: int = _TIMED) -> float:
    """Calls a second from ``cores`` threads at once."""
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(lambda _: call(), range(cores)))
        begun = perf_counter()
        list(pool.map(lambda _: call(), range(count)))
        return count / (perf_counter() - begun)
