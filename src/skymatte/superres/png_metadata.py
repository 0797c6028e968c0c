"""What a PNG says beside its pixels: ancillary chunks, carried to its enlargement."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from skymatte.superres.sizes import enlarged_exif, enlarged_xmp

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_KEPT: Final = frozenset(
    (
        b"cHRM",
        b"gAMA",
        b"iCCP",
        b"sRGB",
        b"cICP",
        b"mDCV",
        b"cLLI",
        b"pHYs",
        b"eXIf",
        b"tEXt",
        b"zTXt",
        b"iTXt",
        b"tIME",
    )
)
"""PNG specification, third edition, section 11.3; the others describe palettes, bits or animations that are gone."""

_PIXELS: Final = frozenset((b"IHDR", b"IDAT", b"IEND"))
_XMP: Final = b"XML:com.adobe.xmp\0"
_BLOCK: Final = 1 << 24


def carried_chunks(path: Path, scale: int) -> bytes:
    """The chunks of a PNG that its enlargement keeps, packed, sizes in them made *scale* times as large."""
    with path.open("rb") as file:
        found = [(kind, _changed(kind, file.read(length), scale)) for kind, length in _chunks(file) if kind in _KEPT]
    return b"".join(_packed(kind, payload) for kind, payload in found)


def with_chunks(plain: Path, target: BinaryIO, chunks: bytes) -> None:
    """Copy a PNG to *target* with other ancillary chunks, which come behind its header."""
    target.write(_SIGNATURE)
    with plain.open("rb") as file:
        for kind, length in _chunks(file):
            if kind not in _PIXELS:
                continue
            target.write(struct.pack(">I", length) + kind)
            left = length + 4  # with the checksum
            while left:
                block = file.read(min(left, _BLOCK))
                if not block:
                    return
                target.write(block)
                left -= len(block)
            if kind == b"IHDR":
                target.write(chunks)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Type and length of each chunk; the file stands behind them meanwhile, and may be read on from there."""
    at = file.seek(len(_SIGNATURE))
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        yield kind, length
        at += 12 + length
        file.seek(at)


def _changed(kind: bytes, payload: bytes, scale: int) -> bytes:
    if kind == b"eXIf":
        return enlarged_exif(payload, scale)
    if kind == b"iTXt" and payload.startswith(_XMP):
        return _changed_xmp(payload, scale)
    return payload


def _changed_xmp(payload: bytes, scale: int) -> bytes:
    """Keyword, compression flag and method, language, translated keyword, text: section 11.3.3.4."""
    compressed, rest = payload[len(_XMP)], payload[len(_XMP) + 2 :]
    language, _, rest = rest.partition(b"\0")
    translated, _, text = rest.partition(b"\0")
    try:
        text = zlib.decompress(text) if compressed else text
    except zlib.error:
        return payload
    return _XMP + b"\0\0" + language + b"\0" + translated + b"\0" + enlarged_xmp(text, scale)


def _packed(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))
