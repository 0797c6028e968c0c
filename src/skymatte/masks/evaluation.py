"""A prediction against its label, from files to scores."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.files import fit, read_matte, read_reference
from skymatte.masks.matching import Pair, stem_of
from skymatte.masks.metrics_scores import PictureScores, score_picture

DEFAULT_THRESHOLD: Final = 0.5

ProjectionName = Literal["auto", "perspective", "equirectangular", "fisheye"]


@dataclass(frozen=True, slots=True)
class _Prediction:
    mask: NDArray[np.bool_]
    matte: NDArray[np.float32] | None
    notes: tuple[str, ...]


def evaluate_pair(pair: Pair, *, threshold: float | None = None, projection: ProjectionName = "auto") -> PictureScores:
    """Measure one prediction.

    Args:
        pair: its files.
        threshold: matte value from which a pixel is sky.  Without it the mask file decides, or 0.5 if there is none.
        projection: `auto` takes the one in `<name>.sky.json` beside the prediction, else guesses by a 2:1 shape.

    Raises:
        LabelError: the files do not fit together or hold wrong values.
        PictureError: a file cannot be read.
    """
    reference = read_reference(pair.label)
    height, width = reference.label.shape
    prediction = _read_prediction(pair, (height, width), threshold)
    panorama, guess = _is_panorama(pair, (height, width), projection)
    return score_picture(
        pair.name,
        prediction.mask,
        reference.label,
        matte=prediction.matte,
        truth=reference.matte,
        panorama=panorama,
        notes=prediction.notes + guess,
    )


def _read_prediction(pair: Pair, shape: tuple[int, int], threshold: float | None) -> _Prediction:
    values = read_matte(pair.prediction)
    sizes = [values.shape]
    binary = bool(((values == 0) | (values == 1)).all())
    chosen = fit(values, shape, pair.prediction)
    matte = chosen if pair.matte == pair.prediction or not binary else None
    if pair.matte is not None and pair.matte != pair.prediction:
        values = read_matte(pair.matte)
        sizes.append(values.shape)
        matte = fit(values, shape, pair.matte)
    notes = [
        f"resized from {width}×{height} to its label's {shape[1]}×{shape[0]}"
        for height, width in dict.fromkeys(sizes)
        if (height, width) != shape
    ]
    if matte is not None and threshold is not None:
        return _Prediction(matte >= threshold, matte, tuple(notes))
    return _Prediction(chosen >= DEFAULT_THRESHOLD, matte, tuple(notes))


def _is_panorama(pair: Pair, shape: tuple[int, int], projection: ProjectionName) -> tuple[bool, tuple[str, ...]]:
    if projection != "auto":
        return projection == "equirectangular", ()
    known = _reported_projection(pair.prediction.with_name(f"{stem_of(pair.prediction)}.sky.json"))
    if known:
        return known == "equirectangular", ()
    if shape[1] == 2 * shape[0] and shape[0] > 1:
        return True, ("taken as a panorama for its 2:1 shape; say --projection if it is none",)
    return False, ()


def _reported_projection(sidecar: Path) -> str:
    """The projection in a segmentation report; empty if there is no such report."""
    try:
        return str(json.loads(sidecar.read_text(encoding="utf-8"))["projection"]["name"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
