"""Write OpenEXR files some rows at a time: what is written is drawn while it is written, and never held whole.

OpenEXR's bindings write whole files from whole arrays, 1.6 GB for a 16K cut-out.  Here they encode bands
(:mod:`skymatte.picture.exr_bands`) and the header of a small file; the bytes are those that they would write at once.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from skymatte.picture.atomic import replacing
from skymatte.picture.exr_bands import Band, corners, encode
from skymatte.picture.exr_chunks import lines_per_chunk
from skymatte.picture.exr_layout import MAGIC, Attribute, Layout, Part, parse_layout
from skymatte.picture.model import Window

Planes = Mapping[str, NDArray[Any]]
"""Channel name → h×W float16, float32 or uint32."""

Draw = Callable[[slice], Planes]
"""Gives the channels of some rows, counted from the top of the data window; called once for each, top to bottom."""

_BAND_PIXELS = 1 << 21


def write_rows(
    path: Path,
    types: Mapping[str, np.dtype[Any]],
    draw: Draw,
    *,
    data_window: Window,
    display_window: Window,
    compression: OpenEXR.Compression,
    attributes: Mapping[str, Any],
    carried: tuple[Attribute, ...] = (),
) -> None:
    """Write a single-part scan-line OpenEXR file; it appears whole or not at all.

    Args:
        path: where to.
        types: name → float16, float32 or uint32 of each channel.
        draw: gives the channels' rows.
        data_window: the rectangle that the rows fill.
        display_window: the rectangle meant to be seen.
        compression: one that loses nothing.
        attributes: further header attributes, as OpenEXR's bindings take them.
        carried: attributes of another file, byte by byte; they go before others of their name.

    Raises:
        OutputError: *path* cannot be written.
    """
    header = {
        **attributes,
        "compression": compression,
        "type": OpenEXR.scanlineimage,
        "displayWindow": corners(display_window),
    }
    layout = _carrying(_layout(path, types, header, data_window), carried)
    with replacing(Path(path)) as temporary, temporary.open("wb") as out:
        _write(out, layout, draw)


def _layout(path: Path, types: Mapping[str, np.dtype[Any]], header: Mapping[str, Any], window: Window) -> Layout:
    """What is to be written, from the header of a file of one pixel that the bindings have written."""
    corner = Window(window.x0, window.y0, window.x0, window.y0)
    pixel = {name: np.zeros((1, 1), kind) for name, kind in types.items()}
    stream = io.BytesIO()
    OpenEXR.File({**header, "dataWindow": corners(corner)}, pixel).write(stream)
    stream.seek(0)
    layout = parse_layout(stream, path)
    (part,) = layout.parts
    box = struct.pack("<4i", window.x0, window.y0, window.x1, window.y1)
    attributes = tuple(replace(a, value=box) if a.name == b"dataWindow" else a for a in part.attributes)
    return replace(layout, parts=(replace(part, attributes=attributes, data_window=window),))


def _carrying(layout: Layout, carried: tuple[Attribute, ...]) -> Layout:
    if not carried:
        return layout
    (part,) = layout.parts
    names = {a.name for a in carried}
    own = tuple(a for a in part.attributes if a.name not in names)
    return replace(layout, parts=(replace(part, attributes=own + carried),))


def _write(out: BinaryIO, layout: Layout, draw: Draw) -> None:
    (part,) = layout.parts
    count = -(-part.data_window.height // lines_per_chunk(part.compression))
    head = MAGIC + struct.pack("<I", layout.version) + b"".join(a.pack() for a in part.attributes) + b"\0"
    out.write(head + bytes(8 * count))
    offsets = []
    for band in _bands(part):
        top = band.window.y0 - part.data_window.y0
        for _, data in encode(part, band, draw(slice(top, top + band.window.height))):
            offsets.append(out.tell())
            out.write(data)
    out.seek(len(head))
    out.write(struct.pack(f"<{count}Q", *offsets))


def _bands(part: Part) -> Iterator[Band]:
    """Bands of some megapixels, in whole chunks."""
    window, lines = part.data_window, lines_per_chunk(part.compression)
    step = max(1, _BAND_PIXELS // (window.width * lines)) * lines
    for top in range(window.y0, window.y1 + 1, step):
        yield Band(Window(window.x0, top, window.x1, min(top + step - 1, window.y1)), (), 0)
