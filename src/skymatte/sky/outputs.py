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
from skymatte.masks.cutout import cutout_rows
from skymatte.masks.overlay import overlay_rows, side_by_side
from skymatte.picture.atomic import replacing
from skymatte.picture.display import tone_map
from skymatte.picture.exr import embed
from skymatte.picture.exr_write import EmbedReport, write_drawn, write_rgb_with_matte
from skymatte.picture.jpeg import write_jpeg_rows
from skymatte.picture.oiio import write_png8, write_png_rows
from skymatte.sky.horizon import Profile, horizon_profile
from skymatte.sky.horizon_plot import draw_horizon
from skymatte.sky.plan import SIDECAR_ENDING, Job
from skymatte.sky.segment import Segmentation
from skymatte.sky.sun import find_sun

KINDS = ("mask", "matte", "overlay", "embed", "cutout", "view", "confidence", "horizon")
DEFAULT_KINDS = ("mask", "overlay")

MATTE_CHANNEL = "sky.A"
CONFIDENCE_CHANNEL = "sky.confidence"

_PARTS = {"horizon": ("horizon", "horizon_plot")}
"""Kinds that become more than one file; each file is a kind of its own from then on."""


class _Drawn:
    """A segmentation and what is drawn of it, some rows at a time: no output is ever held whole."""

    def __init__(self, segmentation: Segmentation) -> None:
        self.mask = segmentation.mask
        self.matte = segmentation.matte
        self.picture = segmentation.picture
        self.size = self.picture.height, self.picture.width
        self.confidence = segmentation.confidence
        self._scale = float(segmentation.report["exposure_scale"])

    def display(self, rows: slice) -> NDArray[np.uint8]:
        return tone_map(self.picture.pixels[rows], self._scale)

    def overlay(self, rows: slice) -> NDArray[np.uint8]:
        return overlay_rows(self.display(rows), self.matte, rows)

    @cached_property
    def profile(self) -> Profile:
        return horizon_profile(self.picture, self.mask)

    @property
    def low_range(self) -> bool:
        """Whether it came from 8-bit display values, for which a 16-bit PNG is the better-understood matte."""
        return self.picture.bits == 8 and not self.picture.linear


def _write_mask(drawn: _Drawn, target: Path) -> EmbedReport:
    write_png_rows(target, *drawn.size, np.uint8, lambda rows: drawn.mask[rows].view(np.uint8) * np.uint8(255))
    return EmbedReport()


def _write_matte(drawn: _Drawn, target: Path) -> EmbedReport:
    return _write_shares(drawn, target, drawn.matte, MATTE_CHANNEL)


def _write_confidence(drawn: _Drawn, target: Path) -> EmbedReport:
    if drawn.confidence is None:
        raise OutputError(f"{target}: nothing is known of the confidence; segment the picture again")
    return _write_shares(drawn, target, drawn.confidence, CONFIDENCE_CHANNEL)


def _write_shares(drawn: _Drawn, target: Path, shares: NDArray[np.float32], channel: str) -> EmbedReport:
    """Values in [0, 1]: 16 bits in a PNG, a half channel in an EXR."""
    if target.suffix == ".png":
        write_png_rows(target, *drawn.size, np.uint16, lambda rows: np.rint(shares[rows] * 65535).astype(np.uint16))
        return EmbedReport()
    return write_drawn(target, drawn.picture, (channel,), lambda rows: {channel: shares[rows]})


def _write_horizon(drawn: _Drawn, target: Path) -> EmbedReport:
    target.write_text(drawn.profile.as_csv(), encoding="ascii")
    return EmbedReport()


def _write_horizon_plot(drawn: _Drawn, target: Path) -> EmbedReport:
    write_png8(target, draw_horizon(drawn.profile, find_sun(drawn.picture, drawn.mask), drawn.picture.height))
    return EmbedReport()


def _write_overlay(drawn: _Drawn, target: Path) -> EmbedReport:
    write_jpeg_rows(target, *drawn.size, drawn.overlay)
    return EmbedReport()


def _write_embed(drawn: _Drawn, target: Path) -> EmbedReport:
    picture = drawn.picture
    if picture.path is not None and picture.format == "exr":
        return embed(picture.path, target, drawn.matte, channel=MATTE_CHANNEL, part=picture.part)
    return write_rgb_with_matte(target, picture, drawn.matte, channel=MATTE_CHANNEL)


def _write_cutout(drawn: _Drawn, target: Path) -> EmbedReport:
    def draw(rows: slice) -> dict[str, NDArray[np.float32]]:
        colour, alpha = cutout_rows(drawn.picture.pixels, drawn.matte, rows)
        return {**{name: colour[..., index] for index, name in enumerate("RGB")}, "A": alpha}

    return write_drawn(target, drawn.picture, "RGBA", draw)


def _write_view(drawn: _Drawn, target: Path) -> EmbedReport:
    write_jpeg_rows(target, *side_by_side(drawn.display, drawn.overlay, *drawn.size))
    return EmbedReport()


_WRITERS: dict[str, Callable[[_Drawn, Path], EmbedReport]] = {
    "mask": _write_mask,
    "matte": _write_matte,
    "overlay": _write_overlay,
    "embed": _write_embed,
    "cutout": _write_cutout,
    "view": _write_view,
    "confidence": _write_confidence,
    "horizon": _write_horizon,
    "horizon_plot": _write_horizon_plot,
}

_ENDINGS = {
    "mask": (".mask.png",),
    "matte": (".matte.exr", ".matte.png"),
    "overlay": (".overlay.jpg",),
    "embed": (".exr",),
    "cutout": (".cutout.exr",),
    "view": (".view.jpg",),
    "confidence": (".confidence.exr", ".confidence.png"),
    "horizon": (".horizon.csv",),
    "horizon_plot": (".horizon.png",),
}


def expanded(kinds: Iterable[str]) -> tuple[str, ...]:
    """The kinds of single files that the kinds asked for consist of, each once, in order."""
    return tuple(dict.fromkeys(part for kind in kinds for part in _PARTS.get(kind, (kind,))))


def possible(job: Job, kind: str) -> list[Path]:
    """The file of one kind; two candidates for shares of a pixel, whose format depends on what is in the picture."""
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
    return candidates[-1] if drawn.low_range else candidates[0]
