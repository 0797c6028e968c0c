"""Labelled pictures from one projection to another: what ``skymatte dataset project`` does with one picture."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from skymatte.datasets.lens import Wanted
from skymatte.errors import InputError, LabelError, OutputError, PictureError
from skymatte.masks.files import MATTE_CHANNEL, read_reference
from skymatte.picture.atomic import replacing
from skymatte.picture.camera import Camera
from skymatte.picture.exr_metadata import shot_attributes
from skymatte.picture.exr_write import matte_to_half, to_half, write_channels
from skymatte.picture.model import Picture, Projection
from skymatte.picture.oiio import write_png8
from skymatte.picture.read import read
from skymatte.picture.reproject import reproject, reproject_bands, reproject_label

_LABELS = (".png", ".mask.png", ".matte.exr", ".matte.png", ".exr")
_SHAPE_SLACK = 0.01


@dataclass(frozen=True, slots=True)
class Projected:
    """One picture done.

    Attributes:
        source: its camera.
        target: that of the result.
        seen: share of the result that the source saw.
        clamped: samples above 65504 that a half cannot hold and that were clamped.
        files: what was written.
        notes: what a person should know.
    """

    source: Camera
    target: Camera
    seen: float
    clamped: int
    files: tuple[Path, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Labels:
    """Projected label and matte of one picture, where there is one."""

    label: NDArray[np.uint8] | None = None
    matte: NDArray[np.float32] | None = None


def targets(name: str, folder: Path) -> tuple[Path, Path, Path]:
    """Where the picture, its label and its matte of this name go."""
    return (
        folder / "pictures" / f"{name}.exr",
        folder / "labels" / f"{name}.png",
        folder / "mattes" / f"{name}.matte.exr",
    )


def project(path: Path, name: str, folder: Path, wanted: Wanted) -> Projected:
    """Project one picture, and its label or matte, into ``folder``; all files of it appear or none.

    Raises:
        PictureError: the picture cannot be read, or is a part of a larger one.
        LabelError: it has no label, or one of another picture.
        InputError: the cameras cannot be, or have nothing in common.
        OutputError: a result cannot be written.
    """
    asked = wanted.source.projection
    picture = read(path, projection=asked or "auto")
    if picture.data_window != picture.display_window:
        raise PictureError(
            f"{path}: holds only a part of its frame (data window {picture.data_window}, display window "
            f"{picture.display_window}): where its pixels look is unknown; write it with both windows equal"
        )
    try:
        source, target = wanted.cameras(picture)
    except InputError as error:
        said = "" if asked else f" (taken for {picture.projection}: {picture.projection_source})"
        raise InputError(f"{path}: {error}{said}") from None
    labels = _project_labels(picture, wanted.labels, source, target)
    planes, seen, clamped = _project_pixels(picture, source, target)
    if not seen:
        raise InputError(f"{path}: nothing of it is in the view asked for; check pitch, yaw and the fields of view")
    files = _write(targets(name, folder), planes, labels, _attributes(picture, target))
    return Projected(source, target, seen, clamped, files, _notes(picture, asked))


def _project_pixels(picture: Picture, source: Camera, target: Camera) -> tuple[dict[str, NDArray[Any]], float, int]:
    """Planes of the result, half where the source has less than 32 bits; the share seen; how many were clamped."""
    half = picture.bits < 32
    shape = target.height, target.width
    planes: dict[str, NDArray[Any]] = {name: np.empty(shape, np.float16 if half else np.float32) for name in "RGB"}
    seen = clamped = 0
    for band in reproject_bands(picture.pixels, source, target):
        seen += int(np.count_nonzero(band.seen))
        for index, plane in enumerate(planes.values()):
            values = band.pixels[..., index]
            if half:
                plane[band.rows], too_bright = to_half(values)
                clamped += too_bright
            else:
                plane[band.rows] = values
    return planes, seen / (shape[0] * shape[1]), clamped


def _project_labels(picture: Picture, folder: Path | None, source: Camera, target: Camera) -> _Labels:
    if folder is None or picture.path is None:
        return _Labels()
    found = [folder / f"{picture.path.stem}{ending}" for ending in _LABELS]
    found = [file for file in found if file.is_file() and not file.samefile(picture.path)]
    if not found:
        raise LabelError(f"{picture.path}: no label of its name in {folder}; name it {picture.path.stem}.png")
    label = matte = None
    for file in found:
        reference = read_reference(file)
        height, width = reference.label.shape
        _check_proportions(file, (width, height), source)
        camera = replace(source, width=width, height=height)
        if reference.matte is None and label is None:
            label = reproject_label(reference.label, camera, target)
        elif reference.matte is not None and matte is None:
            matte = reproject(reference.matte, camera, target)[0]
    return _Labels(label, matte)


def _check_proportions(file: Path, size: tuple[int, int], source: Camera) -> None:
    width, height = size
    if abs(height * source.width / width - source.height) > max(1.0, _SHAPE_SLACK * source.height):
        raise LabelError(
            f"{file}: is {width}×{height}, its picture {source.width}×{source.height}: other proportions, so not of "
            "one picture; check that the names match"
        )


def _attributes(picture: Picture, target: Camera) -> dict[str, Any]:
    """What is known of the shot, and how the result was projected."""
    attributes: dict[str, Any] = {}
    if picture.format == "exr" and picture.path is not None:
        attributes |= shot_attributes(picture.path, picture.part)
    turn = " ".join(f"{name}={math.degrees(getattr(target, name)):g}" for name in ("yaw", "pitch", "roll"))
    if target.projection is Projection.EQUIRECTANGULAR:
        return attributes | {"envmap": OpenEXR.ENVMAP_LATLONG, "skymatte.camera": f"equirectangular {turn}"}
    mapping = f"{target.mapping} " if target.projection is Projection.FISHEYE else ""
    lens = f"{mapping}{target.projection} fov={math.degrees(target.fov):g} {turn}"
    return attributes | {"skymatte.camera": lens}


def _write(
    places: tuple[Path, Path, Path], planes: Mapping[str, NDArray[Any]], labels: _Labels, attributes: dict[str, Any]
) -> tuple[Path, ...]:
    picture, label, matte = places
    written = [picture]
    with ExitStack() as renames:  # all are written before the first gets its name
        write_channels(_place(renames, picture), planes, attributes=attributes)
        if labels.label is not None:
            write_png8(_place(renames, label), labels.label)
            written.append(label)
        if labels.matte is not None:
            kept = {key: value for key, value in attributes.items() if key in ("envmap", "skymatte.camera")}
            channels = {MATTE_CHANNEL: matte_to_half(labels.matte)[0]}
            write_channels(_place(renames, matte), channels, attributes=kept)
            written.append(matte)
    return tuple(written)


def _place(renames: ExitStack, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{path.parent}: cannot be made: {error.strerror}; choose another folder with -o") from None
    return renames.enter_context(replacing(path))


def _notes(picture: Picture, asked: Projection | None) -> tuple[str, ...]:
    notes = list(picture.warnings)
    if asked is None:
        notes.append(f"taken for {picture.projection}: {picture.projection_source}")
    repairs = picture.repairs
    if repairs.nan or repairs.inf or repairs.negative:
        notes.append(f"repaired: {repairs.nan} NaN, {repairs.inf} infinite, {repairs.negative} negative samples")
    return tuple(notes)


def check_places(paths: Collection[Path], inputs: Collection[Path], *, overwrite: bool) -> None:
    """Refuse to replace an input, or without ``overwrite`` any file.

    Args:
        paths: what may be written.
        inputs: real paths of all pictures that are read.

    Raises:
        OutputError: it would.
    """
    for path in paths:
        if path.resolve() in inputs:
            raise OutputError(f"{path}: would replace an input picture; choose another folder with -o")
        if path.exists() and not overwrite:
            raise OutputError(f"{path}: exists already; use --overwrite, or another folder with -o")
