"""Where the compressed chunks of an OpenEXR part lie, and whether all of them are there.

A file whose writing or copying was cut short has a valid header; libraries then hand back a picture with a black
rest, or say little.  Checking the chunk table costs a few milliseconds and catches it before anything is allocated.

Source: OpenEXR, "The OpenEXR File Layout", sections "Chunk Offset Table" and "Chunk Layout".
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import BinaryIO

from skymatte.errors import PictureError
from skymatte.picture.exr_layout import Layout, Part
from skymatte.picture.limits import DEFLATE_RATIO, check_plausible

_LINES = (1, 1, 1, 16, 32, 16, 32, 32, 32, 256, 256, 32, 256, 1)
"""Scan lines in a chunk, by compression."""
_DEFLATED = frozenset((2, 3, 5))
"""zips, zip and pxr24: what deflate bounds."""


def lines_per_chunk(compression: int) -> int:
    """Scan lines that a chunk of this compression holds; *compression* indexes ``exr_layout.COMPRESSIONS``."""
    return _LINES[compression]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One chunk: *leader* is its coordinates (scan line: y; tile: x, y, level x, level y), *start* … *end* the bytes of
    coordinates, sizes and data in the file, without the part number of multi-part files."""

    leader: tuple[int, ...]
    start: int
    end: int

    @property
    def full_resolution(self) -> bool:
        return len(self.leader) == 1 or self.leader[2:] == (0, 0)

    @property
    def row(self) -> int:
        """y of a scan-line chunk (in pixels) or of a tile (in tiles)."""
        return self.leader[0] if len(self.leader) == 1 else self.leader[1]


def read_chunks(file: BinaryIO, layout: Layout) -> tuple[tuple[Chunk, ...], ...]:
    """List every part's chunks in the order of its offset table.

    Raises:
        PictureError: chunks are missing, cut off or impossible.
    """
    path = layout.path
    size = file.seek(0, 2)
    file.seek(layout.tables)
    try:
        offsets = [_offsets(file, layout, part, size) for part in layout.parts]
        found = tuple(
            tuple(_chunk(file, layout, part, offset, size) for offset in of_part)
            for part, of_part in zip(layout.parts, offsets, strict=True)
        )
    except (struct.error, EOFError):
        raise PictureError(
            f"{path}: the pixels are incomplete (the file is truncated or corrupt); copy or export it again"
        ) from None
    for part, chunks in zip(layout.parts, found, strict=True):
        if not part.deep:
            _check_cover(part, chunks)
            _check_expansion(part, chunks)
    return found


def _offsets(file: BinaryIO, layout: Layout, part: Part, size: int) -> tuple[int, ...]:
    declared = part.attribute("chunkCount")
    if declared is None and layout.multi_part:
        raise EOFError
    count = struct.unpack("<i", declared)[0] if declared is not None else _count(file, part)
    if count < 1 or file.tell() + 8 * count > size:
        raise EOFError
    return struct.unpack(f"<{count}Q", file.read(8 * count))


def _count(file: BinaryIO, part: Part) -> int:
    """Entries of the only table of a single-part file.

    Computed for what we know; with several resolution levels the table simply ends where the first chunk starts.
    """
    if part.tiles is None:
        return -(-part.data_window.height // _LINES[part.compression])
    if not part.tiles.levels:
        window, tiles = part.data_window, part.tiles
        return -(-window.width // tiles.width) * -(-window.height // tiles.height)
    start = at = file.tell()
    first = None
    while first is None or at < first:
        offset = struct.unpack("<Q", file.read(8))[0]
        first = offset if first is None else min(first, offset)
        at += 8
    file.seek(start)
    return (at - start) // 8


def _chunk(file: BinaryIO, layout: Layout, part: Part, offset: int, size: int) -> Chunk:
    if not layout.tables <= offset < size:
        raise EOFError
    file.seek(offset)
    if layout.multi_part and struct.unpack("<i", file.read(4))[0] != part.index:
        raise EOFError
    start = offset + (4 if layout.multi_part else 0)
    coordinates = 1 if part.tiles is None else 4
    leader = struct.unpack(f"<{coordinates}i", file.read(4 * coordinates))
    if part.deep:
        table, samples, _ = struct.unpack("<3Q", file.read(24))
        end = start + 4 * coordinates + 24 + table + samples
    else:
        packed = struct.unpack("<i", file.read(4))[0]
        if packed < 1:
            raise EOFError
        end = start + 4 * coordinates + 4 + packed
    if end > size:
        raise EOFError
    return Chunk(leader, start, end)


def _check_cover(part: Part, chunks: tuple[Chunk, ...]) -> None:
    """The chunks of the full resolution must cover the data window exactly, each once."""
    window = part.data_window
    found = sorted(chunk.leader[:2] for chunk in chunks if chunk.full_resolution)
    if part.tiles is not None:
        columns, rows = -(-window.width // part.tiles.width), -(-window.height // part.tiles.height)
        complete = found == [(x, y) for x in range(columns) for y in range(rows)]
    else:
        complete = found == [(y,) for y in range(window.y0, window.y1 + 1, _LINES[part.compression])]
    if not complete:
        raise PictureError(f"{part.path}: the chunk table is corrupt; copy or export the file again")


def _check_expansion(part: Part, chunks: tuple[Chunk, ...]) -> None:
    if part.compression in _DEFLATED or part.compression == 0:
        window = part.data_window
        pixel = sum((2 if c.pixel_type == 1 else 4) / (c.x_sampling * c.y_sampling) for c in part.channels)
        stored = sum(chunk.end - chunk.start for chunk in chunks)
        ratio = DEFLATE_RATIO if part.compression else 1
        check_plausible(part.path, int(pixel * window.width * window.height), stored, ratio)
