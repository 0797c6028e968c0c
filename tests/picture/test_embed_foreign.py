"""Embedding into files as other programs write them: judged by OpenEXR's own reader and by OpenImageIO's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from skymatte.picture.exr import embed, read_channel
from skymatte.picture.read import read
from tests.picture.exr_builds import rng, strange
from tests.picture.exr_files import Array, corners, half, tiling, write
from tests.picture.exr_kept import assert_everything_kept

HEIGHT, WIDTH = 90, 64
CRYPTOMATTE = {
    "cryptomatte/f834d0a/name": "ViewLayer.CryptoObject",
    "cryptomatte/f834d0a/hash": "MurmurHash3_32",
    "cryptomatte/f834d0a/conversion": "uint32_to_float32",
    "cryptomatte/f834d0a/manifest": '{"Spruce.001":"b7a2d3e1","Haus Müller":"0c4ffe21"}',
}
BLENDER = {
    "BlenderMultiChannel": "Blender V2.55.1 and newer",
    "Camera": "Camera",
    "Date": "2025/03/01 12:34:56",
    "File": "/scenes/hill.blend",
    "RenderTime": "00:41.20",
    "Scene": "Scene",
}


def hashes() -> Array:
    """Object identities as Cryptomatte stores them: integers taken for floats, among them no numbers at all."""
    return rng().integers(0, 2**32, (HEIGHT, WIDTH), dtype=np.uint32).view(np.float32)


def passes(layer: str) -> dict[str, Array]:
    """A view layer of Blender: half colour, float depth and vectors, and two ranks of identities."""
    found: dict[str, Array] = {f"{layer}.Combined.{name}": half(rng(), HEIGHT, WIDTH) for name in "RGBA"}
    found |= {f"{layer}.Denoising Albedo.{name}": half(rng(), HEIGHT, WIDTH) for name in "RGB"}
    found |= {f"{layer}.Normal.{name}": strange(HEIGHT, WIDTH) for name in "XYZ"}
    found |= {f"{layer}.Vector.{name}": strange(HEIGHT, WIDTH) for name in "XYZW"}
    found |= {f"{layer}.CryptoObject0{rank}.{name}": hashes() for rank in range(2) for name in "rgba"}
    return {**found, f"{layer}.Depth.Z": strange(HEIGHT, WIDTH), f"{layer}.Mist.Z": half(rng(), HEIGHT, WIDTH)}


def blender_view_layer(path: Path) -> Path:
    return write(path, passes("ViewLayer"), **BLENDER, **CRYPTOMATTE, compression=OpenEXR.ZIP_COMPRESSION)


def blender_two_layers_and_composite(path: Path) -> Path:
    channels = {**passes("Foreground"), **passes("Sky and hills")}
    channels |= {f"Composite.Combined.{name}": half(rng(), HEIGHT, WIDTH) for name in "RGBA"}
    return write(path, channels, **BLENDER, compression=OpenEXR.PIZ_COMPRESSION, lineOrder=OpenEXR.DECREASING_Y)


def blender_single_layer_with_depth(path: Path) -> Path:
    channels: dict[str, Array] = {name: half(rng(), HEIGHT, WIDTH) for name in "RGBA"}
    return write(path, {**channels, "Z": strange(HEIGHT, WIDTH)}, **BLENDER, compression=OpenEXR.ZIP_COMPRESSION)


def blender_parts(path: Path) -> Path:
    """A part for each pass and eye, as multi-view renders have them."""
    window = {"displayWindow": corners(0, 0, WIDTH - 1, HEIGHT - 1), "type": OpenEXR.scanlineimage}
    grouped: dict[str, dict[str, Array]] = {}
    for name, plane in passes("ViewLayer").items():
        grouped.setdefault(name.rpartition(".")[0], {})[name] = plane
    parts = [
        OpenEXR.Part({**window, **BLENDER, "compression": OpenEXR.ZIP_COMPRESSION, "view": eye}, dict(planes), name)
        for eye, suffix in (("left", ""), ("right", ".right"))
        for name, planes in ((layer + suffix, planes) for layer, planes in grouped.items())
    ]
    OpenEXR.File(parts).write(str(path))
    return path


def openexr_with_every_attribute(path: Path) -> Path:
    numbers = {
        "aperture": 5.6,
        "imageCounter": 17,
        "capDate": "2025:03:01 12:34:56",
        "multiView": ["left", "right"],
        "adoptedNeutral": np.array([0.3127, 0.329], np.float32),
        "worldToNDC": np.eye(4, dtype=np.float32),
        "sensorPhotositePitch": 4.2,
        "chromaticities": (0.708, 0.292, 0.17, 0.797, 0.131, 0.046, 0.3127, 0.329),
        "envmap": OpenEXR.ENVMAP_LATLONG,
    }
    channels: dict[str, Array] = {name: strange(HEIGHT, WIDTH) for name in "RGB"}
    channels |= {"A": half(rng(), HEIGHT, WIDTH), "id": rng().integers(0, 2**32, (HEIGHT, WIDTH), dtype=np.uint32)}
    return write(path, channels, **numbers, compression=OpenEXR.ZIPS_COMPRESSION)


def openexr_tiled_layers(path: Path) -> Path:
    tiled = {"type": OpenEXR.tiledimage, "tiles": tiling(48, 24), "compression": OpenEXR.PIZ_COMPRESSION}
    return write(path, passes("beauty"), **CRYPTOMATTE, **tiled)


def openimageio(path: Path, *, tile: int = 0, parts: int = 1, **attributes: Any) -> Path:
    """Half colour and alpha, float depth and identities, through OpenImageIO, with what cameras and studios add."""
    names = ("R", "G", "B", "A", "Z", "crypto00.R", "crypto00.G")
    formats = ("half",) * 4 + ("float",) * 3
    spec = OpenImageIO.ImageSpec(WIDTH, HEIGHT, len(names), "float")
    spec.channelnames, spec.channelformats = names, tuple(map(OpenImageIO.TypeDesc, formats))
    spec.tile_width = spec.tile_height = tile
    spec.x, spec.y, spec.full_x, spec.full_width, spec.full_height = 7, -3, 0, 1920, 1080
    spec.attribute("Software", "a tool")
    spec.attribute("oiio:ColorSpace", "lin_rec709_scene")
    spec.attribute("smpte:TimeCode", OpenImageIO.TypeDesc("timecode"), (0x12345678, 0))
    spec.attribute("worldtocamera", OpenImageIO.TypeDesc("matrix"), tuple(np.eye(4).ravel()))
    spec.attribute("Exif:FNumber", 5.6)
    for name, value in attributes.items():
        spec.attribute(name, value)
    pixels = np.stack([*half(rng(), 4, HEIGHT, WIDTH), *(strange(HEIGHT, WIDTH) for _ in range(3))], axis=-1)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    specs = []
    for part in range(parts):
        specs.append(OpenImageIO.ImageSpec(spec))
        if parts > 1:
            specs[-1].attribute("oiio:subimagename", f"part {part}")
    assert output.open(str(path), tuple(specs)) if parts > 1 else output.open(str(path), spec), output.geterror()
    for part in range(parts):
        assert part == 0 or output.open(str(path), specs[part], "AppendSubimage"), output.geterror()
        assert output.write_image(np.ascontiguousarray(pixels, np.float32)), output.geterror()
    assert output.close()
    return path


def openimageio_mixed(path: Path) -> Path:
    return openimageio(path, compression="zip")


def openimageio_mixed_tiles(path: Path) -> Path:
    return openimageio(path, tile=16, compression="zips")


def openimageio_parts(path: Path) -> Path:
    return openimageio(path, parts=3, compression="piz")


BUILDS: list[Callable[[Path], Path]] = [
    blender_view_layer,
    blender_two_layers_and_composite,
    blender_single_layer_with_depth,
    blender_parts,
    openexr_with_every_attribute,
    openexr_tiled_layers,
    openimageio_mixed,
    openimageio_mixed_tiles,
    openimageio_parts,
]


def by_openimageio(path: Path) -> list[tuple[dict[str, bytes], dict[str, str]]]:
    """Of every part the bits of its channels and its metadata, as OpenImageIO reads them."""
    file, found = OpenImageIO.ImageInput.open(str(path)), []
    assert file is not None
    while True:
        spec = file.spec()
        channels = {}
        for index, name in enumerate(spec.channelnames):
            plane = file.read_image(file.current_subimage(), 0, index, index + 1, spec.channelformat(index))
            assert plane is not None, file.geterror()
            channels[name] = plane.tobytes()
        found.append((channels, {item.name: repr(item.value) for item in spec.extra_attribs}))
        if not file.seek_subimage(file.current_subimage() + 1, 0):
            file.close()
            return found


@pytest.mark.parametrize("build", BUILDS, ids=lambda build: build.__name__)
def test_nothing_changes_but_the_new_channel(tmp_path: Path, build: Callable[[Path], Path]) -> None:
    source, target = build(tmp_path / "source.exr"), tmp_path / "target.exr"
    picture = read(source)
    matte = rng().random(picture.pixels.shape[:2], dtype=np.float32)
    report = embed(source, target, matte)
    assert (report.clamped, report.warnings) == (0, ())
    assert_everything_kept(source, target, picture.part)
    before, after = by_openimageio(source), by_openimageio(target)
    assert after[picture.part][0].pop("sky.A") == matte.astype(np.float16).tobytes()
    assert after == before


def test_the_combined_pass_is_what_is_segmented(tmp_path: Path) -> None:
    picture = read(blender_view_layer(tmp_path / "a.exr"))
    combined = read_channel(tmp_path / "a.exr", "ViewLayer.Combined.G")
    assert np.array_equal(picture.pixels[..., 1], combined)
