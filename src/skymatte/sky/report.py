"""What is told about a segmentation: the content of the sidecar ``<name>.sky.json``."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import skymatte
from skymatte.picture.model import Picture, Projection, Repairs
from skymatte.picture.projection import solid_angle_rows
from skymatte.runtime.model import Model
from skymatte.runtime.providers import thread_count


def build_report(
    picture: Picture,
    model: Model,
    mask: NDArray[np.bool_],
    *,
    method: dict[str, Any],
    threshold: float,
    exposure_scale: float,
    timings: dict[str, float],
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
        warnings: what the method has to say beside the reader's warnings.
    """
    return {
        "skymatte": skymatte.__version__,
        "input": _input(picture),
        "model": {"name": model.card.name, "version": model.card.version, "sha256": model.sha256},
        "encoding": model.card.encoding,
        "exposure_scale": exposure_scale,
        "projection": {"name": picture.projection.value, "source": picture.projection_source},
        "method": method,
        "threshold": threshold,
        "runtime": {"asked": model.runtime_asked, "used": model.runtime_used, "threads": thread_count()},
        "sky_fraction": float(mask.mean(dtype=np.float64)),
        "solid_angle_sky_fraction": solid_angle_fraction(picture, mask),
        "timings": {step: round(seconds, 4) for step, seconds in timings.items()},
        "warnings": [*picture.warnings, *_repair_warnings(picture.repairs), *warnings],
    }


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


def solid_angle_fraction(picture: Picture, mask: NDArray[np.bool_]) -> float | None:
    """Share of the sphere that is sky, of what the panorama shows; ``None`` for other projections.

    Rows are weighted by the solid angle of their pixels.  A panorama cropped to a data window counts where that window
    lies in the display window, which is the whole sphere.
    """
    if picture.projection is not Projection.EQUIRECTANGULAR:
        return None
    height, width, top = picture.height, picture.width, 0
    data, display = picture.data_window, picture.display_window
    if data is not None and display is not None:
        height, width, top = display.height, display.width, data.y0 - display.y0
        if top < 0 or top + picture.height > height:
            return None
    rows = solid_angle_rows(height, width)[top : top + picture.height].astype(np.float64)
    return float(rows @ mask.mean(axis=1, dtype=np.float64) / rows.sum())


def file_sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
