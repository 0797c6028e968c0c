"""One picture to its sky: mask, matte and report."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import encode
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Picture, Projection
from skymatte.picture.read import from_array, read
from skymatte.runtime.levels import own_heading
from skymatte.runtime.look import Look
from skymatte.runtime.model import Model
from skymatte.runtime.pyramid import coarse_to_fine
from skymatte.runtime.whole import look, shrink
from skymatte.sky.confidence import confidence_of
from skymatte.sky.dense import dense_matte
from skymatte.sky.guided import guided_enlarge
from skymatte.sky.matting import EDGES, refine_edges
from skymatte.sky.report import build_report
from skymatte.sky.thin_lines import sky_mask
from skymatte.sky.unlit import find_unlit

METHODS = ("fast", "dense")

Array = NDArray[np.float32]
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """Where the sky is in one picture.

    Attributes:
        mask: H×W bool, True = sky.
        matte: H×W float32 in [0, 1], the fraction of the pixel that is sky.
        report: how it was found, plain JSON values; what ``<name>.sky.json`` holds.
        picture: what was segmented.
        confidence: H×W float32 in [0, 1], how sure the network was of each pixel, if that was kept.
    """

    mask: NDArray[np.bool_]
    matte: Array
    report: dict[str, Any]
    picture: Picture
    confidence: Array | None = None


def segment(
    source: str | Path | Picture | NDArray[Any],
    *,
    model: str | Path | Model | None = None,
    method: str = "fast",
    threshold: float | None = None,
    projection: str = "auto",
    runtime: str = "auto",
    patch: int = 224,
    stride: int = 100,
    edge: str = "fast",
    progress: Progress | None = None,
) -> Segmentation:
    """Find the sky in a picture.

    Args:
        source: a file, a picture that was read, or an H×W×3 array of linear light.
        model: an opened model, a built-in name or an ONNX file; the default model without.
        method: ``fast`` (coarse, then fine where needed) or ``dense`` (overlapping patches with voting).
        threshold: matte value in (0, 1) from which a pixel is sky; the model's own without.  Thin lines against the
            sky are none above it either, so that masks keep wires that cover less than half of a pixel.
        projection: ``auto``, ``perspective``, ``equirectangular`` or ``fisheye``.
        runtime: ``auto``, ``cpu``, ``cuda`` or ``openvino``; an opened model keeps its own.
        patch: side of the patches of ``dense``, pixels.
        stride: their distance, pixels.
        edge: how ``fast`` draws the edge from the picture's colours: ``fast`` or ``fine``; ``dense`` leaves the votes.
        progress: told (steps done, steps in all) now and then; may raise to stop.

    Raises:
        PictureError: the picture cannot be read.
        ModelError: the model cannot be used.
        RuntimeUnavailable: the runtime is not on this machine.
        ValueError: the method or the edge is unknown, or patch and stride do not fit.
    """
    if method not in METHODS:
        raise ValueError(f"unknown method {method!r}; choose one of {', '.join(METHODS)}")
    if edge not in EDGES:
        raise ValueError(f"unknown edge {edge!r}; choose one of {', '.join(EDGES)}")
    opened = model if isinstance(model, Model) else Model.load(model, runtime)
    begun = perf_counter()
    picture = _picture(source, projection)
    read_at = perf_counter()
    scale = exposure_scale(picture.pixels)
    settings: dict[str, Any]
    if method == "dense":
        encoded = encode(opened.card.encoding, picture.pixels * np.float32(scale))
        matte = dense_matte(encoded, opened, patch, stride, progress, wrap=_wraps(picture))
        settings = {"name": method, "patch": patch, "stride": stride}
    else:
        matte, settings = _fast(picture, opened, scale, progress)
        settings["edge"] = edge
    confidence = confidence_of(matte)
    if method == "fast":
        turn = own_heading(picture.pixels) if _wraps(picture) else 0
        matte = refine_edges(picture.pixels, scale, matte, edge=edge, wrap=_wraps(picture), turn=turn)
    unlit = find_unlit(picture)
    unlit.settle(matte, confidence)
    level = opened.card.threshold if threshold is None else threshold
    mask = sky_mask(matte, level, wrap=_wraps(picture)) if method == "fast" else matte >= np.float32(level)
    timings = {"read": read_at - begun, "segment": perf_counter() - read_at}
    report = build_report(
        picture,
        opened,
        mask,
        method=settings,
        threshold=level,
        exposure_scale=scale,
        timings=timings,
        confidence=confidence,
        unlit=unlit,
    )
    return Segmentation(mask, matte, report, picture, confidence)


def _picture(source: str | Path | Picture | NDArray[Any], projection: str) -> Picture:
    if isinstance(source, Picture):
        return source
    if isinstance(source, str | Path):
        return read(source, projection=projection)
    return from_array(source, projection=projection)


def _wraps(picture: Picture) -> bool:
    return picture.projection is Projection.EQUIRECTANGULAR


def _fast(picture: Picture, model: Model, scale: float, progress: Progress | None) -> tuple[Array, dict[str, Any]]:
    """The whole picture at the card's working size, then its edges drawn at full resolution."""
    card = model.card
    wrap = picture.projection is Projection.EQUIRECTANGULAR
    if card.prior:
        look_at = Look(model.predict, card.encoding, card.multiple, scale, wrap)
        least = card.coarse_width if wrap else card.coarse_side
        found = coarse_to_fine(picture.pixels, look_at, least=least, progress=progress)
        return found.matte, {"name": "fast", "levels": found.sizes, "tiles": found.tiles, "of": found.of}
    side = card.coarse_width if wrap else card.coarse_side
    small, coarse = look(
        picture.pixels,
        scale,
        picture.projection,
        model.predict,
        encoding=card.encoding,
        multiple=card.multiple,
        side=side,
    )
    height, width = coarse.shape
    settings = {"name": "fast", "working_width": width, "working_height": height}
    if height >= picture.height and width >= picture.width:
        return shrink(coarse, picture.height, picture.width), settings
    return guided_enlarge(small, coarse, picture.pixels, scale, wrap=wrap), settings
