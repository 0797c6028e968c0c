"""The files that a segmentation becomes; all of them appear, or none."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import OutputError
from skymatte.masks.cutout import cutout
from skymatte.masks.overlay import overlay, side_by_side
from skymatte.picture.atomic import replacing
from skymatte.picture.display import tone_map
from skymatte.picture.exr import embed
from skymatte.picture.exr_write import EmbedReport, to_half, write_channels, write_rgb_with_matte
from skymatte.picture.oiio import write_jpeg, write_png8, write_png16
from skymatte.sky.plan import SIDECAR_ENDING, Job
from skymatte.sky.segment import Segmentation

KINDS = ("mask", "matte", "overlay", "embed", "cutout", "view")
DEFAULT_KINDS = ("mask", "overlay")

MATTE_CHANNEL = "sky.A"


class _Drawn:
    """A segmentation with the display versions that several outputs share."""

    def __init__(self, segmentation: Segmentation) -> None:
        self.mask = segmentation.mask
        self.matte = segmentation.matte
        self.picture = segmentation.picture
        self._scale = float(segmentation.report["exposure_scale"])

    @cached_property
    def display(self) -> NDArray[np.uint8]:
        return tone_map(self.picture.pixels, self._scale)

    @cached_property
    def overlay(self) -> NDArray[np.uint8]:
        return overlay(self.display, self.matte)

    @property
    def low_range(self) -> bool:
        """Whether it came from 8-bit display values, for which a 16-bit PNG is the better-understood matte."""
        return self.picture.bits == 8 and not self.picture.linear


def _write_mask(drawn: _Drawn, target: Path) -> EmbedReport:
    write_png8(target, drawn.mask.view(np.uint8) * np.uint8(255))
    return EmbedReport()


def _write_matte(drawn: _Drawn, target: Path) -> EmbedReport:
    if target.suffix == ".png":
        write_png16(target, np.rint(drawn.matte * 65535).astype(np.uint16))
        return EmbedReport()
    return _write_half(drawn, target, {MATTE_CHANNEL: drawn.matte})


def _write_overlay(drawn: _Drawn, target: Path) -> EmbedReport:
    write_jpeg(target, drawn.overlay)
    return EmbedReport()


def _write_embed(drawn: _Drawn, target: Path) -> EmbedReport:
    picture = drawn.picture
    if picture.path is not None and picture.format == "exr":
        return embed(picture.path, target, drawn.matte, channel=MATTE_CHANNEL, part=picture.part)
    return write_rgb_with_matte(target, picture, drawn.matte, channel=MATTE_CHANNEL)


def _write_cutout(drawn: _Drawn, target: Path) -> EmbedReport:
    colour, alpha = cutout(drawn.picture.pixels, drawn.matte)
    return _write_half(drawn, target, {**{name: colour[..., i] for i, name in enumerate("RGB")}, "A": alpha})


def _write_view(drawn: _Drawn, target: Path) -> EmbedReport:
    write_jpeg(target, side_by_side(drawn.display, drawn.overlay))
    return EmbedReport()


def _write_half(drawn: _Drawn, target: Path, planes: dict[str, NDArray[np.float32]]) -> EmbedReport:
    """Write half channels in the source's windows."""
    halves = {name: to_half(plane) for name, plane in planes.items()}
    picture = drawn.picture
    write_channels(
        target,
        {name: half for name, (half, _) in halves.items()},
        data_window=picture.data_window,
        display_window=picture.display_window,
    )
    return EmbedReport(sum(clamped for _, clamped in halves.values()))


_WRITERS: dict[str, Callable[[_Drawn, Path], EmbedReport]] = {
    "mask": _write_mask,
    "matte": _write_matte,
    "overlay": _write_overlay,
    "embed": _write_embed,
    "cutout": _write_cutout,
    "view": _write_view,
}

_ENDINGS = {
    "mask": (".mask.png",),
    "matte": (".matte.exr", ".matte.png"),
    "overlay": (".overlay.jpg",),
    "embed": (".exr",),
    "cutout": (".cutout.exr",),
    "view": (".view.jpg",),
}


def possible(job: Job, kind: str) -> list[Path]:
    """The file of one kind; two candidates for ``matte``, as its format depends on what is in the picture."""
    return [job.output(ending) for ending in _ENDINGS[kind]]


def existing(job: Job, kinds: Iterable[str]) -> dict[str, Path]:
    """Which outputs are there already, by kind."""
    found = {kind: [path for path in possible(job, kind) if os.path.lexists(path)] for kind in kinds}
    return {kind: paths[0] for kind, paths in found.items() if paths}


def check_targets(job: Job, kinds: Iterable[str], inputs: Collection[Path]) -> None:
    """Refuse early what cannot be written.

    Args:
        job: the picture.
        kinds: what is to be written of it.
        inputs: real paths of all pictures of the batch, none of which is ever written over.

    Raises:
        OutputError: an output would replace an input, or the folder cannot be written to.
    """
    for kind in kinds:
        for path in possible(job, kind):
            if Path(os.path.realpath(path)) in inputs:
                raise OutputError(f"{path}: {kind} would replace an input picture; choose another folder with -o")
    folder = job.folder
    while not os.path.lexists(folder) and folder != folder.parent:
        folder = folder.parent
    if not folder.is_dir():
        raise OutputError(f"{job.folder}: cannot be made: {folder} is not a folder; choose another folder with -o")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise OutputError(f"{folder}: this folder cannot be written to; choose another folder with -o")


def write(segmentation: Segmentation, job: Job, kinds: Iterable[str]) -> tuple[dict[str, Path], dict[str, Any]]:
    """Write the outputs of one picture and its sidecar.

    Everything is written beside its final name and renamed when all is complete, the sidecar last: if one output fails,
    none appears.

    Returns:
        Path by kind (``report`` is the sidecar), and the report with ``outputs``, ``clamped`` and the time of writing.

    Raises:
        OutputError: the disk is full, the folder is read-only, …
    """
    begun = perf_counter()
    drawn = _Drawn(segmentation)
    sidecar = job.output(SIDECAR_ENDING)
    outputs: dict[str, Path] = {}
    clamped: dict[str, int] = {}
    warnings = list(segmentation.report["warnings"])
    try:
        job.folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{job.folder}: cannot be made: {error.strerror}; choose another folder with -o") from None
    with ExitStack() as renames:  # unwound backwards: the sidecar, entered first, is renamed last
        report_file = renames.enter_context(replacing(sidecar))
        for kind in kinds:
            outputs[kind] = _target(job, kind, drawn)
            written = _WRITERS[kind](drawn, renames.enter_context(replacing(outputs[kind])))
            if written.clamped:
                clamped[kind] = written.clamped
            warnings += written.warnings
        report = {**segmentation.report, "warnings": warnings}
        report["timings"] = {**report["timings"], "write": round(perf_counter() - begun, 4)}
        report["outputs"] = {kind: path.name for kind, path in outputs.items()}
        report["clamped"] = clamped
        report_file.write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return {**outputs, "report": sidecar}, report


def _target(job: Job, kind: str, drawn: _Drawn) -> Path:
    candidates = possible(job, kind)
    return candidates[-1] if kind == "matte" and drawn.low_range else candidates[0]
