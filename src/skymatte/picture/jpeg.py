"""JPEG, encoded strip by strip: a picture that is drawn while it is written is never held whole.

Encoded in memory by OpenCV: OpenImageIO's JPEG writer ends the whole process when the disk is full.  A strip is a
restart interval of the file (ITU-T T.81, F.1.1.5 and B.2.4.4): after a restart marker the coding starts anew, so that
strips that were encoded as pictures of their own, with the same tables, are joined by such markers.
"""

from __future__ import annotations

import struct
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import OutputError
from skymatte.picture.atomic import replacing

Draw = Callable[[slice], NDArray[np.uint8]]
"""Gives some rows of a picture, h×W×3 uint8 sRGB, or h×W grey."""

JPEG_SIDE = 65500
"""The longest side in pixels that JPEG encoders accept."""

_BLOCK = 8
"""Pixels along a side of a coded unit, without subsampling of chroma."""

_LONGEST_INTERVAL = 0xFFFF
"""Units in a restart interval; some 4 megapixels, so that smaller pictures are one strip."""

_FRAME, _SCAN, _INTERVAL, _RESTART, _END = 0xC0, 0xDA, 0xDD, 0xD0, b"\xff\xd9"
_JFIF = b"\xff\xe0"


def write_jpeg(path: Path, pixels: NDArray[np.uint8], quality: int = 90) -> None:
    """Write H×W×3 uint8 sRGB as JPEG of *quality* 1–100, chroma not subsampled.  Raises OutputError."""
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise TypeError(f"uint8 H×W×3 expected, not {pixels.dtype} {pixels.shape}")
    write_jpeg_rows(path, pixels.shape[0], pixels.shape[1], pixels.__getitem__, quality)


def write_jpeg_rows(path: Path, height: int, width: int, draw: Draw, quality: int = 90, segments: bytes = b"") -> None:
    """Write a JPEG whose rows are drawn while it is written; it appears whole or not at all.

    Args:
        path: where to.
        height: pixels.
        width: pixels.
        draw: gives the rows, each once; called from several threads, as many as OpenCV uses.
        quality: 1–100; chroma is not subsampled.
        segments: further marker segments (metadata), which follow the JFIF one, or begin with one of their own.

    Raises:
        OutputError: *path* cannot be written, or a side is longer than JPEG allows.
    """
    if max(height, width) > JPEG_SIDE:
        raise OutputError(f"{path}: cannot be written: a side of {max(height, width)} px; JPEG ends at {JPEG_SIDE}")
    across = -(-width // _BLOCK)
    down = _LONGEST_INTERVAL // across
    step = down * _BLOCK
    strips = [slice(top, min(top + step, height)) for top in range(0, height, step)]
    with replacing(Path(path)) as temporary, temporary.open("wb") as out:
        for number, (head, scan) in enumerate(_encoded(strips, draw, quality)):
            if number == 0:
                out.write(_header(head, height, 0 if height <= step else down * across, segments))
            else:
                out.write(bytes((0xFF, _RESTART + (number - 1) % 8)))
            out.write(scan)
        out.write(_END)


def _encoded(strips: list[slice], draw: Draw, quality: int) -> Iterator[tuple[bytes, bytes]]:
    """The strips in their order; while one is written, the next are drawn and encoded."""
    ahead = max(1, cv2.getNumThreads())
    waiting: deque[Future[tuple[bytes, bytes]]] = deque()
    with ThreadPoolExecutor(ahead) as pool:
        for rows in strips:
            waiting.append(pool.submit(lambda rows: _encode(draw(rows), quality), rows))
            if len(waiting) > ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _encode(pixels: NDArray[np.uint8], quality: int) -> tuple[bytes, bytes]:
    """A strip as a JPEG of its own: everything before its coded units, and these."""
    full = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, *full]
    _, encoded = cv2.imencode(".jpg", pixels if pixels.ndim == 2 else cv2.cvtColor(pixels, cv2.COLOR_RGB2BGR), options)
    content = encoded.tobytes()
    start = _find(content, _SCAN)
    start += 2 + struct.unpack_from(">H", content, start + 2)[0]
    return content[:start], content[start : -len(_END)]


def _header(head: bytes, height: int, interval: int, segments: bytes) -> bytes:
    """The head of the first strip with the height of the picture and, unless 0, the units between restarts; further
    segments follow the first one, JFIF's, or take its place."""
    frame, scan = _find(head, _FRAME), _find(head, _SCAN)
    restarts = struct.pack(">BBHH", 0xFF, _INTERVAL, 4, interval) if interval else b""
    jfif = 4 + struct.unpack_from(">H", head, 4)[0]
    sized = head[jfif : frame + 5] + struct.pack(">H", height) + head[frame + 7 : scan]
    front = head[:2] if segments.startswith(_JFIF) else head[:jfif]
    return front + segments + sized + restarts + head[scan:]


def _find(content: bytes, marker: int) -> int:
    """Where a segment starts: they follow each other from the third byte on, each with its length."""
    at = 2
    while content[at + 1] != marker:
        at += 2 + struct.unpack_from(">H", content, at + 2)[0]
    return at
