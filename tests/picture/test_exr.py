"""Reading OpenEXR: every way a file can be built, against the arrays that went in."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest

from skymatte.errors import PictureError
from skymatte.picture import exr_bands
from skymatte.picture.exr import embed, read_channel
from skymatte.picture.exr_channels import find_color
from skymatte.picture.exr_chunks import read_chunks
from skymatte.picture.exr_layout import read_layout
from skymatte.picture.exr_write import write_channels
from skymatte.picture.model import Projection, Window
from skymatte.picture.read import read
from tests.picture.exr_files import corners, half, rgb, single, tiling, write, write_by_hand, write_oiio

LOSSLESS = ["NO", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "HTJ2K32", "HTJ2K256", "ZSTD"]
LOSSY = ["B44", "B44A", "DWAA", "DWAB", "LJ2K"]


def rng() -> np.random.Generator:
    return np.random.default_rng(7)


def stacked(channels: dict[str, np.ndarray], names: str = "RGB") -> np.ndarray:
    return np.stack([channels[name] for name in names], axis=-1).astype(np.float32)


@pytest.mark.parametrize("compression", LOSSLESS)
def test_lossless_compressions(tmp_path: Path, compression: str) -> None:
    channels = rgb(rng(), 301, 37)  # more than one band of rows, and a last chunk that is not full
    path = write(tmp_path / "a.exr", channels, compression=getattr(OpenEXR, f"{compression}_COMPRESSION"))
    picture = read(path)
    assert np.array_equal(picture.pixels, stacked(channels))
    assert (picture.format, picture.bits, picture.linear) == ("exr", 16, True)


@pytest.mark.parametrize("compression", LOSSY)
def test_lossy_compressions_decode_as_the_reference_library_does(tmp_path: Path, compression: str) -> None:
    y, x = np.mgrid[0:300, 0:64]
    channels = {name: (1 + np.sin(x / 9 + i) * np.cos(y / 7)).astype(np.float16) for i, name in enumerate("RGB")}
    path = write(tmp_path / "a.exr", channels, compression=getattr(OpenEXR, f"{compression}_COMPRESSION"))
    whole = OpenEXR.File(str(path), separate_channels=True).parts[0].channels
    pixels = read(path).pixels
    assert np.array_equal(pixels, np.stack([whole[n].pixels for n in "RGB"], axis=-1).astype(np.float32))
    assert np.abs(pixels - stacked(channels)).max() < 0.1


@pytest.mark.parametrize("tile", [(16, 16), (64, 32), (200, 300)])
@pytest.mark.parametrize("order", [OpenEXR.INCREASING_Y, OpenEXR.DECREASING_Y, OpenEXR.RANDOM_Y])
def test_tiles(tmp_path: Path, tile: tuple[int, int], order: OpenEXR.LineOrder) -> None:
    channels = {name: single(rng(), 530, 70) for name in "RGB"}
    path = write(tmp_path / "a.exr", channels, type=OpenEXR.tiledimage, tiles=tiling(*tile), lineOrder=order)
    picture = read(path)
    assert np.array_equal(picture.pixels, stacked(channels))
    assert picture.bits == 32


def test_mip_map_is_read_in_full_resolution(tmp_path: Path) -> None:
    pixels = single(rng(), 96, 128, 3)
    path = tmp_path / "mip.exr"
    buffer = OpenImageIO.ImageBuf(pixels)
    config = OpenImageIO.ImageSpec()
    config.attribute("maketx:filtername", "box")
    config.tile_width = config.tile_height = 32
    assert OpenImageIO.ImageBufAlgo.make_texture(OpenImageIO.MakeTxTexture, buffer, str(path), config)
    reader = OpenImageIO.ImageInput.open(str(path))
    assert reader is not None
    assert reader.seek_subimage(0, 1), "the test file has levels"
    reader.close()
    assert np.array_equal(read(path).pixels, pixels)


def test_decreasing_lines_and_windows(tmp_path: Path) -> None:
    channels = rgb(rng(), 40, 50)
    path = write(
        tmp_path / "a.exr",
        channels,
        lineOrder=OpenEXR.DECREASING_Y,
        dataWindow=corners(-7, 11, 42, 50),
        displayWindow=corners(0, 0, 99, 79),
    )
    picture = read(path)
    assert np.array_equal(picture.pixels, stacked(channels))
    assert picture.data_window == Window(-7, 11, 42, 50)
    assert picture.display_window == Window(0, 0, 99, 79)


def test_mixed_types_uint_float_half(tmp_path: Path) -> None:
    channels = {
        "R": rng().integers(0, 1000, (20, 30), dtype=np.uint32),
        "G": single(rng(), 20, 30),
        "B": half(rng(), 20, 30),
        "id": rng().integers(0, 2**32, (20, 30), dtype=np.uint32),
    }
    picture = read(write(tmp_path / "a.exr", channels))
    assert np.array_equal(picture.pixels, stacked(channels))
    assert picture.channels == ("B", "G", "R", "id")


def test_only_luminance_becomes_grey(tmp_path: Path) -> None:
    y = half(rng(), 20, 30)
    picture = read(write(tmp_path / "a.exr", {"Y": y, "A": y}))
    assert np.array_equal(picture.pixels, np.repeat(y[..., None], 3, axis=-1).astype(np.float32))


@pytest.mark.parametrize("step", [1, 2, 4])
@pytest.mark.parametrize("origin", [(0, 0), (-8, 12)])
def test_luminance_chroma(tmp_path: Path, step: int, origin: tuple[int, int]) -> None:
    """RY and BY linear in x and y survive linear interpolation, so R, G, B are known exactly (but at the far edge)."""
    height, width = 280, 48
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1 + np.float32(0.5) * np.sin(x / 5) * np.cos(y / 3)
    ry, by = x / width - 0.4, 0.3 - y / height
    red, blue = (ry + 1) * light, (by + 1) * light
    green = (light - 0.2126390 * red - 0.0721923 * blue) / 0.7151687  # Rec.709 weights, ITU-R BT.709 (to seven digits)
    window = (origin[0], origin[1], origin[0] + width - 1, origin[1] + height - 1)
    channels = {
        "Y": (light, 1, 1),
        "RY": (np.ascontiguousarray(ry[::step, ::step]), step, step),
        "BY": (np.ascontiguousarray(by[::step, ::step]), step, step),
    }
    picture = read(write_by_hand(tmp_path / "a.exr", channels, window))
    inside = np.s_[: height - step, : width - step]
    np.testing.assert_allclose(picture.pixels[inside], np.stack([red, green, blue], -1)[inside], atol=2e-5)


def test_multi_part_first_colour_or_the_named_one(tmp_path: Path) -> None:
    depth, beauty, other = {"Z": single(rng(), 9, 9)}, rgb(rng(), 20, 30), rgb(np.random.default_rng(8), 20, 30)
    header = {
        "type": OpenEXR.scanlineimage,
        "compression": OpenEXR.ZIP_COMPRESSION,
        "displayWindow": corners(0, 0, 29, 19),
    }
    parts = [
        OpenEXR.Part(dict(header), dict(c), n) for c, n in ((depth, "depth"), (beauty, "beauty"), (other, "other"))
    ]
    path = tmp_path / "a.exr"
    OpenEXR.File(parts).write(str(path))
    first, named, numbered = read(path), read(path, part="other"), read(path, part=2)
    assert first.parts == ("depth", "beauty", "other")
    assert (first.part, named.part) == (1, 2)
    assert np.array_equal(first.pixels, stacked(beauty))
    assert np.array_equal(named.pixels, stacked(other))
    assert np.array_equal(numbered.pixels, stacked(other))
    assert np.array_equal(read_channel(path, "Z"), depth["Z"])
    with pytest.raises(PictureError, match=r"no part 'sky'.*'depth'.*'beauty'"):
        read(path, part="sky")
    with pytest.raises(PictureError, match="no colour channels, only Z"):
        read(path, part="depth")


def test_blender_layers(tmp_path: Path) -> None:
    combined, diffuse = rgb(rng(), 20, 30), rgb(np.random.default_rng(8), 20, 30)
    channels = {f"ViewLayer.Combined.{name}": array for name, array in combined.items()}
    channels |= {f"ViewLayer.AlbedoDiffuse.{name}": array for name, array in diffuse.items()}
    channels |= {f"ViewLayer.Normal.{name}": single(rng(), 20, 30) for name in "XYZ"}
    picture = read(write(tmp_path / "a.exr", channels))
    assert np.array_equal(picture.pixels, stacked(combined))
    assert any("ViewLayer.AlbedoDiffuse" in warning for warning in picture.warnings)


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["A", "B", "G", "R", "diffuse.R", "diffuse.G", "diffuse.B"], ("R", "G", "B")),
        (["r", "g", "b"], ("r", "g", "b")),
        (["Red", "Green", "Blue"], ("Red", "Green", "Blue")),
        (["crypto00.R", "crypto00.G", "crypto00.B", "main.R", "main.G", "main.B"], ("main.R", "main.G", "main.B")),
        (["Normal.X", "Normal.Y", "Normal.Z", "Z"], None),
        (["A"], None),
        (["sky.A", "Y"], ("Y",)),
        ([], None),
    ],
)
def test_choice_of_channels(names: list[str], chosen: tuple[str, ...] | None) -> None:
    color = find_color(names)
    assert (None if color is None else color.names) == chosen


# ITU-R BT.2087-0, section 4; and the published ACEScg → linear sRGB matrix (Bradford), as in the ACES documentation.
BT2020 = (0.708, 0.292, 0.170, 0.797, 0.131, 0.046, 0.3127, 0.3290)
BT2020_TO_709 = [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
AP1 = (0.713, 0.293, 0.165, 0.830, 0.128, 0.044, 0.32168, 0.33767)
AP1_TO_709 = [[1.70505, -0.62179, -0.08326], [-0.13026, 1.14080, -0.01055], [-0.02400, -0.12897, 1.15297]]


@pytest.mark.parametrize(("chromaticities", "matrix"), [(BT2020, BT2020_TO_709), (AP1, AP1_TO_709)])
def test_other_primaries_become_rec709(
    tmp_path: Path, chromaticities: tuple[float, ...], matrix: list[list[float]]
) -> None:
    channels = {name: 0.5 + rng().random((300, 8), dtype=np.float32) for name in "RGB"}
    picture = read(write(tmp_path / "a.exr", channels, chromaticities=chromaticities))
    expected = np.maximum(stacked(channels) @ np.array(matrix).T, 0)
    np.testing.assert_allclose(picture.pixels, expected, atol=2e-4)


def test_absent_rec709_and_senseless_primaries_change_nothing(tmp_path: Path) -> None:
    channels = rgb(rng(), 20, 30)
    rec709 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06, 0.3127, 0.3290)
    for name, more in (("a", {}), ("b", {"chromaticities": rec709}), ("c", {"chromaticities": (0.0,) * 8})):
        picture = read(write(tmp_path / f"{name}.exr", channels, **more))
        assert np.array_equal(picture.pixels, stacked(channels))
        assert bool(picture.warnings) == (name == "c")


def test_projection_evidence(tmp_path: Path) -> None:
    wide, square = rgb(rng(), 16, 32), rgb(rng(), 16, 16)
    plain = read(write(tmp_path / "wide.exr", wide))
    assert (plain.projection, plain.projection_source) == (Projection.EQUIRECTANGULAR, "2:1 aspect (guess)")
    said = read(write(tmp_path / "said.exr", square, envmap=OpenEXR.ENVMAP_LATLONG))
    assert (said.projection, said.projection_source) == (Projection.EQUIRECTANGULAR, "envmap attribute")
    cube = read(write(tmp_path / "cube.exr", square, envmap=OpenEXR.ENVMAP_CUBE))
    assert cube.projection is Projection.PERSPECTIVE
    assert "cube" in cube.warnings[0]
    told = read(tmp_path / "said.exr", projection="fisheye")
    assert (told.projection, told.projection_source) == (Projection.FISHEYE, "asked for")
    assert read(write(tmp_path / "square.exr", square)).projection is Projection.PERSPECTIVE


def test_broken_values_are_repaired_and_counted(tmp_path: Path) -> None:
    red = np.full((300, 4), 2.0, np.float32)
    red[0, 0], red[299, 1], red[5, 2], red[5, 3], red[7, 0] = np.nan, np.inf, -np.inf, -1, 1e30
    channels = {"R": red, "G": np.ones_like(red), "B": np.full_like(red, np.nan)}
    picture = read(write(tmp_path / "a.exr", channels))
    assert (picture.repairs.nan, picture.repairs.inf, picture.repairs.negative) == (1 + 1200, 1, 2)
    assert picture.pixels[0, 0, 0] == picture.pixels[5, 2, 0] == picture.pixels[5, 3, 0] == 0
    assert picture.pixels[299, 1, 0] == picture.pixels[7, 0, 0] == np.float32(1e30)
    assert not picture.pixels[..., 2].any()


def test_odd_shapes_read(tmp_path: Path) -> None:
    for height, width in ((1, 1), (1, 13), (13, 1), (1, 30000), (30000, 1)):
        channels = rgb(rng(), height, width)
        assert np.array_equal(read(write(tmp_path / "a.exr", channels)).pixels, stacked(channels))


def test_written_by_openimageio(tmp_path: Path) -> None:
    pixels = half(rng(), 70, 90, 3)
    for tile in (0, 32):
        path = write_oiio(tmp_path / "a.exr", pixels, "half", tile=tile, compression="piz")
        assert np.array_equal(read(path).pixels, pixels.astype(np.float32))


def test_read_channel_names_what_is_there(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", rgb(rng(), 4, 4))
    with pytest.raises(PictureError, match=r"no channel 'sky.A'; its channels are: B, G, R"):
        read_channel(path, "sky.A")


def test_unknown_attribute_types_do_not_disturb(tmp_path: Path) -> None:
    samples = half(rng(), 4, 4)
    more = b"studio\0blob\0" + struct.pack("<i", 3) + b"abc"
    path = write_by_hand(tmp_path / "a.exr", dict.fromkeys("RGB", (samples, 1, 1)), (0, 0, 3, 3), more)
    assert np.array_equal(read(path).pixels[..., 0], samples.astype(np.float32))


@pytest.mark.parametrize("names", ["RGB", "Y"])
@pytest.mark.parametrize("size", [(1, 1), (1, 7), (9, 1), (1, 3000), (3000, 1), (700, 3)])
def test_every_sample_lands_in_its_place_at_any_size(tmp_path: Path, size: tuple[int, int], names: str) -> None:
    """Planes are interleaved band by band, also where a picture is one pixel wide or ends in the middle of a band."""
    planes = {name: np.random.default_rng(i).random(size).astype(np.float16) for i, name in enumerate(names)}
    write_channels(tmp_path / "size.exr", planes)
    pixels = read(tmp_path / "size.exr").pixels
    for index in range(3):
        np.testing.assert_array_equal(pixels[..., index], planes[names[index % len(names)]].astype(np.float32))


@pytest.mark.parametrize("compression", ["NO", "ZIP", "PIZ", "DWAB"])
def test_wide_parts_with_many_layers_come_in_bands_of_fewer_rows(
    tmp_path: Path, compression: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    channels = {f"{layer}.{name}": half(rng(), 300, 20) for layer in ("beauty", "a", "b") for name in "RGB"}
    path = write(tmp_path / "a.exr", channels, compression=getattr(OpenEXR, f"{compression}_COMPRESSION"))
    whole = read(path).pixels
    monkeypatch.setattr(exr_bands, "_BAND_BYTES", 20 * 9 * 2 * 70)  # of 70 rows
    part = read_layout(path).parts[0]
    with path.open("rb") as file:
        heights = {band.window.height for band in exr_bands.bands(part, read_chunks(file, read_layout(path))[0])}
    assert max(heights) == (256 if compression == "DWAB" else 64)
    assert np.array_equal(read(path).pixels, whole)
    embed(path, tmp_path / "b.exr", whole[..., 0] / whole.max())
    assert np.array_equal(read(tmp_path / "b.exr").pixels, whole)
