"""What is told about a run over a stream: the content of ``report.json``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import skymatte
from skymatte.picture.atomic import replacing
from skymatte.runtime.model import Model
from skymatte.runtime.providers import thread_count
from skymatte.video.draw import Kind
from skymatte.video.record import Record
from skymatte.video.source import Source


def build_report(
    source: Source,
    record: Record,
    model: Model,
    *,
    output: str | None,
    kind: Kind | None,
    threshold: float,
    temporal: bool,
    workers: int,
    warnings: Sequence[str] = (),
    error: str | None = None,
) -> dict[str, Any]:
    """Everything needed to understand a run, as plain JSON values.

    Args:
        source: the input, worked off.
        record: what was counted and timed.
        model: found the sky.
        output: where the result is; ``None`` if it was only shown.
        kind: what was written.
        threshold: matte value from which a pixel is sky.
        temporal: whether mattes were steadied.
        workers: frames in which the sky was looked for at the same time.
        warnings: what a person should know.
        error: what ended the run before its time.
    """
    info = source.info
    return {
        "skymatte": skymatte.__version__,
        "input": {
            "name": info.name,
            "width": info.width,
            "height": info.height,
            "fps": None if info.rate is None else round(float(info.rate), 4),
            "transfer": info.transfer.value,
            "live": info.live,
        },
        "output": {"name": output, "write": None if kind is None else kind.value},
        "model": {"name": model.card.name, "version": model.card.version, "sha256": model.sha256},
        "runtime": {
            "asked": model.runtime_asked,
            "used": model.runtime_used,
            "threads": thread_count(),
            "frames_at_once": workers,
        },
        "threshold": threshold,
        "temporal": temporal,
        "frames": record.frames,
        "done": record.done,
        "dropped": record.dropped,
        "damaged": {
            "count": source.damaged_count,
            "first": [{"time": round(float(each.time), 6), "what": each.what} for each in source.damaged],
        },
        "interrupted": record.interrupted,
        "error": error,
        "seconds": round(record.seconds, 3),
        "fps": round(record.rate, 2),
        "stages_ms": {name: durations.as_dict() for name, durations in record.stages.items()},
        "latency_ms": record.latency.as_dict(),
        "peak_memory_mb": peak_memory_mb(),
        "sky_fraction": record.sky.as_dict(),
        "warnings": list(warnings),
    }


def write_report(path: Path, report: dict[str, Any]) -> None:
    """Write a report as JSON.

    Raises:
        OutputError: it cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def peak_memory_mb() -> float | None:
    """The most memory that this process has held so far, in 10⁶ bytes; ``None`` if the system does not tell."""
    try:
        # Not getrusage(2): it also counts what the process that started this one held (proc(5), VmHWM).
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    held = next((line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return None if held is None else round(int(held) * 1024 / 1e6, 1)
