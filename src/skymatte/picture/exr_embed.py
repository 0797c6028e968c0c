"""Add a matte to an OpenEXR file and leave everything else as it was.

What is copied and how:

* headers: attribute by attribute as bytes, types that nobody knows included; only ``channels`` gains an entry;
* other parts, deep and mip-mapped ones included: their compressed chunks, as bytes;
* the part that gets the matte: decoded and encoded again with its own compression, tiles and line order by the official
  bindings, band by band.  Where its compression loses something each time (B44, DWA, lossy JPEG 2000), it is stored as
  ZIP instead, so that the decoded values stay bit-identical, and a warning says so.  (PXR24 drops bits of floats,
  but only the first time: what it has rounded it stores exactly.)
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import InputError, PictureError
from skymatte.picture.atomic import replacing
from skymatte.picture.exr_bands import bands, decode, encode
from skymatte.picture.exr_channels import choose_part
from skymatte.picture.exr_chunks import Chunk, lines_per_chunk, read_chunks
from skymatte.picture.exr_layout import (
    COMPRESSIONS,
    LONG_NAMES,
    MAGIC,
    PIXEL_TYPES,
    ChannelInfo,
    Layout,
    Part,
    pack_channels,
    read_layout,
)
from skymatte.picture.exr_write import EmbedReport, matte_to_half

_LOSSY = frozenset(COMPRESSIONS.index(name) for name in ("b44", "b44a", "dwaa", "dwab", "lj2k"))
_ZIP = COMPRESSIONS.index("zip")
_ZIP_LINES = 16
_DECREASING = 1
_SHORT_NAME = 31
"""Longest name in bytes without the file's long-names flag."""


def embed_exr(
    source: Path,
    target: Path,
    matte: NDArray[np.float32],
    *,
    channel: str = "sky.A",
    part: int | str | None = None,
) -> EmbedReport:
    """Write OpenEXR *source* to *target* with *matte* as half channel *channel*; everything else stays bit-identical.

    An existing channel of that name is replaced, with a warning, if it is alone in its layer (an earlier matte); any
    other is never touched.

    Raises:
        PictureError: *source* cannot be read; its part is mip-mapped or has subsampled channels, which could not be
            written again; the channel exists and is not a matte of its own layer.
        InputError: *matte* does not have the size of the data window, or the channel's name is unusable.
        OutputError: *target* cannot be written.
    """
    layout = read_layout(source)
    chosen, _ = choose_part(layout, part)
    _check_name(channel)
    _check_possible(chosen)
    warnings = _existing(chosen, channel)
    size = (chosen.data_window.height, chosen.data_window.width)
    if matte.shape != size:
        raise InputError(f"{source}: a matte of shape {matte.shape} for a data window of {size} (height, width)")
    outside: list[int] = []
    compression = chosen.compression
    if compression in _LOSSY:
        compression = _ZIP
        warnings.append(
            f"{COMPRESSIONS[chosen.compression].upper()} loses quality each time it is written: stored as ZIP instead, "
            "pixels unchanged, the file grows"
        )
    new = _with_channel(chosen, channel, compression)
    with source.open("rb") as file:
        chunks = read_chunks(file, layout)
        counts = [len(of_part) for of_part in chunks]
        if compression != chosen.compression and chosen.tiles is None:
            counts[chosen.index] = -(-chosen.data_window.height // lines_per_chunk(compression))
        with replacing(target) as temporary, temporary.open("wb") as out:
            headers = _headers(layout, new, counts[chosen.index])
            out.write(headers + bytes(8 * sum(counts)))
            tables = b""
            for old, of_part, count in zip(layout.parts, chunks, counts, strict=True):
                prefix = struct.pack("<i", old.index) if layout.multi_part else b""
                offsets = [0] * count
                if old.index == new.index:
                    pieces = _with_matte(file, old, new, of_part, matte, channel, outside)
                else:
                    pieces = _copied(file, of_part)
                for index, data in pieces:
                    offsets[index] = out.tell()
                    out.write(prefix + data)
                tables += struct.pack(f"<{count}Q", *offsets)
            out.seek(len(headers))
            out.write(tables)
    return EmbedReport(sum(outside), tuple(warnings))


def _check_name(channel: str) -> None:
    if not channel or "\0" in channel or len(channel.encode()) > 255 or channel.strip(".") != channel:
        raise InputError(f"{channel!r} cannot name a channel; use something like 'sky.A'")


def _check_possible(part: Part) -> None:
    if part.tiles is not None and part.tiles.levels:
        raise PictureError(
            f"{part.path}: has mip or rip maps, which would be lost; write a matte beside it instead (--write matte), "
            "or convert it to a single resolution first"
        )
    subsampled = [c.name for c in part.channels if (c.x_sampling, c.y_sampling) != (1, 1)]
    if subsampled:
        raise PictureError(
            f"{part.path}: channels {', '.join(subsampled)} are subsampled and cannot be written again without loss; "
            "write a matte beside it instead (--write matte), or convert it to R, G, B first"
        )


def _existing(part: Part, channel: str) -> list[str]:
    """Warnings about a channel of that name that is replaced; refuses to touch any that is not an earlier matte."""
    if channel not in part.channel_names:
        return []
    layer = channel.rpartition(".")[0]
    if not layer or any(name != channel and name.rpartition(".")[0] == layer for name in part.channel_names):
        raise PictureError(
            f"{part.path}: has a channel {channel!r} of its own, which is never overwritten; name another"
        )
    return [f"an earlier channel {channel!r} was replaced"]


def _with_channel(part: Part, channel: str, compression: int) -> Part:
    """The part as it will be: one half channel more, and perhaps another compression."""
    channels = [c for c in part.channels if c.name != channel]
    channels.append(ChannelInfo(channel, PIXEL_TYPES.index("half"), 0, 1, 1))
    return replace(part, channels=tuple(channels), compression=compression)


def _headers(layout: Layout, new: Part, count: int) -> bytes:
    version = layout.version
    if any(len(name.encode("utf-8", "surrogateescape")) > _SHORT_NAME for name in new.channel_names):
        version |= LONG_NAMES
    changed = {
        b"channels": pack_channels(list(new.channels)),
        b"compression": bytes([new.compression]),
        b"chunkCount": struct.pack("<i", count),
    }
    packed = MAGIC + struct.pack("<I", version)
    for part in layout.parts:
        values = changed if part.index == new.index else {}
        packed += b"".join(replace(a, value=values.get(a.name, a.value)).pack() for a in part.attributes) + b"\0"
    return packed + (b"\0" if layout.multi_part else b"")


def _copied(file: BinaryIO, chunks: tuple[Chunk, ...]) -> Iterator[tuple[int, bytes]]:
    """Chunks as they are, in the order of the file, with their places in the offset table."""
    for index, chunk in sorted(enumerate(chunks), key=lambda item: item[1].start):
        file.seek(chunk.start)
        yield index, file.read(chunk.end - chunk.start)


def _with_matte(
    file: BinaryIO,
    old: Part,
    new: Part,
    chunks: tuple[Chunk, ...],
    matte: NDArray[np.float32],
    channel: str,
    outside: list[int],
) -> Iterator[tuple[int, bytes]]:
    """Chunks that hold the matte too, in the part's line order, with their places in the offset table.

    How many values of the matte lay outside [0, 1] is appended to *outside*, band by band.
    """
    window = new.data_window
    cut = bands(old, chunks)
    for band in reversed(cut) if new.line_order == _DECREASING else cut:
        channels: dict[str, NDArray[Any]] = decode(file, old, band)
        top = band.window.y0 - window.y0
        channels[channel], count = matte_to_half(matte[top : top + band.window.height])
        outside.append(count)
        for chunk, data in encode(new, band, channels):
            if new.tiles:
                index = chunk.row * -(-window.width // new.tiles.width) + chunk.leader[0]
            else:
                index = (chunk.row - window.y0) // lines_per_chunk(new.compression)
            yield index, data
