"""Sizes that metadata name grow; every other byte stays."""

from __future__ import annotations

import struct

import pytest

from skymatte.superres.sizes import enlarged_exif, enlarged_xmp


def exif(order: str, width_type: int = 3, width: int = 640) -> bytes:
    """A TIFF header, a directory with the maker's name and a pointer, and EXIF's directory with both sizes."""
    sign = {"<": b"II", ">": b"MM"}[order]
    packed = struct.pack(order + ("HH" if width_type == 3 else "I"), *((width, 0) if width_type == 3 else (width,)))
    head = sign + struct.pack(order + "HI", 42, 8)
    first = struct.pack(order + "H", 2)
    first += struct.pack(order + "HHI4s", 0x010F, 2, 4, b"ACM\0")
    first += struct.pack(order + "HHII", 0x8769, 4, 1, 38) + bytes(4)
    second = struct.pack(order + "H", 2)
    second += struct.pack(order + "HHI", 0xA002, width_type, 1) + packed
    second += struct.pack(order + "HHII", 0xA003, 4, 1, 480) + bytes(4)
    return head + first + second


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("kind", [3, 4])
def test_exif(order: str, kind: int) -> None:
    expected = exif(order, kind, 1920).replace(struct.pack(order + "I", 480), struct.pack(order + "I", 1440))
    assert enlarged_exif(exif(order, kind), 3) == expected


def test_a_short_that_gets_too_large_becomes_a_long() -> None:
    grown = enlarged_exif(exif("<", 3, 40_000), 2)
    at = grown.index(struct.pack("<H", 0xA002))
    assert struct.unpack_from("<HHII", grown, at) == (0xA002, 4, 1, 80_000)


@pytest.mark.parametrize("broken", [b"", b"II", b"II*\0\xff\xff\xff\xff", exif("<")[:50], b"what is this"])
def test_what_is_no_exif_stays(broken: bytes) -> None:
    assert enlarged_exif(broken, 2) == broken


def test_xmp() -> None:
    xmp = (
        b'<rdf:Description exif:PixelXDimension="640" GPano:FullPanoWidthPixels = \'8192\' tiff:XResolution="72/1"'
        b" other:PixelXDimension2='640'><GPano:CroppedAreaTopPixels>12</GPano:CroppedAreaTopPixels>640</rdf>"
    )
    assert enlarged_xmp(xmp, 2) == (
        b'<rdf:Description exif:PixelXDimension="1280" GPano:FullPanoWidthPixels = \'16384\' tiff:XResolution="72/1"'
        b" other:PixelXDimension2='640'><GPano:CroppedAreaTopPixels>24</GPano:CroppedAreaTopPixels>640</rdf>"
    )
