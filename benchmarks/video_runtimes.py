"""Models in fp32, fp16 and int8 on every runtime that is here: time of the network, and IoU on labelled frames."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from statistics import fmean, median
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.cases import TEST_CLIPS
from benchmarks.tables import table
from benchmarks.video_contest import clips, model_contestant
from skymatte.errors import ModelError, RuntimeUnavailable
from skymatte.masks.metrics import iou
from skymatte.runtime.model import Model
from skymatte.runtime.providers import RUNTIMES
from skymatte.video.frame import Frame

_TIMED = 30
_SIDES = (480, 640)

Labelled = list[tuple[Frame, NDArray[np.uint8]]]


def runtime_table(models: Sequence[Path], data: Path, cores: int) -> str:
    """One row for each model and runtime; the loss is against the first model on the first runtime."""
    labelled = _labelled(data)
    rows = list(chain.from_iterable(_rows(path, labelled, cores) for path in models))
    first = rows[0][2]
    return table(
        ("model file, runtime", "MB", "ms, 640×480", "mean IoU", "loss"),
        ((name, size, f"{ms:.1f}", f"{mean:.4f}", f"{first - mean:+.4f}") for name, ms, mean, size in rows),
    )


def _labelled(data: Path) -> Labelled:
    return [
        (frame, clip.label(frame.index))
        for clip in clips(data)
        if clip.name in TEST_CLIPS
        for frame in clip.frames()
        if frame.index in clip.labels
    ]


def _rows(path: Path, labelled: Labelled, cores: int) -> Iterator[tuple[str, float, float, str]]:
    """Name, milliseconds, mean IoU, size of the file; for every runtime that can run it here."""
    for runtime in (name for name in RUNTIMES if name != "auto"):
        try:
            model = Model.load(path, runtime, threads=cores)
        except (RuntimeUnavailable, ModelError) as error:
            print(f"{path.name}, {runtime}: not here: {error}", flush=True)
            continue
        who = model_contestant(model)
        mean = fmean(iou(who.find(frame) >= who.threshold, label) for frame, label in labelled)
        yield f"{path.stem}, {model.runtime_used}", _milliseconds(model), mean, f"{path.stat().st_size / 1e6:.1f}"


def _milliseconds(model: Model) -> float:
    encoded = np.random.default_rng(0).random((*_SIDES, 3), np.float32)
    times = []
    for _ in range(_TIMED + 1):
        begun = perf_counter()
        model.predict(encoded)
        times.append(perf_counter() - begun)
    return 1000 * median(times[1:])
