"""Differently built OpenEXR files that a matte is embedded into."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR

from tests.picture.exr_files import (
    Array,
    attribute,
    corners,
    half,
    rgb,
    single,
    tiling,
    write,
    write_by_hand,
    write_oiio,
)

Builder = Callable[[Path], Path]


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def strange(height: int, width: int) -> Array:
    """Floats that a careless conversion would change: NaN with a payload, infinities, minus zero, denormals."""
    samples = single(rng(), height, width)
    samples.flat[:6] = np.array([0x7FC12345, 0x7F800000, 0xFF800000, 0x80000000, 1, 0x7F7FFFFF], np.uint32).view("f4")
    return samples


def scanline_zip_half(path: Path) -> Path:
    return write(path, rgb(rng(), 300, 41), comments="shot on a hill", owner="we", pixelAspectRatio=1.5)


def tiled_float(path: Path) -> Path:
    channels = {name: strange(530, 70) for name in ("R", "G", "B", "A")}
    return write(path, channels, type=OpenEXR.tiledimage, tiles=tiling(32, 48), lineOrder=OpenEXR.RANDOM_Y)


def tiled_decreasing(path: Path) -> Path:
    channels = {name: strange(600, 70) for name in "RGB"}
    tiles = {"tiles": tiling(16, 16), "lineOrder": OpenEXR.DECREASING_Y}
    return write(path, channels, type=OpenEXR.tiledimage, compression=OpenEXR.ZIPS_COMPRESSION, **tiles)


def multi_part_with_deep(path: Path) -> Path:
    samples = np.empty((30, 40), dtype=object)
    for index in np.ndindex(30, 40):
        samples[index] = np.arange(sum(index) % 4 + 1, dtype=np.float32)
    window = {"displayWindow": corners(0, 0, 39, 29)}
    flat, tiled = OpenEXR.scanlineimage, OpenEXR.tiledimage
    parts = [
        (
            {"type": tiled, "compression": OpenEXR.ZIPS_COMPRESSION, "tiles": tiling(16, 16)},
            {"Z": single(rng(), 9, 8)},
            "z",
        ),
        ({"type": flat, "compression": OpenEXR.PIZ_COMPRESSION, "view": "left"}, rgb(rng(), 30, 40), "beauty"),
        ({"type": OpenEXR.deepscanline, "compression": OpenEXR.ZIPS_COMPRESSION}, {"A": samples, "Z": samples}, "deep"),
        ({"type": flat, "compression": OpenEXR.DWAA_COMPRESSION}, rgb(rng(), 30, 40), "lossy"),
    ]
    OpenEXR.File([OpenEXR.Part({**header, **window}, c, name) for header, c, name in parts]).write(str(path))
    return path


def blender_layers(path: Path) -> Path:
    channels: dict[str, Array] = {f"ViewLayer.Combined.{name}": half(rng(), 60, 40) for name in "RGBA"}
    channels |= {f"ViewLayer.Normal.{name}": strange(60, 40) for name in "XYZ"}
    channels["ViewLayer.Depth.Z"] = strange(60, 40)
    for rank in range(3):
        channels[f"ViewLayer.CryptoObject0{rank}.r"] = rng().integers(0, 2**32, (60, 40), dtype=np.uint32)
    return write(
        path,
        channels,
        **{
            "cryptomatte/1a2b3c4/manifest": '{"tree":"3f2a"}',
            "cryptomatte/1a2b3c4/hash": "MurmurHash3_32",
            "BlenderMultiChannel": "Blender V4",
            "frame": 17,
            "worldToCamera": np.eye(4, dtype=np.float32),
            "compression": OpenEXR.ZIPS_COMPRESSION,
        },
    )


def piz_offset_window(path: Path) -> Path:
    windows = {"dataWindow": corners(-17, 33, 42, 302), "displayWindow": corners(0, 0, 1919, 1079)}
    return write(path, rgb(rng(), 270, 60), compression=OpenEXR.PIZ_COMPRESSION, **windows)


def decreasing_lines(path: Path) -> Path:
    return write(path, rgb(rng(), 600, 20), lineOrder=OpenEXR.DECREASING_Y, chromaticities=(0.7, 0.3) * 3 + (0.3, 0.3))


def pxr24_float(path: Path) -> Path:
    return write(path, {name: strange(50, 30) for name in "RGB"}, compression=OpenEXR.PXR24_COMPRESSION)


def htj2k(path: Path) -> Path:
    return write(path, rgb(rng(), 300, 30), compression=OpenEXR.HTJ2K32_COMPRESSION)


def zstd(path: Path) -> Path:
    return write(path, rgb(rng(), 30, 30), compression=OpenEXR.ZSTD_COMPRESSION)


def openimageio_scanline(path: Path) -> Path:
    more: dict[str, Any] = {"compression": "rle", "Software": "a tool", "capDate": "2024:01:02 03:04:05"}
    return write_oiio(path, half(rng(), 70, 50, 4), "half", **more)


def openimageio_tiled(path: Path) -> Path:
    return write_oiio(path, single(rng(), 300, 90, 3), "float", tile=64, compression="zip")


def unknown_attributes_uncompressed(path: Path) -> Path:
    more = attribute("studio", "blob", b"\0\1\2\xff") + attribute("shutter", "rational", struct.pack("<iI", 1, 50))
    more += attribute("preview", "preview", struct.pack("<II", 2, 1) + bytes(8))
    return write_by_hand(path, {name: (strange(20, 30), 1, 1) for name in "BGRZ"}, (3, -5, 32, 14), more)


def grey(path: Path) -> Path:
    return write(path, {"Y": half(rng(), 30, 30)})


LOSSLESS: list[Builder] = [
    scanline_zip_half,
    tiled_float,
    tiled_decreasing,
    multi_part_with_deep,
    blender_layers,
    piz_offset_window,
    decreasing_lines,
    pxr24_float,
    htj2k,
    zstd,
    openimageio_scanline,
    openimageio_tiled,
    unknown_attributes_uncompressed,
    grey,
]
