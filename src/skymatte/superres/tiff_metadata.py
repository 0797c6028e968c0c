"""The XMP packet of a TIFF, carried as it is: OpenImageIO keeps only the fields that it knows."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

_XMP: Final = 700
"""Adobe, "XMP Specification Part 3", section 1.1.5."""

_BYTE, _UNDEFINED = 1, 7
_LONGEST: Final = 1 << 26


@dataclass(frozen=True, slots=True)
class _Form:
    """How numbers are packed (Adobe, "TIFF revision 6.0"; AWare Systems, "The BigTIFF file format").

    Attributes:
        count: of entries in a directory.
        entry: tag, type and count of an entry, before its value.
        offset: a place in the file, and the room for a small value.
        first: where the place of the first directory stands.
    """

    count: struct.Struct
    entry: struct.Struct
    offset: struct.Struct
    first: int


def _form(head: bytes) -> _Form | None:
    order = {b"II": "<", b"MM": ">"}.get(head[:2])
    if order is None:
        return None
    (version,) = struct.unpack_from(order + "H", head, 2)
    pack = {42: ("H", "HHI", "I", 4), 43: ("Q", "HHQ", "Q", 8)}.get(version)
    if pack is None:
        return None
    count, entry, offset = (struct.Struct(order + letters) for letters in pack[:3])
    return _Form(count, entry, offset, pack[3])


def read_xmp(path: Path) -> bytes:
    """The XMP packet of the first picture in a TIFF; empty if there is none."""
    with path.open("rb") as file:
        form = _form(file.read(8))
        if form is None:
            return b""
        try:
            for entry in _directory(file, form)[0]:
                tag, kind, count = form.entry.unpack_from(entry)
                if tag == _XMP and kind in (_BYTE, _UNDEFINED) and form.offset.size < count <= _LONGEST:
                    file.seek(form.offset.unpack_from(entry, form.entry.size)[0])
                    return file.read(count)
        except struct.error:
            pass
    return b""


def put_xmp(path: Path, xmp: bytes) -> None:
    """Give the first picture in a TIFF another XMP packet: it and a new directory are written at the file's end.

    A file that would get too long for its kind of TIFF stays as it is.
    """
    with path.open("r+b") as file:
        form = _form(file.read(8))
        if form is None:
            return
        entries, following = _directory(file, form)
        place = file.seek(0, 2)
        place += place % 2
        directory = place + len(xmp) + len(xmp) % 2
        try:
            new = form.entry.pack(_XMP, _BYTE, len(xmp)) + form.offset.pack(place)
            first = form.offset.pack(directory)
        except struct.error:
            return
        kept = [entry for entry in entries if form.entry.unpack_from(entry)[0] != _XMP]
        ordered = sorted([*kept, new], key=lambda entry: int(form.entry.unpack_from(entry)[0]))
        file.seek(place)
        file.write(xmp.ljust(directory - place, b"\0"))
        file.write(form.count.pack(len(ordered)) + b"".join(ordered) + following)
        file.seek(form.first)
        file.write(first)


def _directory(file: BinaryIO, form: _Form) -> tuple[list[bytes], bytes]:
    """Entries of the first directory, and the place of the next, packed."""
    file.seek(form.first)
    file.seek(form.offset.unpack(file.read(form.offset.size))[0])
    (count,) = form.count.unpack(file.read(form.count.size))
    size = form.entry.size + form.offset.size
    content = file.read(count * size) if count * size <= _LONGEST else b""
    return [content[at : at + size] for at in range(0, len(content), size)], file.read(form.offset.size)
