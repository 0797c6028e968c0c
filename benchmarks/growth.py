"""How the cost grows with the size of a panorama, beside only decoding and encoding it, and beside dense patches."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.process import Usage, measure
from benchmarks.tables import table
from skymatte.sky.outputs import KINDS

HEIGHTS = (512, 1024, 2048, 4096, 8192)
DENSE_HEIGHT, PATCH, STRIDE = 4096, 224, 100
_GIB = 2**30
_PROGRAM = (sys.executable, "-m", "skymatte")
_MASK = ("--write", "mask")


@dataclass(frozen=True, slots=True)
class Cost:
    """What one size costs, each in a process of its own.

    Attributes:
        height: of the panorama, twice as wide.
        whole: reading, finding the sky and writing the mask, from the interpreter's start.
        finding: seconds of that between reading and writing.
        everything: the same with every kind of output written.
        tiles: looked at in full resolution, and how many would cover all; ``None`` of models without tiles.
        decode: only reading.
        recode: only reading and writing the same picture.
    """

    height: int
    whole: Usage
    finding: float
    everything: Usage
    tiles: tuple[int, int] | None
    decode: Usage
    recode: Usage


def growth(folder: Path, model: Path, cores: int, heights: Sequence[int] = HEIGHTS) -> list[Cost]:
    """Measure every size, one after the other.

    Args:
        folder: for the panoramas, which are taken from there if they are there already.
        model: ONNX file.
        cores: that the measured processes get.
    """
    return [_cost(demo(folder, height, cores), height, model, cores) for height in heights]


def demo(folder: Path, height: int, cores: int) -> Path:
    """``skymatte demo`` of that height, made if it is not there."""
    path = folder / f"demo-{2 * height}" / "demo.exr"
    if not path.exists():
        measure((*_PROGRAM, "demo", str(path.parent), "--size", f"{2 * height}x{height}", "--quiet"), cores)
    return path


def _cost(picture: Path, height: int, model: Path, cores: int) -> Cost:
    output, again = picture.parent / "found", picture.parent / "again.exr"
    decode = measure((sys.executable, "-m", "benchmarks.recode", str(picture)), cores)
    recode = measure((sys.executable, "-m", "benchmarks.recode", str(picture), str(again)), cores)
    again.unlink()
    whole = measure(_segment(picture, output, model, *_MASK), cores)
    report = json.loads((output / "demo.sky.json").read_text())
    tiles = (report["method"]["tiles"], report["method"]["of"]) if "tiles" in report["method"] else None
    everything = measure(_segment(picture, output, model, "--write", ",".join(KINDS)), cores)
    return Cost(height, whole, report["timings"]["segment"], everything, tiles, decode, recode)


def _segment(picture: Path, output: Path, model: Path, *options: str) -> tuple[str, ...]:
    common = ("--model", str(model), "--runtime", "cpu", "--overwrite", "--quiet")
    return (*_PROGRAM, "segment", str(picture), "-o", str(output), *common, *options)


def growth_table(costs: Sequence[Cost]) -> str:
    """One row a size."""
    columns = (
        "panorama",
        "seconds",
        "of these finding",
        "× the size before",
        "tiles, of",
        "peak GiB",
        "all outputs, s",
        "their peak GiB",
        "only decoding, s",
        "decoding and encoding, s",
        "its peak GiB",
    )
    return table(columns, _rows(costs))


def _rows(costs: Sequence[Cost]) -> Iterator[Sequence[str]]:
    before: Cost | None = None
    for cost in costs:
        yield (
            f"{2 * cost.height}×{cost.height}",
            f"{cost.whole.seconds:.1f}",
            f"{cost.finding:.2f}",
            f"{cost.finding / before.finding:.1f}" if before else "–",
            f"{cost.tiles[0]}, {cost.tiles[1]}" if cost.tiles else "–",
            f"{cost.whole.peak_bytes / _GIB:.2f}",
            f"{cost.everything.seconds:.1f}",
            f"{cost.everything.peak_bytes / _GIB:.2f}",
            f"{cost.decode.seconds:.1f}",
            f"{cost.recode.seconds:.1f}",
            f"{cost.recode.peak_bytes / _GIB:.2f}",
        )
        before = cost


def dense_text(folder: Path, ours: Usage, machine: dict[str, Any]) -> str:
    """What ``dense`` with a ResNet-34 U-Net takes for the same file, and the ratio.

    It takes many minutes, so its time is kept in ``folder`` and used again on the same machine; the text says so.

    Args:
        folder: for the panorama, the network's file and the kept time.
        ours: ``skymatte segment`` on the same panorama.
        machine: ``processor``, ``cores`` and ``date``; the first two must be those of a kept time.
    """
    path = folder / "dense.json"
    kept = json.loads(path.read_text()) if path.exists() else {}
    again = all(kept.get(key) == machine[key] for key in ("processor", "cores"))
    if not again:
        usage = _dense(folder, machine["cores"])
        kept = {**machine, "seconds": usage.seconds, "peak_bytes": usage.peak_bytes}
        path.write_text(json.dumps(kept))
    ratio = kept["seconds"] / ours.seconds
    size, gib = f"{2 * DENSE_HEIGHT}×{DENSE_HEIGHT}", kept["peak_bytes"] / _GIB
    source = f", timed once on {kept['date']} and not again for this page" if again else ""
    return (
        f"`dense` with a ResNet-34 U-Net, {PATCH} px every {STRIDE} px: {kept['seconds']:.0f} s and "
        f"{gib:.2f} GiB for {size} on {kept['cores']} cores{source}; that is **{ratio:.0f} times** "
        f"as long as `skymatte segment` ({ours.seconds:.1f} s), files included in both."
    )


def _dense(folder: Path, cores: int) -> Usage:
    from benchmarks.resnet import write_untrained_unet

    model = folder / "resnet34-unet.onnx"
    if not model.exists():
        write_untrained_unet(model)
    picture = demo(folder, DENSE_HEIGHT, cores)
    options = (*_MASK, "--method", "dense", "--patch", str(PATCH), "--stride", str(STRIDE))
    return measure(_segment(picture, folder / "dense", model, *options), cores)
