"""The headers of an OpenEXR file, read byte by byte without decoding a pixel.

OpenEXR's bindings read a whole file at once and allocate what its header claims; they also lose attributes of types
that Python has no class for.  So the header is parsed here: to refuse absurd files before allocation, to decode a
few rows at a time (:mod:`skymatte.picture.exr_bands`), and to copy attributes verbatim
(:mod:`skymatte.picture.exr_embed`).

Source: OpenEXR, "The OpenEXR File Layout" and "Standard Attributes" (openexr.com).
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from skymatte.errors import PictureError
from skymatte.picture.limits import check_size
from skymatte.picture.model import Window

MAGIC = b"\x76\x2f\x31\x01"
TILED, LONG_NAMES, NON_IMAGE, MULTI_PART = 0x200, 0x400, 0x800, 0x1000
COMPRESSIONS = (
    *("none", "rle", "zips", "zip", "piz", "pxr24", "b44", "b44a", "dwaa", "dwab"),
    *("htj2k256", "htj2k32", "lj2k", "zstd"),
)
LINE_ORDERS = ("increasing", "decreasing", "random")
PIXEL_TYPES = ("uint", "half", "float")

_MAX_PARTS = 4096
_MAX_NAME = 255


@dataclass(frozen=True, slots=True)
class Attribute:
    """One header attribute, its value as the bytes in the file."""

    name: bytes
    type: bytes
    value: bytes

    def pack(self) -> bytes:
        return b"%b\0%b\0%b%b" % (self.name, self.type, struct.pack("<i", len(self.value)), self.value)


@dataclass(frozen=True, slots=True)
class ChannelInfo:
    """One entry of a part's channel list; *pixel_type* indexes :data:`PIXEL_TYPES`."""

    name: str
    pixel_type: int
    linear_flag: int
    x_sampling: int
    y_sampling: int

    def pack(self) -> bytes:
        numbers = (self.pixel_type, self.linear_flag, self.x_sampling, self.y_sampling)
        return _encode(self.name) + b"\0" + struct.pack("<iB3xii", *numbers)


@dataclass(frozen=True, slots=True)
class Tiles:
    """Tile size in pixels, and whether the part has further resolution levels (mip or rip maps)."""

    width: int
    height: int
    levels: bool


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a file, as its header describes it."""

    path: Path
    index: int
    name: str
    attributes: tuple[Attribute, ...]
    channels: tuple[ChannelInfo, ...]
    compression: int
    line_order: int
    data_window: Window
    display_window: Window
    tiles: Tiles | None
    deep: bool

    @property
    def channel_names(self) -> tuple[str, ...]:
        return tuple(channel.name for channel in self.channels)

    def attribute(self, name: str) -> bytes | None:
        """Raw value of an attribute, or ``None``."""
        return next((a.value for a in self.attributes if a.name == name.encode()), None)


@dataclass(frozen=True, slots=True)
class Layout:
    """All headers of a file. *tables* is where the first chunk offset table starts."""

    path: Path
    version: int
    parts: tuple[Part, ...]
    tables: int

    @property
    def multi_part(self) -> bool:
        return bool(self.version & MULTI_PART)


def read_layout(path: Path) -> Layout:
    """Parse the headers of the OpenEXR file at *path*.

    Raises:
        PictureError: not an OpenEXR file, corrupt, or of a size that is refused.
    """
    with path.open("rb") as file:
        return parse_layout(file, path)


def parse_layout(file: BinaryIO, path: Path) -> Layout:
    """Parse the headers of an open OpenEXR file; *path* is for messages.  Raises as :func:`read_layout`."""
    if file.read(4) != MAGIC:
        raise PictureError(
            f"{path}: is not an OpenEXR file, whatever its name says; give it the suffix of its real format"
        )
    try:
        return _parse(file, path)
    except (struct.error, EOFError, IndexError):
        raise PictureError(f"{path}: the OpenEXR header is corrupt or cut off; copy or export the file again") from None


def _parse(file: BinaryIO, path: Path) -> Layout:
    version = struct.unpack("<I", _exactly(file, 4))[0]
    if version & 0xFF != 2:
        raise PictureError(f"{path}: OpenEXR version {version & 0xFF} is not known (2 is); the file is corrupt")
    parts: list[Part] = []
    while attributes := _attributes(file):
        parts.append(_part(path, len(parts), attributes, version))
        if not version & MULTI_PART:
            break
        if len(parts) > _MAX_PARTS:
            raise PictureError(f"{path}: has more than {_MAX_PARTS} parts; the file is corrupt")
    if not parts:
        raise EOFError
    return Layout(path, version, tuple(parts), file.tell())


def _attributes(file: BinaryIO) -> tuple[Attribute, ...]:
    found = []
    while name := _name(file):
        kind = _name(file)
        size = struct.unpack("<i", _exactly(file, 4))[0]
        found.append(Attribute(name, kind, _exactly(file, size)))
    return tuple(found)


def _name(file: BinaryIO) -> bytes:
    name = bytearray()
    while (byte := _exactly(file, 1)) != b"\0":
        name += byte
        if len(name) > _MAX_NAME:
            raise EOFError
    return bytes(name)


def _exactly(file: BinaryIO, count: int) -> bytes:
    """Read *count* bytes, never allocating more than the file holds."""
    if count < 0:
        raise EOFError
    if count > 65536:
        here = file.tell()
        if here + count > file.seek(0, 2):
            raise EOFError
        file.seek(here)
    data = file.read(count)
    if len(data) != count:
        raise EOFError
    return data


def _part(path: Path, index: int, attributes: tuple[Attribute, ...], version: int) -> Part:
    values = {a.name: a.value for a in attributes}
    for needed in (b"channels", b"compression", b"dataWindow", b"displayWindow", b"lineOrder"):
        if needed not in values:
            raise PictureError(f"{path}: the header lacks {needed.decode()!r}; the file is corrupt")
    kind = values.get(b"type", b"tiledimage" if version & TILED else b"scanlineimage")
    data_window = Window(*struct.unpack("<4i", values[b"dataWindow"]))
    check_size(path, data_window.width, data_window.height)
    tiles = None
    if kind in (b"tiledimage", b"deeptile"):
        width, height, mode = struct.unpack("<IIB", values.get(b"tiles", b""))
        check_size(path, width, height)
        tiles = Tiles(width, height, bool(mode & 0x0F))
    compression, line_order = values[b"compression"][0], values[b"lineOrder"][0]
    if compression >= len(COMPRESSIONS) or line_order >= len(LINE_ORDERS):
        raise PictureError(f"{path}: its compression or line order is not known; export it with ZIP or PIZ")
    return Part(
        path=path,
        index=index,
        name=_decode(values.get(b"name", b"")),
        attributes=attributes,
        channels=_channels(values[b"channels"]),
        compression=compression,
        line_order=line_order,
        data_window=data_window,
        display_window=Window(*struct.unpack("<4i", values[b"displayWindow"])),
        tiles=tiles,
        deep=kind in (b"deepscanline", b"deeptile"),
    )


def _channels(value: bytes) -> tuple[ChannelInfo, ...]:
    channels, at = [], 0
    while value[at]:
        end = value.find(b"\0", at)
        if end < 0:
            raise EOFError
        pixel_type, flag, x_sampling, y_sampling = struct.unpack_from("<iB3xii", value, end + 1)
        if not 0 <= pixel_type < len(PIXEL_TYPES) or x_sampling < 1 or y_sampling < 1:
            raise EOFError
        channels.append(ChannelInfo(_decode(value[at:end]), pixel_type, flag, x_sampling, y_sampling))
        at = end + 17
    return tuple(channels)


def pack_channels(channels: list[ChannelInfo]) -> bytes:
    """Value of a ``channels`` attribute; entries are put into the byte order of their names, as the format demands."""
    ordered = sorted(channels, key=lambda channel: _encode(channel.name))
    return b"".join(channel.pack() for channel in ordered) + b"\0"


def _decode(name: bytes) -> str:
    return name.decode("utf-8", "surrogateescape")


def _encode(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")
