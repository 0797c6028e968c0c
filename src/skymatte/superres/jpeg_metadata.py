"""What a JPEG says beside its pixels: marker segments, carried to its enlargement."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from skymatte.superres.sizes import enlarged_exif, enlarged_xmp

_SCAN, _END = 0xDA, 0xD9
_APP0, _APP1, _APP2, _APP13, _COMMENT = 0xE0, 0xE1, 0xE2, 0xED, 0xFE
_EXIF: Final = b"Exif\0\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_ICC: Final = b"ICC_PROFILE\0"
_MOST: Final = 0xFFFF - 2


def carried_segments(path: Path, scale: int) -> bytes:
    """The segments of a JPEG that its enlargement keeps, sizes in them made *scale* times as large.

    Those are JFIF's, which holds the resolution and comes first, EXIF, XMP, ICC profile, Photoshop's with
    IPTC, and comments.  Others are about the pixels as they were coded, or point into the file.
    """
    kept: list[bytes] = []
    with path.open("rb") as file:
        content = file.read()
    for marker, payload in _segments(content):
        changed = _carried(marker, payload, scale)
        if changed is not None and len(changed) <= _MOST:
            segment = struct.pack(">BBH", 0xFF, marker, len(changed) + 2) + changed
            kept.insert(0 if marker == _APP0 else len(kept), segment)
    return b"".join(kept)


def _carried(marker: int, payload: bytes, scale: int) -> bytes | None:
    if marker == _APP1 and payload.startswith(_EXIF):
        return _EXIF + enlarged_exif(payload[len(_EXIF) :], scale)
    if marker == _APP1 and payload.startswith(_XMP):
        return _XMP + enlarged_xmp(payload[len(_XMP) :], scale)
    if marker == _APP0 and payload.startswith(b"JFIF\0") and len(payload) >= 14:
        return payload[:12] + b"\0\0"  # without its thumbnail
    if marker == _APP2 and not payload.startswith(_ICC):
        return None
    return payload if marker in (_APP1, _APP2, _APP13, _COMMENT) else None


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and payload of each segment before the pixels (ITU-T T.81, B.1.1)."""
    at = 2
    while at + 4 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # fill byte
            at += 1
            continue
        if marker in (_SCAN, _END):
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        yield marker, content[at + 4 : at + 2 + length]
        at += 2 + length
