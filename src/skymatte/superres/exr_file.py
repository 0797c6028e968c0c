"""OpenEXR files made larger: every channel in its own way, same types, same attributes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from skymatte.picture.exr_layout import COMPRESSIONS, Part
from skymatte.picture.exr_stream import write_rows
from skymatte.picture.exr_write import to_half
from skymatte.picture.limits import check_size
from skymatte.picture.model import Projection, Window
from skymatte.superres.bands import Bands
from skymatte.superres.drawing import Progress, drawn
from skymatte.superres.enlarge import Enlarger
from skymatte.superres.exr_channels import Way, lights, ways
from skymatte.superres.exr_source import Source, read_source
from skymatte.superres.hints import NO_HINTS, Hints
from skymatte.superres.joint import mask_beside
from skymatte.superres.layers import Colours, Data, Layer, Shares
from skymatte.superres.light import light_of, repair_notes
from skymatte.superres.method import Method

_LOSSLESS: Final = ("none", "rle", "zips", "zip", "piz")
_OWN: Final = frozenset(
    (
        *(b"channels", b"chunkCount", b"compression", b"dataWindow", b"displayWindow", b"lineOrder"),
        *(b"maxSamplesPerPixel", b"tiles", b"type", b"version"),
    )
)
"""Attributes that say how pixels are stored; all others are carried byte by byte."""


def upscale_exr(
    source: Path, target: Path, method: Method, *, projection: str = "auto", progress: Progress | None = None
) -> list[str]:
    """Make an OpenEXR file larger: the part that :func:`skymatte.picture.read.read` reads, and parts of its size.

    The picture, and further layers of light (bicubically), keep their light; alpha, masks and mattes are interpolated;
    depths, identities and other data are repeated.  Colours stay in the file's primaries.

    Args:
        source: an OpenEXR file.
        target: where to; it, and its mask if the method finds one, appear whole or not at all.
        method: how.
        projection: as :func:`skymatte.picture.read.read` takes it.
        progress: told (windows done, windows in all); may raise to stop.

    Returns:
        What a person should know.

    Raises:
        PictureError: the source cannot be read, or has subsampled channels.
        OutputError: *target* cannot be written.
    """
    opened = read_source(source)
    window = opened.part.data_window
    check_size(source, method.scale * window.width, method.scale * window.height)
    hints = method.hints_of_file(source, projection)
    types = {name: plane.dtype for name, plane in opened.planes.items()}
    layers, notes = _layers(opened, method, hints)
    opened.planes.clear()  # the layers hold what they need
    bands = drawn(
        layers, (window.height, window.width), method.scale, ring=_wraps(opened.part, projection), progress=progress
    )
    with mask_beside(target, hints.sky):
        clamped = _write(target, opened.part, types, bands, method.scale)
    if clamped:
        notes.append(f"{clamped} values are above 65504, the largest half, and were clamped")
    if _compression(opened.part) != opened.part.compression:
        notes.append(f"{COMPRESSIONS[opened.part.compression].upper()} loses quality: stored as ZIP instead")
    return [*opened.notes, *notes]


def _wraps(part: Part, projection: str) -> bool:
    """Whether columns wrap, as :func:`skymatte.picture.read.read` would say."""
    if projection != "auto":
        return projection == Projection.EQUIRECTANGULAR
    envmap, window = part.attribute("envmap"), part.data_window
    return envmap[0] == 0 if envmap else window.width == 2 * window.height


def _layers(source: Source, method: Method, hints: Hints) -> tuple[dict[str, Layer], list[str]]:
    """Layers by the names of their channels, which NUL separates."""
    planes = source.planes
    rest = ways(
        (name for name in planes if name not in source.colour),
        {name for name, plane in planes.items() if plane.dtype.kind == "u"},
    )
    layers: dict[str, Layer] = {}
    notes = []
    for names in (source.colour, *lights(rest)):
        together = np.dstack([planes[name] for name in names])
        kind = np.float16 if all(planes[name].dtype == np.float16 for name in names) else np.float32
        light, coding, repairs = light_of(together, method.scale, kind)
        main = names is source.colour
        enlarger = method.enlarger if main else Enlarger(method.scale)
        layers[_together(names)] = Colours(light, coding, enlarger, hints if main else NO_HINTS)
        notes += repair_notes(repairs)
    for name, way in rest.items():
        if way is Way.SHARE:
            layers[name] = Shares(planes[name], method.scale)
        elif way is Way.DATA:
            layers[name] = Data(planes[name], method.scale)
    return layers, notes


def _together(names: tuple[str, ...]) -> str:
    return "\0".join(names)


def _write(target: Path, part: Part, types: Mapping[str, np.dtype[Any]], bands: Bands, scale: int) -> int:
    """Write the file; return how many values did not fit."""
    clamped = 0

    def draw(rows: slice) -> dict[str, NDArray[Any]]:
        nonlocal clamped
        planes: dict[str, NDArray[Any]] = {}
        for together, drawing in bands.rows(rows).items():
            for index, name in enumerate(together.split("\0")):
                plane = drawing[..., index] if drawing.ndim > 2 else drawing
                if types[name] == np.float16 and plane.dtype != np.float16:
                    plane, outside = to_half(plane)
                    clamped += outside
                planes[name] = plane
        return planes

    write_rows(
        target,
        types,
        draw,
        data_window=_larger(part.data_window, scale),
        display_window=_larger(part.display_window, scale),
        compression=OpenEXR.Compression(_compression(part)),
        attributes={},
        carried=tuple(a for a in part.attributes if a.name not in _OWN),
    )
    return clamped


def _compression(part: Part) -> int:
    return part.compression if COMPRESSIONS[part.compression] in _LOSSLESS else COMPRESSIONS.index("zip")


def _larger(window: Window, scale: int) -> Window:
    return Window(scale * window.x0, scale * window.y0, scale * (window.x1 + 1) - 1, scale * (window.y1 + 1) - 1)
