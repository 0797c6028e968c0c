"""Reading through OpenImageIO, arrays, and what all formats share."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skymatte.errors import LabelError, PictureError
from skymatte.picture.jpeg import write_jpeg
from skymatte.picture.model import Projection
from skymatte.picture.oiio import read_gray, upright, write_png8, write_png16
from skymatte.picture.read import SUFFIXES, from_array, read
from tests.picture.exr_files import write_oiio


def rng() -> np.random.Generator:
    return np.random.default_rng(11)


def srgb_decoded(codes: np.ndarray, levels: int) -> np.ndarray:
    """IEC 61966-2-1, straight from the standard, one value at a time."""

    def one(code: int) -> float:
        value = code / (levels - 1)
        return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4

    return np.asarray(np.vectorize(one)(codes), np.float32)


@pytest.mark.parametrize(
    ("suffix", "dtype"), [(".png", "uint8"), (".png", "uint16"), (".tif", "uint8"), (".tif", "uint16")]
)
def test_integer_pictures_are_decoded_from_srgb(tmp_path: Path, suffix: str, dtype: str) -> None:
    levels = 256 if dtype == "uint8" else 65536
    codes = rng().integers(0, levels, (300, 20, 3)).astype(dtype)
    picture = read(write_oiio(tmp_path / f"a{suffix}", codes, dtype))
    np.testing.assert_allclose(picture.pixels, srgb_decoded(codes, levels), rtol=2e-5, atol=1e-7)
    assert (picture.bits, picture.linear) == (8 if dtype == "uint8" else 16, False)


@pytest.mark.parametrize("dtype", ["float", "half"])
def test_float_tiff_is_linear_and_unclipped(tmp_path: Path, dtype: str) -> None:
    pixels = (1000 * rng().random((20, 30, 3))).astype(np.float16).astype(np.float32)
    picture = read(write_oiio(tmp_path / "a.tiff", pixels, dtype))
    assert np.array_equal(picture.pixels, pixels)
    assert picture.linear


def test_radiance(tmp_path: Path) -> None:
    """RGBE by hand (Ward 1991): mantissa m, exponent 139 is m/256 · 2^(139−128), half a step more to some readers."""
    path = tmp_path / "a.hdr"
    header = b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 2 +X 3\n"
    path.write_bytes(header + bytes((128, 64, 32, 139)) * 6)
    picture = read(path)
    assert picture.pixels.shape == (2, 3, 3)
    np.testing.assert_allclose(picture.pixels[0, 0], np.array([128, 64, 32]) / 256 * 2.0**11, rtol=0.02)
    assert (picture.format, picture.bits, picture.linear) == ("hdr", 32, True)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpeg_orientation(tmp_path: Path, orientation: int) -> None:
    """Against OpenCV, whose JPEG reader turns pictures upright by itself."""
    y, x = np.mgrid[0:24, 0:40]
    pixels = np.stack([x * 6, y * 10, (x + y) * 3], axis=-1).astype(np.uint8)
    path = write_oiio(tmp_path / "a.jpg", pixels, "uint8", Orientation=orientation, Compression="jpeg:98")
    expected = cv2.imread(str(path), cv2.IMREAD_COLOR)
    assert expected is not None
    picture = read(path)
    assert picture.pixels.shape == expected.shape
    np.testing.assert_allclose(picture.pixels, srgb_decoded(expected[..., ::-1], 256), atol=0.04)


def test_upright_puts_the_first_stored_row_where_exif_says() -> None:
    """CIPA DC-008, table 'Orientation': 6 = row 0 is the visual right-hand side, column 0 the top."""
    stored = np.array([[[1], [2]], [[3], [4]]])
    assert upright(stored, 6)[..., 0].tolist() == [[3, 1], [4, 2]]
    assert upright(stored, 8)[..., 0].tolist() == [[2, 4], [1, 3]]
    assert upright(stored, 3)[..., 0].tolist() == [[4, 3], [2, 1]]
    assert upright(stored, 0)[..., 0].tolist() == [[1, 2], [3, 4]]


def test_webp(tmp_path: Path) -> None:
    y, x = np.mgrid[0:24, 0:40]
    pixels = np.stack([x * 6, y * 10, (x + y) * 3], axis=-1).astype(np.uint8)
    picture = read(write_oiio(tmp_path / "a.webp", pixels, "uint8", Compression="lossless"))
    np.testing.assert_allclose(picture.pixels, srgb_decoded(pixels, 256), rtol=2e-5)


def test_alpha_is_left_aside_and_not_multiplied(tmp_path: Path) -> None:
    codes = rng().integers(0, 256, (20, 30, 4)).astype(np.uint8)
    codes[:10, :, 3] = 0
    path = write_oiio(tmp_path / "a.png", codes, "uint8", oiio__UnassociatedAlpha=1)
    picture = read(path)
    np.testing.assert_allclose(picture.pixels, srgb_decoded(codes[..., :3], 256), rtol=2e-5)
    assert picture.channels == ("R", "G", "B", "A")


@pytest.mark.parametrize("count", [1, 2])
def test_grey_is_replicated(tmp_path: Path, count: int) -> None:
    codes = rng().integers(0, 256, (20, 30, count)).astype(np.uint8)
    codes[..., 1:] = 100
    picture = read(write_oiio(tmp_path / "a.png", codes, "uint8", oiio__UnassociatedAlpha=1))
    gray = srgb_decoded(codes[..., 0], 256)
    np.testing.assert_allclose(picture.pixels, np.repeat(gray[..., None], 3, axis=-1), rtol=2e-5)


def test_linear_png_says_so(tmp_path: Path) -> None:
    codes = rng().integers(0, 65536, (20, 30, 3)).astype(np.uint16)
    picture = read(write_oiio(tmp_path / "a.png", codes, "uint16", oiio__ColorSpace="lin_rec709_scene"))
    np.testing.assert_allclose(picture.pixels, codes / 65535, rtol=1e-5)
    assert picture.linear


def test_broken_float_values(tmp_path: Path) -> None:
    pixels = np.ones((20, 30, 3), np.float32)
    pixels[0, 0], pixels[1, 1], pixels[2, 2] = np.nan, np.inf, -3
    picture = read(write_oiio(tmp_path / "a.tif", pixels, "float"))
    assert (picture.repairs.nan, picture.repairs.inf, picture.repairs.negative) == (3, 3, 3)
    assert picture.pixels[0, 0, 0] == picture.pixels[2, 2, 0] == 0
    assert picture.pixels[1, 1, 0] == 1


@pytest.mark.parametrize("value", [0.0, 0.25, np.nan])
def test_black_constant_and_all_nan_pictures_read(tmp_path: Path, value: float) -> None:
    path = write_oiio(tmp_path / "a.tif", np.full((5, 7, 3), value, np.float32), "float")
    assert np.array_equal(read(path).pixels, np.full((5, 7, 3), np.nan_to_num(value), np.float32))


def test_photo_sphere_xmp(tmp_path: Path) -> None:
    path = write_oiio(tmp_path / "a.jpg", np.zeros((16, 16, 3), np.uint8), "uint8")
    xmp = b'http://ns.adobe.com/xap/1.0/\0<x:xmpmeta GPano:ProjectionType="equirectangular"/>'
    data = path.read_bytes()
    path.write_bytes(data[:2] + b"\xff\xe1" + (len(xmp) + 2).to_bytes(2, "big") + xmp + data[2:])
    picture = read(path)
    assert (picture.projection, picture.projection_source) == (Projection.EQUIRECTANGULAR, "GPano XMP")
    assert read(path, projection="perspective").projection is Projection.PERSPECTIVE


def test_projection_is_checked(tmp_path: Path) -> None:
    path = write_oiio(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8), "uint8")
    with pytest.raises(PictureError, match="auto, perspective, equirectangular, fisheye"):
        read(path, projection="mercator")
    with pytest.raises(PictureError, match="only OpenEXR files have parts"):
        read(path, part=1)


def test_suffixes_in_any_case(tmp_path: Path) -> None:
    path = write_oiio(tmp_path / "a.png", np.zeros((4, 4, 3), np.uint8), "uint8").rename(tmp_path / "A.PNG")
    assert read(path).format == "png"
    assert {".exr", ".hdr", ".tif", ".jpg", ".webp", ".cr2", ".dng"} <= SUFFIXES


@given(hnp.arrays(np.float32, hnp.array_shapes(min_dims=3, max_dims=3, max_side=9).map(lambda s: (*s[:2], 3))))
def test_any_float_array_becomes_finite_light(array: np.ndarray) -> None:
    original = array.copy()
    picture = from_array(array)
    assert np.array_equal(array, original, equal_nan=True), "the caller's array is not touched"
    assert np.isfinite(picture.pixels).all()
    assert (picture.pixels >= 0).all()
    good = np.isfinite(array) & (array >= 0)
    assert np.array_equal(picture.pixels[good], array[good])
    repairs = picture.repairs
    assert repairs.nan + repairs.inf + repairs.negative == (~good).sum()


@given(hnp.arrays(st.sampled_from([np.uint8, np.uint16]), (3, 4)))
def test_integer_arrays_are_srgb(array: np.ndarray) -> None:
    picture = from_array(array)
    levels = np.iinfo(array.dtype).max + 1
    np.testing.assert_allclose(picture.pixels[..., 1], srgb_decoded(array, levels), rtol=2e-5, atol=1e-7)


def test_arrays_that_are_no_pictures() -> None:
    for array in (np.zeros(3), np.zeros((2, 2, 2)), np.zeros((0, 4, 3)), np.zeros((2, 2), bool), np.zeros((2, 2), int)):
        with pytest.raises(PictureError, match="is no picture"):
            from_array(array)
    assert from_array(np.zeros((4, 8, 4))).projection is Projection.EQUIRECTANGULAR


def test_labels_keep_their_values(tmp_path: Path) -> None:
    label = rng().choice(np.array([0, 128, 255], np.uint8), (20, 30))
    write_png8(tmp_path / "a.png", label)
    assert np.array_equal(read_gray(tmp_path / "a.png"), label)
    write_png8(tmp_path / "rgb.png", np.repeat(label[..., None], 3, axis=-1))
    assert np.array_equal(read_gray(tmp_path / "rgb.png"), label)
    matte = rng().integers(0, 65536, (20, 30)).astype(np.uint16)
    write_png16(tmp_path / "b.png", matte)
    assert np.array_equal(read_gray(tmp_path / "b.png"), matte)
    found = cv2.imread(str(tmp_path / "b.png"), cv2.IMREAD_UNCHANGED)
    assert found is not None
    assert np.array_equal(found, matte), "another reader sees the same values"


def test_labels_that_are_none(tmp_path: Path) -> None:
    colored = rng().integers(0, 256, (4, 4, 3)).astype(np.uint8)
    write_png8(tmp_path / "a.png", colored)
    with pytest.raises(LabelError, match="has colours"):
        read_gray(tmp_path / "a.png")
    with pytest.raises(LabelError, match="floating point"):
        read_gray(write_oiio(tmp_path / "a.tif", colored.astype(np.float32), "float"))
    with pytest.raises(PictureError, match="no such file"):
        read_gray(tmp_path / "b.png")
    (tmp_path / "a.json").write_text("{}")
    with pytest.raises(LabelError, match="grey picture"):
        read_gray(tmp_path / "a.json")


def test_jpeg_quality_and_colours(tmp_path: Path) -> None:
    y, x = np.mgrid[0:64, 0:64]
    pixels = np.stack([x * 4, y * 4, 255 - x * 4], axis=-1).astype(np.uint8)
    write_jpeg(tmp_path / "good.jpg", pixels, quality=95)
    write_jpeg(tmp_path / "poor.jpg", pixels, quality=30)
    found = cv2.imread(str(tmp_path / "good.jpg"))
    assert found is not None
    assert np.abs(found[..., ::-1].astype(int) - pixels).max() < 12
    assert (tmp_path / "poor.jpg").stat().st_size < (tmp_path / "good.jpg").stat().st_size
