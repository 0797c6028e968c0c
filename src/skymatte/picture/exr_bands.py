"""Decode and encode OpenEXR pixels a band of rows at a time, through the official bindings.

OpenEXR's bindings know whole files only: every part, channel and row at once, and no mip-mapped ones.  But chunks are
independent of each other, so some rows of chunks behind a small header of their own are a complete OpenEXR file.  Such
files are built in memory here: 16K panoramas with thirty layers take little memory, parts and resolution levels that
are not wanted are never decoded, and what is written is written by the reference library.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.exr_chunks import Chunk, read_chunks
from skymatte.picture.exr_layout import (
    LONG_NAMES,
    MAGIC,
    PIXEL_TYPES,
    TILED,
    Attribute,
    Part,
    pack_channels,
    parse_layout,
)
from skymatte.picture.model import Window
from skymatte.picture.quiet import quiet

_BAND_ROWS = 256
"""Rows aimed at in a band; also the most that a chunk of any compression holds, and a multiple of every subsampling
used."""

_HALF = PIXEL_TYPES.index("half")
_BAND_BYTES = 1 << 26
_FEWEST_ROWS = 32
"""Bands of wide parts with many layers have fewer rows, so that they stay below so many bytes if they can."""


@dataclass(frozen=True, slots=True)
class Band:
    """Some rows of a part: full-width rectangle *window* (``y0 <= y <= y1``) and the chunks that hold it."""

    window: Window
    chunks: tuple[Chunk, ...]
    first_row: int


def bands(part: Part, chunks: tuple[Chunk, ...]) -> list[Band]:
    """Cut the full resolution of *part* into bands, top to bottom."""
    window = part.data_window
    rows: dict[int, list[Chunk]] = {}
    for chunk in chunks:
        if chunk.full_resolution:
            rows.setdefault(chunk.row, []).append(chunk)
    starts = sorted(rows)
    tops = [window.y0 + y * part.tiles.height if part.tiles else y for y in starts]
    found: list[Band] = []
    most = _band_rows(part)
    at = 0
    while at < len(starts):
        end = at + 1
        while end < len(starts) and tops[end] - tops[at] < most:
            end += 1
        bottom = tops[end] - 1 if end < len(starts) else window.y1
        members = tuple(chunk for row in starts[at:end] for chunk in rows[row])
        found.append(Band(Window(window.x0, tops[at], window.x1, bottom), members, starts[at]))
        at = end
    return found


def _band_rows(part: Part) -> int:
    if any(channel.y_sampling > 1 for channel in part.channels):
        return _BAND_ROWS
    row = part.data_window.width * sum(2 if c.pixel_type == _HALF else 4 for c in part.channels)
    fitting = _BAND_BYTES // row // _FEWEST_ROWS * _FEWEST_ROWS
    return min(max(fitting, _FEWEST_ROWS), _BAND_ROWS)


def decode(file: BinaryIO, part: Part, band: Band) -> dict[str, NDArray[Any]]:
    """Decode a band: channel name → rows×columns array (float16, float32 or uint32; smaller where subsampled).

    Raises:
        PictureError: the chunks are corrupt.
    """
    said: list[str] = []
    try:
        with quiet(said):
            parts = OpenEXR.File(io.BytesIO(_band_file(file, part, band)), separate_channels=True).parts
            decoded = {name: channel.pixels for name, channel in parts[0].channels.items()}
    except (RuntimeError, ValueError, IndexError, KeyError) as error:
        detail = said[0] if said else str(error)
        raise _corrupt(part.path, band, detail) from None
    expected = {c.name: (band.window.height // c.y_sampling, band.window.width // c.x_sampling) for c in part.channels}
    if {name: array.shape for name, array in decoded.items()} != expected:
        raise _corrupt(part.path, band, said[0] if said else "channels are missing")
    return decoded


def decode_all(
    file: BinaryIO, part: Part, chunks: tuple[Chunk, ...]
) -> Iterator[tuple[slice, dict[str, NDArray[Any]]]]:
    """Yield (rows counted from the top of the data window, decoded channels) band by band, top to bottom."""
    for band in bands(part, chunks):
        top = band.window.y0 - part.data_window.y0
        yield slice(top, top + band.window.height), decode(file, part, band)


def encode(part: Part, band: Band, channels: Mapping[str, NDArray[Any]]) -> list[tuple[Chunk, bytes]]:
    """Encode a band's *channels* as *part*'s layout asks; return its chunks and their bytes in file order.

    Chunk coordinates and bytes are those of the whole part's, without part number.
    """
    window = band.window
    header: dict[str, Any] = {
        "compression": OpenEXR.Compression(part.compression),
        "type": OpenEXR.tiledimage if part.tiles else OpenEXR.scanlineimage,
        "lineOrder": OpenEXR.LineOrder(part.line_order),
        "dataWindow": corners(window),
        "displayWindow": corners(window),
    }
    if part.tiles:
        header["tiles"] = tiles = OpenEXR.TileDescription()
        tiles.xSize, tiles.ySize, tiles.mode = part.tiles.width, part.tiles.height, OpenEXR.ONE_LEVEL
    flags = {channel.name: bool(channel.linear_flag) for channel in part.channels}
    objects = {
        name: OpenEXR.Channel(np.ascontiguousarray(array), 1, 1, flags.get(name, False))
        for name, array in channels.items()
    }
    stream = io.BytesIO()
    OpenEXR.File(header, objects).write(stream)
    stream.seek(0)
    (chunks,) = read_chunks(stream, parse_layout(stream, part.path))
    data = stream.getvalue()
    chunks = tuple(sorted(chunks, key=lambda chunk: chunk.start))
    return [_move(chunk, data[chunk.start : chunk.end], band.first_row) for chunk in chunks]


def _band_file(file: BinaryIO, part: Part, band: Band) -> bytes:
    """A complete single-part file of one band."""
    window = struct.pack("<4i", band.window.x0, band.window.y0, band.window.x1, band.window.y1)
    header = [
        Attribute(b"channels", b"chlist", pack_channels(list(part.channels))),
        Attribute(b"compression", b"compression", bytes([part.compression])),
        Attribute(b"dataWindow", b"box2i", window),
        Attribute(b"displayWindow", b"box2i", window),
        Attribute(b"lineOrder", b"lineOrder", b"\0"),
        Attribute(b"pixelAspectRatio", b"float", struct.pack("<f", 1.0)),
        Attribute(b"screenWindowCenter", b"v2f", struct.pack("<2f", 0.0, 0.0)),
        Attribute(b"screenWindowWidth", b"float", struct.pack("<f", 1.0)),
    ]
    if part.tiles:
        header.append(Attribute(b"tiles", b"tiledesc", struct.pack("<IIB", part.tiles.width, part.tiles.height, 0)))
    version = 2 | (TILED if part.tiles else 0) | LONG_NAMES
    head = MAGIC + struct.pack("<I", version) + b"".join(attribute.pack() for attribute in header) + b"\0"
    ordered = sorted(band.chunks, key=lambda chunk: (chunk.row, chunk.leader[0]))
    at = len(head) + 8 * len(ordered)
    offsets, pieces = [], []
    for chunk in ordered:
        file.seek(chunk.start)
        data = file.read(chunk.end - chunk.start)
        offsets.append(at)
        pieces.append(_move(chunk, data, -band.first_row)[1])
        at += len(data)
    return head + struct.pack(f"<{len(offsets)}Q", *offsets) + b"".join(pieces)


def _move(chunk: Chunk, data: bytes, rows: int) -> tuple[Chunk, bytes]:
    """Shift a tile down by some rows of tiles; scan-line chunks carry absolute y and stay."""
    if len(chunk.leader) == 1:
        return chunk, data
    leader = (chunk.leader[0], chunk.leader[1] + rows, *chunk.leader[2:])
    return Chunk(leader, chunk.start, chunk.end), struct.pack("<4i", *leader) + data[16:]


def corners(window: Window) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """A window as OpenEXR's bindings take it."""
    return np.array([window.x0, window.y0], np.int32), np.array([window.x1, window.y1], np.int32)


def _corrupt(path: Path, band: Band, detail: str) -> PictureError:
    detail = detail.replace("<python_buffer>: ", "")
    return PictureError(
        f"{path}: rows {band.window.y0}–{band.window.y1} cannot be decoded ({detail}); "
        "the file is corrupt: copy or export it again"
    )
