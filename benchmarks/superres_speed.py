"""How fast a 1080p picture becomes twice as large: whole programs in turns, and networks alone."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

import cv2
import numpy as np

from benchmarks.process import Usage, measure
from benchmarks.tables import table
from skymatte.runtime.superres_model import SuperresModel

SCALE = 2
SIZE = (1920, 1080)
_ROUNDS = 3
_PIECES = 4
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Program:
    """A way to make a picture twice as large.

    Attributes:
        name: for the table.
        options: of ``skymatte upscale``.
    """

    name: str
    options: Sequence[str]


def programs(models: Sequence[SuperresModel]) -> list[Program]:
    """The same program with every network, ours first, and with none."""
    drawn = [Program(model.card.name, ("--model", str(model.path), "--runtime", "cpu")) for model in models]
    return [*drawn, Program("bicubic", ("--method", "bicubic"))]


def timed_picture(data: Path, folder: Path, size: tuple[int, int] = SIZE) -> Path:
    """A frame of a clip, brought to that width and height, as PNG."""
    found, frame = cv2.VideoCapture(str(data / "video" / "mfadlih_uav_b4.mp4")).read()
    if not found:
        raise FileNotFoundError(f"{data / 'video'}: holds no clip mfadlih_uav_b4.mp4")
    path = folder / "picture.png"
    cv2.imwrite(str(path), cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC))
    return path


def whole_table(everything: Sequence[Program], picture: Path, folder: Path, cores: int, count: int = _ROUNDS) -> str:
    """Programs that take turns, each a process of its own; the fastest round of each, its memory the largest."""
    rounds = [[_run(program, picture, folder, cores) for program in everything] for _ in range(count)]
    usages = [
        Usage(min(run.seconds for run in runs), max(run.peak_bytes for run in runs))
        for runs in zip(*rounds, strict=True)
    ]
    return table(
        ("skymatte upscale, 1920×1080 PNG → 3840×2160", "seconds", "× bicubic", "peak MiB"),
        (
            (program.name, f"{usage.seconds:.2f}", f"{usage.seconds / usages[-1].seconds:.2f}", f"{_mib(usage)}")
            for program, usage in zip(everything, usages, strict=True)
        ),
    )


def _run(program: Program, picture: Path, folder: Path, cores: int) -> Usage:
    fixed = (str(picture), "-o", str(folder / "large"), "--scale", str(SCALE), "--overwrite", "--quiet")
    return measure((sys.executable, "-m", "skymatte", "upscale", *fixed, *program.options), cores)


def _mib(usage: Usage) -> int:
    return round(usage.peak_bytes / _MIB)


def network_table(models: Sequence[SuperresModel], published: dict[str, str]) -> str:
    """Networks alone on luma of that size, in sixteen pieces, in turns; how good they are beside it.

    Args:
        models: ours first.
        published: PSNR on Set5 ×2 by the name of the model.
    """
    rounds = [[_seconds(model) for model in models] for _ in range(_ROUNDS)]
    seconds = {model.card.name: median(times) for model, times in zip(models, zip(*rounds, strict=True), strict=True)}
    return table(("network alone", "ms", "× the first", "Set5 ×2, dB"), _network_rows(seconds, published))


def _network_rows(seconds: dict[str, float], published: dict[str, str]) -> Iterator[Sequence[str]]:
    first = next(iter(seconds.values()))
    for name, taken in seconds.items():
        yield name, f"{1000 * taken:.0f}", f"{taken / first:.2f}", published.get(name, "–")


def _seconds(model: SuperresModel) -> float:
    piece = np.random.default_rng(0).random((SIZE[1] // _PIECES, SIZE[0] // _PIECES), np.float32)
    model.residual(piece)
    begun = perf_counter()
    for _ in range(_PIECES**2):
        model.residual(piece)
    return perf_counter() - begun
