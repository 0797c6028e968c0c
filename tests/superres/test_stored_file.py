"""PNG, JPEG, TIFF and Radiance files made larger, read back with OpenImageIO alone."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
import pytest
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import HALF_MAX
from skymatte.runtime.model import Model
from skymatte.superres.energy import block_means
from skymatte.superres.jpeg_metadata import carried_segments
from skymatte.superres.method import open_method
from skymatte.superres.stored_file import upscale_stored
from skymatte.superres.tiff_metadata import put_xmp, read_xmp
from tests.models import write_model
from tests.superres.models import write_superres

HEIGHT, WIDTH = 9, 15
RANDOM = np.random.default_rng(5)
BYTES = RANDOM.integers(0, 256, (HEIGHT, WIDTH, 4), np.uint8)
BYTES[..., 3] |= 1  # nothing is fully transparent
WORDS = BYTES.astype(np.uint16) * 257
LIGHT = np.minimum(np.exp(RANDOM.normal(0, 3, (HEIGHT, WIDTH, 3))), HALF_MAX).astype(np.float32)
BICUBIC = open_method("bicubic", 2)
SHOT = {
    "Make": "ACME",
    "ExposureTime": 0.01,
    "XResolution": 300.0,
    "YResolution": 300.0,
    "ResolutionUnit": "in",
    "Orientation": 6,
    "Exif:PixelXDimension": WIDTH,
    "Exif:PixelYDimension": HEIGHT,
    "oiio:UnassociatedAlpha": 1,
}
PROFILE = b"a profile" * 20
XMP = (
    b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""'
    b' xmlns:crs="http://ns.adobe.com/camera-raw-settings/1.0/" crs:Exposure2012="+0.50"'
    b' xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:FullPanoWidthPixels="WIDTH"/>'
    b'</rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
)


def write(path: Path, pixels: NDArray[Any], attributes: dict[str, Any] | None = None) -> Path:
    height, width, channels = pixels.shape
    kind = {"f4": "float", "f2": "half"}.get(pixels.dtype.str[1:], str(pixels.dtype))
    spec = OpenImageIO.ImageSpec(width, height, channels, kind)
    for name, value in (attributes or {}).items():
        spec.attribute(name, value)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output is not None
    assert output.open(str(path), spec), output.geterror()
    assert output.write_image(np.ascontiguousarray(pixels))
    output.close()
    return path


def read(path: Path) -> tuple[NDArray[Any], dict[str, Any]]:
    """Samples as stored, and all attributes but those of the coding."""
    config = OpenImageIO.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)
    file = OpenImageIO.ImageInput.open(str(path), config)
    assert file is not None
    spec = file.spec()
    kind = str(spec.format)
    samples = np.asarray(file.read_image(0, 0, 0, spec.nchannels, kind)).reshape(spec.height, spec.width, -1)
    found = {each.name: each.value for each in spec.extra_attribs}
    file.close()
    coding = ("oiio:", "tiff:", "jpeg:", "planarconfig", "DateTime")
    return samples, {name: value for name, value in found.items() if not name.startswith(coding)}


def spliced(path: Path, at: int, data: bytes) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[:at] + data + content[at:])
    return path


def chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def segment(marker: int, payload: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(payload) + 2) + payload


def larger(pixels: NDArray[Any]) -> NDArray[Any]:
    """Bicubic interpolation of integers, as they are."""
    exact = bicubic(pixels.astype(np.float32), 2 * pixels.shape[0], 2 * pixels.shape[1])
    return np.clip(np.rint(exact), 0, np.iinfo(pixels.dtype).max)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
@pytest.mark.parametrize("pixels", [BYTES, WORDS])
@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_integers_keep_depth_channels_and_metadata(
    tmp_path: Path, suffix: str, pixels: NDArray[Any], channels: int
) -> None:
    given = pixels[..., [0, 3]] if channels == 2 else pixels[..., :channels]
    source = write(tmp_path / f"x{suffix}", given, SHOT)
    assert upscale_stored(source, tmp_path / f"y{suffix}", BICUBIC) == []
    samples, found = read(tmp_path / f"y{suffix}")
    assert samples.dtype == pixels.dtype
    assert np.abs(samples - larger(given)).max() <= (0 if pixels is BYTES else 1)
    _, before = read(source)
    sizes = {"Exif:PixelXDimension": 2 * WIDTH, "Exif:PixelYDimension": 2 * HEIGHT}
    assert found == {**before, **sizes}
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"x{suffix}", f"y{suffix}"]


@pytest.mark.parametrize("channels", [1, 3])
def test_jpegs_keep_their_segments(tmp_path: Path, channels: int) -> None:
    smooth = larger(BYTES[..., :channels]).astype(np.uint8)
    source = write(tmp_path / "x.jpg", smooth, {**SHOT, "ImageDescription": "a hill"})
    profile = segment(0xE2, b"ICC_PROFILE\0\1\1" + PROFILE)
    foreign = segment(0xE2, b"MPF\0offsets") + segment(0xEE, b"Adobe\0d\0\0\0\0\0\0")
    spliced(source, 2, profile + foreign + segment(0xFE, b"a comment"))
    upscale_stored(source, tmp_path / "y.jpg", BICUBIC)
    samples, found = read(tmp_path / "y.jpg")
    assert np.abs(samples.astype(int) - larger(read(source)[0])).mean() < 3
    content = (tmp_path / "y.jpg").read_bytes()
    assert profile in content
    assert b"a comment" in content
    assert b"MPF" not in content
    assert b"Adobe\0d" not in content
    assert content.count(b"JFIF") == 1
    assert found["Exif:PixelXDimension"] == WIDTH * 2
    assert {name: found[name] for name in ("Make", "Orientation", "XResolution", "ResolutionUnit")} == {
        "Make": "ACME",
        "Orientation": 6,
        "XResolution": 300.0,
        "ResolutionUnit": "in",
    }
    assert carried_segments(tmp_path / "y.jpg", 1) == carried_segments(source, 2)


def test_pngs_keep_their_chunks(tmp_path: Path) -> None:
    source = write(tmp_path / "x.png", BYTES, {"oiio:UnassociatedAlpha": 1})
    kept = [
        chunk(b"gAMA", struct.pack(">I", 45455)),
        chunk(b"cICP", b"\x09\x10\x00\x01"),
        chunk(b"pHYs", struct.pack(">IIB", 11811, 11811, 1)),
        chunk(b"tEXt", b"Author\0me"),
        chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<a GPano:FullPanoWidthPixels='15'/>"),
    ]
    packed = b"XML:com.adobe.xmp\0\1\0\0\0" + zlib.compress(b"<a exif:PixelXDimension='15'/>")
    gone = [chunk(b"bKGD", bytes(6)), chunk(b"sBIT", b"\5\6\5\6")]
    spliced(source, 33, b"".join([*kept, chunk(b"iTXt", packed), *gone]))
    upscale_stored(source, tmp_path / "y.png", BICUBIC)
    content = (tmp_path / "y.png").read_bytes()
    for each in kept[:-1]:
        assert each in content
    assert chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<a GPano:FullPanoWidthPixels='30'/>") in content
    assert chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0<a exif:PixelXDimension='30'/>") in content
    assert b"bKGD" not in content
    assert b"sBIT" not in content
    np.testing.assert_array_equal(read(tmp_path / "y.png")[0], larger(BYTES))


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_tiffs_of_floating_point_keep_their_light(tmp_path: Path, kind: type[np.generic]) -> None:
    source = write(tmp_path / "x.tif", LIGHT.astype(kind), {"tiff:half": int(kind is np.float16), "compression": "lzw"})
    upscale_stored(source, tmp_path / "y.tif", open_method("dcscn", 2, write_superres(tmp_path / "m.onnx"), "cpu"))
    samples, found = read(tmp_path / "y.tif")
    assert samples.dtype == kind
    assert found["compression"] == "lzw"
    before = LIGHT.astype(kind).astype(np.float32)
    tolerance = 1e-6 if kind is np.float32 else 2**-11
    np.testing.assert_allclose(block_means(samples.astype(np.float32), 2), before, rtol=tolerance)


@pytest.mark.parametrize("big", [0, 1])
def test_tiffs_keep_their_whole_xmp(tmp_path: Path, big: int) -> None:
    """OpenImageIO forgets what it does not know, such as a raw developer's settings."""
    packet = XMP.replace(b"WIDTH", str(WIDTH).encode())
    source = write(tmp_path / "x.tif", BYTES[..., :3], {"tiff:bigtiff": big, "Make": "ACME"})
    put_xmp(source, packet)
    assert read(source)[1]["GPano:FullPanoWidthPixels"] == WIDTH  # an independent reader finds it
    upscale_stored(source, tmp_path / "y.tif", BICUBIC)
    samples, found = read(tmp_path / "y.tif")
    assert read_xmp(tmp_path / "y.tif") == XMP.replace(b"WIDTH", str(2 * WIDTH).encode())
    assert (found["GPano:FullPanoWidthPixels"], found["Make"]) == (2 * WIDTH, "ACME")
    np.testing.assert_array_equal(samples, larger(BYTES[..., :3]))


@pytest.mark.parametrize("content", [b"", b"II*\0", b"II*\0\xff\xff\xff\xff", b"II+\0\x08\0\0\0", b"no TIFF at all"])
def test_what_is_no_tiff_has_no_xmp(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.tif").write_bytes(content)
    assert read_xmp(tmp_path / "x.tif") == b""


def test_radiance_files_keep_their_light_and_header(tmp_path: Path) -> None:
    source = write(tmp_path / "x.hdr", LIGHT)
    head, _, rest = source.read_bytes().partition(b"\n\n")
    header = head + b"\n# shot on a hill\nEXPOSURE=2.5\nPRIMARIES=0.7 0.3 0.2 0.8 0.1 0.05 0.31 0.33"
    source.write_bytes(header + b"\n\n" + rest)
    upscale_stored(source, tmp_path / "y.hdr", BICUBIC)
    assert (tmp_path / "y.hdr").read_bytes().startswith(header + f"\n\n-Y {2 * HEIGHT} +X {2 * WIDTH}\n".encode())
    before, after = read(source)[0], read(tmp_path / "y.hdr")[0]
    allowed = block_means(after.max(axis=2, keepdims=True), 2) * 2.0**-8 * (1 + 1e-5)
    assert (np.abs(block_means(after, 2) - before) <= allowed).all()
    assert abs(after.mean(dtype=np.float64) / before.mean(dtype=np.float64) - 1) < 0.002


def test_the_guide_lies_as_the_file_is_stored(tmp_path: Path) -> None:
    """A picture that lies on its side has its sky at the left of what is stored."""
    stored = np.full((64, 64, 3), 40, np.uint8)
    stored[:, :32] = 230
    source = write(tmp_path / "x.png", stored, {"Orientation": 6})
    method = open_method("dcscn", 2, write_superres(tmp_path / "m.onnx"), "cpu")
    guided = replace(method, finder=Model.load(write_model(tmp_path / "sky.onnx"), "cpu"))
    for name, how in (("plain", method), ("guided", guided)):
        upscale_stored(source, tmp_path / f"{name}.png", how)
    difference = read(tmp_path / "guided.png")[0].astype(int) - read(tmp_path / "plain.png")[0]
    assert (difference[20:100, 16:40] > 5).all()
    assert (difference[20:100, 88:112] < -5).all()


@pytest.mark.parametrize("projection", ["auto", "perspective", "equirectangular"])
def test_panoramas_wrap(tmp_path: Path, projection: str) -> None:
    pixels = BYTES[:7, :14, :3]
    for turn in (0, 5):
        write(tmp_path / f"{turn}.png", np.roll(pixels, turn, axis=1))
        upscale_stored(tmp_path / f"{turn}.png", tmp_path / f"{turn}.x2.png", BICUBIC, projection=projection)
    straight, turned = (read(tmp_path / f"{turn}.x2.png")[0] for turn in (0, 5))
    assert (np.roll(straight, 10, axis=1) == turned).all() == (projection != "perspective")


def test_what_cannot_be_written_is_refused(tmp_path: Path) -> None:
    webp = write(tmp_path / "x.webp", BYTES[..., :3])
    with pytest.raises(PictureError, match="webp files are read, but not written; save it as PNG first"):
        upscale_stored(webp, tmp_path / "y.webp", BICUBIC)
    five = write(tmp_path / "x.tif", np.dstack((BYTES, BYTES[..., :1])))
    with pytest.raises(PictureError, match="of 5 channels cannot be made larger; save it as RGB"):
        upscale_stored(five, tmp_path / "y.tif", BICUBIC)
    broken = write(tmp_path / "b.png", BYTES)
    broken.write_bytes(broken.read_bytes()[:200])
    with pytest.raises(PictureError, match="corrupt, truncated or misnamed"):
        upscale_stored(broken, tmp_path / "y.png", BICUBIC)
    assert not list(tmp_path.glob("y*"))
