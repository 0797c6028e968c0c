"""What is refused before a single pixel is allocated.

A file header is data from a stranger: two hundred bytes can claim a picture of 100000×100000.  Everything here looks
only at the header's numbers and at the size of the file.
"""

from __future__ import annotations

import os
from pathlib import Path

from skymatte.errors import PictureError

MAX_SIDE = 131_072
"""Longest side in pixels that is believed."""

MAX_PIXELS = 2**29
"""Most pixels that are believed: 32768×16384, the largest panoramas in use (6 GiB as float32 RGB)."""

DEFLATE_RATIO = 1032
"""The most that deflate can expand: 258 bytes from two bits (zlib technical details, "maximum compression factor")."""


def check_file(path: Path) -> int:
    """Return the size of *path* in bytes.

    Raises:
        PictureError: missing, a folder, not readable, not a regular file, or empty.
    """
    try:
        if path.is_dir():
            raise PictureError(f"{path}: is a folder, not a picture; give the pictures in it")
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
    except FileNotFoundError:
        raise PictureError(f"{path}: no such file; check the path") from None
    except PermissionError:
        raise PictureError(f"{path}: cannot be read (permission denied); change its permissions") from None
    except (OSError, ValueError) as error:
        raise PictureError(f"{path}: cannot be opened ({error}); check the path") from None
    if size == 0:
        raise PictureError(f"{path}: is empty (zero bytes); copy or export it again")
    return size


def check_size(path: Path, width: int, height: int) -> None:
    """Refuse a picture that is empty or larger than any real one.

    Raises:
        PictureError: a side is below 1 or above :data:`MAX_SIDE`, or there are more than :data:`MAX_PIXELS` pixels.
    """
    if width < 1 or height < 1:
        raise PictureError(f"{path}: the header says {width}×{height} pixels, which is no picture; the file is corrupt")
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise PictureError(
            f"{path}: the header says {width}×{height} pixels, more than the {MAX_PIXELS:,} that are accepted; "
            "the file is corrupt, or must be made smaller first"
        )


def check_plausible(path: Path, unpacked: int, file_size: int, ratio: int) -> None:
    """Refuse a file too small to hold what its header claims.

    Args:
        path: named in the message.
        unpacked: bytes that the header claims once decoded.
        file_size: bytes on disk.
        ratio: the most that the file's compression can expand.

    Raises:
        PictureError: the claim is impossible.
    """
    if unpacked > ratio * file_size:
        raise PictureError(
            f"{path}: the header claims {unpacked:,} bytes of pixels, impossible in a file of {file_size:,} bytes; "
            "the file is corrupt or truncated: copy or export it again"
        )
