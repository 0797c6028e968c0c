"""Sizes in pixels that metadata name: they grow with the picture, everything else stays byte by byte."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

_EXIF_POINTER: Final = 0x8769
_WIDTHS: Final = {0x0100, 0x0101, 0xA002, 0xA003}
"""ImageWidth, ImageLength, PixelXDimension, PixelYDimension (CIPA DC-008, tables 3 and 5)."""

_SHORT, _LONG = 3, 4
_MOST_ENTRIES: Final = 4096

XMP_SIZES: Final = (
    *(b"tiff:ImageWidth", b"tiff:ImageLength", b"exif:PixelXDimension", b"exif:PixelYDimension"),
    *(b"GPano:FullPanoWidthPixels", b"GPano:FullPanoHeightPixels"),
    *(b"GPano:CroppedAreaImageWidthPixels", b"GPano:CroppedAreaImageHeightPixels"),
    *(b"GPano:CroppedAreaLeftPixels", b"GPano:CroppedAreaTopPixels"),
)
_XMP_SIZE = re.compile(rb"((?<!/)\b(?:" + b"|".join(XMP_SIZES) + rb")\s*(?:=\s*[\"']|>)\s*)(\d{1,9})")
"""XMP part 2 (exif and tiff schemas); Google, "Photo Sphere XMP metadata".  Attributes and elements."""


def enlarged_exif(exif: bytes, scale: int) -> bytes:
    """An EXIF block (a TIFF header and its directories) whose pixel sizes are *scale* times as large.

    The sizes lie in their directory entries, so that nothing moves.  What cannot be understood stays as it is.
    """
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    if order is None:
        return exif
    changed = bytearray(exif)
    try:
        (first,) = struct.unpack_from(order + "I", exif, 4)
        for tag, kind, at in _entries(exif, order, first):
            if tag == _EXIF_POINTER and kind == _LONG:
                (inner,) = struct.unpack_from(order + "I", exif, at)
                for entry in _entries(exif, order, inner):
                    _enlarge(changed, order, entry, scale)
            else:
                _enlarge(changed, order, (tag, kind, at), scale)
    except struct.error:
        return exif
    return bytes(changed)


def _entries(exif: bytes, order: str, at: int) -> Iterator[tuple[int, int, int]]:
    """Tag, type and place of the value of each single number in a directory."""
    (count,) = struct.unpack_from(order + "H", exif, at)
    for index in range(min(count, _MOST_ENTRIES)):
        place = at + 2 + 12 * index
        tag, kind, values = struct.unpack_from(order + "HHI", exif, place)
        if values == 1:
            yield tag, kind, place + 8


def _enlarge(exif: bytearray, order: str, entry: tuple[int, int, int], scale: int) -> None:
    tag, kind, at = entry
    form = {_SHORT: "H", _LONG: "I"}.get(kind)
    if tag not in _WIDTHS or form is None:
        return
    (size,) = struct.unpack_from(order + form, exif, at)
    if form == "H" and size * scale > 0xFFFF:  # the entry has room for a long
        struct.pack_into(order + "H", exif, at - 6, _LONG)
        form = "I"
    struct.pack_into(order + form, exif, at, size * scale)


def enlarged_xmp(xmp: bytes, scale: int) -> bytes:
    """An XMP packet whose pixel sizes are *scale* times as large."""
    return _XMP_SIZE.sub(lambda found: found[1] + b"%d" % (int(found[2]) * scale), xmp)
