"""Embedding a matte: everything that was in the file is in it afterwards, bit for bit."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skymatte.errors import InputError, OutputError, PictureError
from skymatte.picture.exr import embed, read_channel
from skymatte.picture.exr_layout import read_layout
from skymatte.picture.read import read
from tests.picture.exr_builds import (
    LOSSLESS,
    Builder,
    decreasing_lines,
    grey,
    multi_part_with_deep,
    pxr24_float,
    rng,
    scanline_zip_half,
    strange,
)
from tests.picture.exr_files import Array, corners, half, rgb, single, tiling, write, write_by_hand, write_oiio
from tests.picture.exr_kept import assert_everything_kept, decoded, same_bits


def matte_for(path: Path) -> Array:
    window = read(path).data_window
    assert window is not None
    return rng().random((window.height, window.width), dtype=np.float32)


@pytest.mark.parametrize("build", LOSSLESS, ids=lambda build: build.__name__)
def test_everything_else_stays_bit_identical(tmp_path: Path, build: Builder) -> None:
    source, target = build(tmp_path / "source.exr"), tmp_path / "target.exr"
    picture, matte = read(source), matte_for(source)
    report = embed(source, target, matte)
    assert (report.clamped, report.warnings) == (0, ())
    assert_everything_kept(source, target, picture.part)
    found = decoded(target)[picture.part]["sky.A"][0]
    assert found.dtype == np.float16
    if build is not pxr24_float:  # halves are exact there too
        assert np.array_equal(found, matte.astype(np.float16))
    assert np.array_equal(read(target).pixels, picture.pixels)
    other = OpenImageIO.ImageInput.open(str(target))  # another reader finds a sound file
    assert other is not None
    while other.seek_subimage(other.current_subimage() + 1, 0):
        pass
    other.close()


@pytest.mark.parametrize("compression", ["DWAA", "DWAB", "B44", "B44A", "LJ2K"])
@pytest.mark.parametrize("tiled", [False, True])
def test_lossy_files_keep_their_decoded_pixels(tmp_path: Path, compression: str, tiled: bool) -> None:
    layout = {"type": OpenEXR.tiledimage, "tiles": tiling(32, 32)} if tiled else {}
    channels = {**rgb(rng(), 300, 50), "Z": strange(300, 50)}
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    write(source, channels, compression=getattr(OpenEXR, f"{compression}_COMPRESSION"), owner="we", **layout)
    report = embed(source, target, matte_for(source))
    assert "ZIP instead" in report.warnings[0]
    before, after = decoded(source)[0], decoded(target)[0]
    assert all(same_bits(before[name][0], after[name][0]) for name in before)
    old, new = (OpenEXR.File(str(path), header_only=True).parts[0].header for path in (source, target))
    assert new["compression"] == OpenEXR.ZIP_COMPRESSION
    same = old.keys() - {"compression", "channels"}
    assert new.keys() == old.keys()
    assert repr([old[name] for name in sorted(same)]) == repr([new[name] for name in sorted(same)])


def test_lossy_part_among_others(tmp_path: Path) -> None:
    source, target = multi_part_with_deep(tmp_path / "a.exr"), tmp_path / "b.exr"
    report = embed(source, target, np.ones((30, 40), np.float32), part="lossy")
    assert report.warnings
    before, after = decoded(source), decoded(target)
    for old, new in zip(before, after, strict=True):
        assert all(same_bits(old[name][0], new[name][0]) for name in old)
    assert after[3]["sky.A"][0].all()
    assert "sky.A" not in after[1]


def test_line_order_is_kept_on_disk(tmp_path: Path) -> None:
    """DECREASING_Y is a promise about where chunks lie, not only an attribute."""
    source, target = decreasing_lines(tmp_path / "a.exr"), tmp_path / "b.exr"
    embed(source, target, matte_for(source))
    data, layout = target.read_bytes(), read_layout(target)
    offsets = struct.unpack_from("<38Q", data, layout.tables)  # 600 rows in chunks of 16
    assert list(offsets) == sorted(offsets, reverse=True)
    assert [struct.unpack_from("<i", data, offset)[0] for offset in offsets] == list(range(0, 600, 16))


@settings(max_examples=40)
@given(
    height=st.integers(1, 70),
    width=st.integers(1, 40),
    origin=st.tuples(st.integers(-90, 90), st.integers(-90, 90)),
    compression=st.sampled_from(["NO", "RLE", "ZIPS", "ZIP", "PIZ", "PXR24", "HTJ2K256", "ZSTD"]),
    order=st.sampled_from([OpenEXR.INCREASING_Y, OpenEXR.DECREASING_Y]),
    tile=st.none() | st.tuples(st.integers(1, 40), st.integers(1, 40)),
    kinds=st.lists(st.sampled_from(["f2", "f4", "u4"]), min_size=3, max_size=3),
)
def test_any_layout_round_trips(
    tmp_path_factory: pytest.TempPathFactory,
    height: int,
    width: int,
    origin: tuple[int, int],
    compression: str,
    order: OpenEXR.LineOrder,
    tile: tuple[int, int] | None,
    kinds: list[str],
) -> None:
    folder = tmp_path_factory.mktemp("any")
    channels = {
        name: (100 * single(rng(), height, width)).astype(kind) for name, kind in zip("RGB", kinds, strict=True)
    }
    window = corners(origin[0], origin[1], origin[0] + width - 1, origin[1] + height - 1)
    header = {"dataWindow": window, "lineOrder": order, "compression": getattr(OpenEXR, f"{compression}_COMPRESSION")}
    if tile:
        header |= {"type": OpenEXR.tiledimage, "tiles": tiling(*tile)}
    source = write(folder / "a.exr", channels, **header)
    matte = rng().random((height, width), dtype=np.float32)
    assert embed(source, folder / "b.exr", matte).warnings == ()
    assert_everything_kept(source, folder / "b.exr", 0)
    assert np.array_equal(read_channel(folder / "b.exr", "sky.A"), matte.astype(np.float16))


def test_existing_alpha_is_never_touched_and_an_earlier_matte_is_replaced(tmp_path: Path) -> None:
    source, target = tmp_path / "a.exr", tmp_path / "b.exr"
    write(
        source,
        {**rgb(rng(), 8, 8), "A": half(rng(), 8, 8), "beauty.A": half(rng(), 8, 8), "beauty.Z": half(rng(), 8, 8)},
    )
    zeros, ones = np.zeros((8, 8), np.float32), np.ones((8, 8), np.float32)
    for taken in ("A", "R", "beauty.A"):
        with pytest.raises(PictureError, match="never overwritten"):
            embed(source, target, ones, channel=taken)
    assert not target.exists()
    embed(source, target, zeros)
    report = embed(target, target, ones)  # in place
    assert report.warnings == ("an earlier channel 'sky.A' was replaced",)
    assert_everything_kept(source, target, 0)
    assert read_channel(target, "sky.A").all()


def test_long_channel_names(tmp_path: Path) -> None:
    source, target, name = grey(tmp_path / "a.exr"), tmp_path / "b.exr", "a.layer.with.a.very.long.name.indeed.sky"
    embed(source, target, np.ones((30, 30), np.float32), channel=name)
    assert_everything_kept(source, target, 0, name)


def test_matte_out_of_range_is_clamped_and_counted(tmp_path: Path) -> None:
    source, target = grey(tmp_path / "a.exr"), tmp_path / "b.exr"
    matte = np.full((30, 30), 0.5, np.float32)
    matte[0, :4] = -1, 2, np.nan, np.inf
    assert embed(source, target, matte).clamped == 4
    assert read_channel(target, "sky.A")[0, :5].tolist() == [0, 1, 0, 1, 0.5]


def test_refusals_say_what_to_do(tmp_path: Path) -> None:
    target = tmp_path / "b.exr"
    samples = np.ones((4, 4), np.float16)
    chroma = {"Y": (samples, 1, 1), "RY": (samples[::2, ::2], 2, 2), "BY": (samples[::2, ::2], 2, 2)}
    subsampled = write_by_hand(tmp_path / "yc.exr", chroma, (0, 0, 3, 3))
    with pytest.raises(PictureError, match=r"BY, RY are subsampled.*--write matte"):
        embed(subsampled, target, np.ones((4, 4), np.float32))
    levels = tmp_path / "mip.exr"
    config = OpenImageIO.ImageSpec()
    config.tile_width = config.tile_height = 16
    buffer = OpenImageIO.ImageBuf(np.ones((32, 32, 3), np.float32))
    assert OpenImageIO.ImageBufAlgo.make_texture(OpenImageIO.MakeTxTexture, buffer, str(levels), config)
    with pytest.raises(PictureError, match="mip or rip maps"):
        embed(levels, target, np.ones((32, 32), np.float32))
    with pytest.raises(InputError, match="matte of shape"):
        embed(grey(tmp_path / "a.exr"), target, np.ones((3, 3), np.float32))
    with pytest.raises(InputError, match="cannot name a channel"):
        embed(tmp_path / "a.exr", target, np.ones((30, 30), np.float32), channel="sky.")
    with pytest.raises(OutputError, match="folder does not exist"):
        embed(tmp_path / "a.exr", tmp_path / "nowhere" / "b.exr", np.ones((30, 30), np.float32))
    assert not target.exists()


def test_a_source_that_breaks_half_way_leaves_nothing(tmp_path: Path) -> None:
    source = scanline_zip_half(tmp_path / "a.exr")
    data = bytearray(source.read_bytes())
    data[-2000:-1500] = bytes(500)
    source.write_bytes(data)
    with pytest.raises(PictureError):
        embed(source, tmp_path / "b.exr", np.ones((300, 41), np.float32))
    assert [path.name for path in tmp_path.iterdir()] == ["a.exr"]


@pytest.mark.parametrize(("suffix", "dtype", "written"), [(".hdr", "float", "f4"), (".png", "uint8", "f2")])
def test_other_formats_become_openexr(tmp_path: Path, suffix: str, dtype: str, written: str) -> None:
    pixels = rng().random((16, 32, 3), dtype=np.float32)
    pixels[3, 4] = 1e6 if suffix == ".hdr" else 1  # a sun that a half cannot hold
    source, target = write_oiio(tmp_path / f"a{suffix}", pixels, dtype), tmp_path / "b.exr"
    picture, matte = read(source), rng().random((16, 32), dtype=np.float32)
    assert embed(source, target, matte).clamped == 0
    (channels,) = decoded(target)
    assert set(channels) == {"R", "G", "B", "sky.A"}
    for index, name in enumerate("RGB"):
        assert np.array_equal(channels[name][0], picture.pixels[..., index].astype(written))
    assert np.array_equal(channels["sky.A"][0], matte.astype(np.float16))
    assert read(target).projection_source == "2:1 aspect (guess)"  # a guess does not become evidence
