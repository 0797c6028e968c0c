"""``fast`` against ``dense``: time and memory of whole processes on one large panorama, quality on real ones."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.cases import Case
from benchmarks.contest import Scoreboard
from benchmarks.process import Usage, measure
from benchmarks.tables import table
from skymatte.masks.files import read_reference
from skymatte.masks.labels import SKY
from skymatte.masks.metrics import iou, sum_up
from skymatte.picture.model import Projection
from skymatte.picture.oiio import read_gray

METHODS = ("fast", "dense")
_GIB = 2**30


def speed_table(size: str, model: Path, cores: int) -> str:
    """Both methods on the demo panorama, each a process of its own, one after the other."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        program = (sys.executable, "-m", "skymatte")
        measure((*program, "demo", name, "--size", size), cores)
        usages: dict[str, Usage] = {}
        agreement: dict[str, float] = {}
        truth = read_reference(folder / "demo.matte.exr").label
        for method in METHODS:
            options = ("--method", method, "--model", str(model), "--runtime", "cpu", "--write", "mask", "--quiet")
            output = folder / method
            usages[method] = measure(
                (*program, "segment", str(folder / "demo.exr"), "-o", str(output), *options), cores
            )
            agreement[method] = iou(np.asarray(read_gray(output / "demo.mask.png") == SKY), truth)
    rows = [
        (method, f"{usage.seconds:.1f}", f"{usage.peak_bytes / _GIB:.2f}", f"{agreement[method]:.4f}")
        for method, usage in usages.items()
    ]
    ratio = usages["dense"].seconds / usages["fast"].seconds
    return table(("method", "seconds", "peak GiB", "IoU with the exact matte"), rows) + (
        f"\n\n`dense` takes {ratio:.1f} times as long as `fast`"
        f" ({size} EXR, {cores} cores, reading and writing included)."
    )


def panoramas(cases: list[Case]) -> list[Case]:
    """The real panoramas that have sky."""
    return [
        case for case in cases if case.picture.projection is Projection.EQUIRECTANGULAR and case.group != "negative"
    ]


def method_table(board: Scoreboard) -> str:
    """Mean and worst IoU of the two methods over all groups of a board."""
    rows = []
    for name in next(iter(board.groups.values())):
        summed = sum_up([picture for group in board.groups.values() for picture in group[name]])
        worst = summed.worst["iou"]
        rows.append((name, str(len(summed.pictures)), f"{summed.mean['iou']:.4f}", f"{worst.value:.4f}", worst.name))
    return table(("method", "real panoramas", "mean IoU", "worst", "worst picture"), rows)
