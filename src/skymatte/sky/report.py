"""What is told about a segmentation: the content of the sidecar ``<name>.sky.json``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import skymatte
from skymatte.picture.model import Picture, Projection, Repairs
from skymatte.runtime.model import Model
from skymatte.runtime.providers import thread_count
from skymatte.sky.confidence import Array, summarise_confidence
from skymatte.sky.fractions import sky_fraction, sky_view_factor, solid_angle_fraction
from skymatte.sky.horizon import horizon_profile
from skymatte.sky.sun import find_sun
from skymatte.sky.unlit import Unlit
from skymatte.sky.view import view_of


def build_report(
    picture: Picture,
    model: Model,
    mask: NDArray[np.bool_],
    *,
    method: dict[str, Any],
    threshold: float,
    exposure_scale: float,
    timings: dict[str, float],
    confidence: Array,
    unlit: Unlit,
    warnings: tuple[str, ...] = (),
) -> dict[str, Any]:
    """Everything needed to understand and repeat a segmentation, as plain JSON values.

    Args:
        picture: what was segmented.
        model: with what.
        mask: H×W bool, True = sky.
        method: ``name`` (``fast``, ``dense``) and its settings and counts: patch, stride, tiles.
        threshold: matte value from which a pixel is sky.
        exposure_scale: factor on linear light before encoding.
        timings: seconds by step.
        confidence: H×W float32 in [0, 1], how sure the network was.
        unlit: what of the picture shows nothing.
        warnings: what the method has to say beside the reader's warnings.
    """
    sun = find_sun(picture, mask)
    return {
        "skymatte": skymatte.__version__,
        "input": _input(picture),
        "model": {"name": model.card.name, "version": model.card.version, "sha256": model.sha256},
        "encoding": model.card.encoding,
        "exposure_scale": exposure_scale,
        "projection": _projection(picture),
        "method": method,
        "threshold": threshold,
        "runtime": {"asked": model.runtime_asked, "used": model.runtime_used, "threads": thread_count()},
        "sky_fraction": sky_fraction(mask, unlit.outside),
        "solid_angle_sky_fraction": solid_angle_fraction(picture, mask),
        "sky_view_factor": sky_view_factor(picture, mask),
        "horizon": _horizon(picture, mask),
        "sun": None if sun is None else sun.as_dict(),
        "confidence": summarise_confidence(confidence, mask, unlit.outside),
        "black_fraction": 0.0 if unlit.below is None else float(unlit.below.mean(dtype=np.float64)),
        "timings": {step: round(seconds, 4) for step, seconds in timings.items()},
        "warnings": [*picture.warnings, *_repair_warnings(picture.repairs), *_view_warnings(unlit), *warnings],
    }


def _projection(picture: Picture) -> dict[str, str]:
    said = {"name": picture.projection.value, "source": picture.projection_source}
    if picture.projection is Projection.FISHEYE:
        said["taken_as"] = "equidistant, 180° across the circle, looking straight up"
    return said


def _horizon(picture: Picture, mask: NDArray[np.bool_]) -> dict[str, float] | None:
    """Mean and extremes of the horizon's elevation; none of a photograph, whose angles are unknown."""
    return None if view_of(picture) is None else horizon_profile(picture, mask).summary()


def _view_warnings(unlit: Unlit) -> list[str]:
    if unlit.looks_round:
        return ["looks like a fisheye, a circle in black: with --projection fisheye its angles are reported"]
    return []


def _input(picture: Picture) -> dict[str, Any]:
    repairs = picture.repairs
    return {
        "name": picture.path.name if picture.path else None,
        "sha256": file_sha256(picture.path) if picture.path else None,
        "width": picture.width,
        "height": picture.height,
        "format": picture.format,
        "bits": picture.bits,
        "part": picture.part,
        "repaired": {"nan": repairs.nan, "inf": repairs.inf, "negative": repairs.negative},
    }


def _repair_warnings(repairs: Repairs) -> list[str]:
    counts = (("NaN", repairs.nan), ("infinite", repairs.inf), ("negative", repairs.negative))
    return [f"{count} {kind} samples were repaired" for kind, count in counts if count]


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
