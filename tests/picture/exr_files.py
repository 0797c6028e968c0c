"""OpenEXR files for tests: by the bindings, by OpenImageIO, and byte by byte from the format's description."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO
from numpy.typing import NDArray

Array = NDArray[Any]
TYPES = {"uint32": 0, "float16": 1, "float32": 2}


def half(rng: np.random.Generator, *shape: int) -> Array:
    return np.exp(rng.normal(size=shape)).astype(np.float16)


def single(rng: np.random.Generator, *shape: int) -> Array:
    return np.exp(rng.normal(size=shape)).astype(np.float32)


def rgb(rng: np.random.Generator, height: int, width: int) -> dict[str, Array]:
    return {name: half(rng, height, width) for name in "RGB"}


def corners(x0: int, y0: int, x1: int, y1: int) -> tuple[Array, Array]:
    return np.array([x0, y0], np.int32), np.array([x1, y1], np.int32)


def write(path: Path, channels: Mapping[str, Any], **header: Any) -> Path:
    """Write one part through the bindings; scan lines and ZIP unless told otherwise."""
    defaults = {"type": OpenEXR.scanlineimage, "compression": OpenEXR.ZIP_COMPRESSION}
    OpenEXR.File({**defaults, **header}, dict(channels)).write(str(path))
    return path


def tiling(width: int, height: int) -> Any:
    tiles = OpenEXR.TileDescription()
    tiles.xSize, tiles.ySize, tiles.mode = width, height, OpenEXR.ONE_LEVEL
    return tiles


def write_oiio(path: Path, pixels: Array, dtype: str, *, tile: int = 0, **attributes: Any) -> Path:
    """Write H×W×C through OpenImageIO; ``__`` in attribute names stands for a colon."""
    spec = OpenImageIO.ImageSpec(pixels.shape[1], pixels.shape[0], pixels.shape[2], dtype)
    if tile:
        spec.tile_width = spec.tile_height = tile
    for name, value in attributes.items():
        spec.attribute(name.replace("__", ":"), value)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(np.ascontiguousarray(pixels)), output.geterror()
    assert output.close()
    return path


def attribute(name: str, kind: str, value: bytes) -> bytes:
    return name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(value)) + value


def header_bytes(
    channels: Mapping[str, tuple[int, int, int]],
    window: tuple[int, int, int, int],
    *,
    compression: int = 0,
    flags: int = 0,
    more: bytes = b"",
) -> bytes:
    """Magic, version and header of a single-part file; *channels* maps names to (pixel type, x and y sampling)."""
    listed = b"".join(
        name.encode() + b"\0" + struct.pack("<iB3xii", kind, 0, x, y) for name, (kind, x, y) in sorted(channels.items())
    )
    box = struct.pack("<4i", *window)
    return struct.pack("<II", 20000630, 2 | flags) + b"".join(
        (
            attribute("channels", "chlist", listed + b"\0"),
            attribute("compression", "compression", bytes([compression])),
            attribute("dataWindow", "box2i", box),
            attribute("displayWindow", "box2i", box),
            attribute("lineOrder", "lineOrder", b"\0"),
            attribute("pixelAspectRatio", "float", struct.pack("<f", 1)),
            attribute("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0)),
            attribute("screenWindowWidth", "float", struct.pack("<f", 1)),
            more,
            b"\0",
        )
    )


def write_by_hand(
    path: Path,
    channels: Mapping[str, tuple[Array, int, int]],
    window: tuple[int, int, int, int],
    more: bytes = b"",
) -> Path:
    """Write an uncompressed scan-line file byte by byte; *channels* maps names to (samples, x and y sampling).

    Source: "The OpenEXR File Layout".  The bindings cannot write subsampled channels or attributes of unknown types.
    """
    kinds = {name: (TYPES[samples.dtype.name], x, y) for name, (samples, x, y) in channels.items()}
    head = header_bytes(kinds, window, more=more)
    lines = []
    for y in range(window[1], window[3] + 1):
        row = b""
        for _, (samples, _, step) in sorted(channels.items()):
            if y % step == 0:
                row += samples[y // step + (-window[1] // step)].tobytes()
        lines.append(struct.pack("<ii", y, len(row)) + row)
    at = len(head) + 8 * len(lines)
    table = b""
    for line in lines:
        table += struct.pack("<Q", at)
        at += len(line)
    path.write_bytes(head + table + b"".join(lines))
    return path
