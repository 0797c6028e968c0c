"""Sequences of pictures and raw frames that are written."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import OpenEXR
import pytest

from skymatte.errors import OutputError
from skymatte.masks.files import read_matte
from skymatte.picture.color import REC709, Chromaticities
from skymatte.picture.read import read
from skymatte.video.draw import Drawn, Kind
from skymatte.video.frame import Frame, Transfer
from skymatte.video.sink import open_sink
from skymatte.video.sink_raw import RawSink
from skymatte.video.source import open_source
from skymatte.video.transfer import linear_light
from tests.video.numbered_clips import number, numbered
from tests.video.test_sink_stream import HEIGHT, INFO, WIDTH

P3: Chromaticities = (0.680, 0.320, 0.265, 0.690, 0.150, 0.060, 0.3127, 0.3290)


def noise(dtype: type[np.generic], *channels: int) -> np.ndarray[Any, Any]:
    shape = (HEIGHT, WIDTH, *channels)
    if dtype is np.float32:
        return np.random.default_rng(1).random(shape, np.float32) * 9
    return np.random.default_rng(1).integers(0, np.iinfo(cast("Any", dtype)).max + 1, shape, cast("Any", dtype))


def write_one(
    path: Path,
    pixels: np.ndarray[Any, Any],
    kind: Kind,
    transfer: Transfer = Transfer.SDR,
    primaries: Chromaticities = REC709,
) -> None:
    with open_sink(str(path), info=replace(INFO, transfer=transfer), kind=kind) as sink:
        sink.write(Frame(7, Fraction(7, 25), np.zeros((1, 1, 3), np.uint8), transfer, primaries), cast("Drawn", pixels))


@pytest.mark.parametrize("given", ["out/", "out/%06d.png"])
def test_pictures_are_numbered_by_their_frames(tmp_path: Path, given: str) -> None:
    """A frame that is missing leaves a gap."""
    with open_sink(f"{tmp_path}/{given}", info=INFO, kind=Kind.OVERLAY) as sink:
        for index in (0, 1, 3):
            sink.write(Frame(index, Fraction(index, 25), numbered(index)), numbered(index))
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["000000.png", "000001.png", "000003.png"]
    with open_source(str(tmp_path / "out")) as source:
        assert [number(frame.pixels) for frame in source] == [0, 1, 3]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize(("kind", "channels"), [(Kind.MATTE, ()), (Kind.OVERLAY, (3,)), (Kind.ALPHA, (4,))])
def test_png_holds_the_numbers_as_they_are(tmp_path: Path, dtype: type[np.generic], kind: Kind, channels: Any) -> None:
    drawn = noise(dtype, *channels)
    write_one(tmp_path / "%d.png", drawn, kind)
    back = cv2.imread(str(tmp_path / "7.png"), cv2.IMREAD_UNCHANGED)
    assert back is not None
    order = [[], [2, 1, 0], [2, 1, 0, 3]][{(): 0, (3,): 1, (4,): 2}[channels]]
    assert back.dtype == dtype
    assert np.array_equal(back[..., order] if order else back, drawn)


def test_jpeg_is_close(tmp_path: Path) -> None:
    drawn = cv2.GaussianBlur(numbered(5), (9, 9), 0)
    write_one(tmp_path / "%d.jpg", drawn, Kind.OVERLAY)
    back = cv2.imread(str(tmp_path / "7.jpg"))
    assert back is not None
    assert np.abs(back[..., ::-1].astype(int) - drawn).mean() < 3


@pytest.mark.parametrize(("transfer", "dtype"), [("sdr", np.uint8), ("pq", np.uint16), ("hlg", np.uint16)])
@pytest.mark.parametrize("suffix", [".exr", ".tif"])
def test_linear_formats_hold_linear_light(tmp_path: Path, transfer: str, dtype: type[np.generic], suffix: str) -> None:
    drawn = noise(dtype, 3)
    write_one(tmp_path / f"%d{suffix}", drawn, Kind.OVERLAY, Transfer(transfer))
    light = linear_light(cast("Any", drawn), Transfer(transfer))
    np.testing.assert_allclose(read(tmp_path / f"7{suffix}").pixels, light, rtol=1e-3, atol=1e-4)


def test_the_display_version_of_linear_frames_is_decoded_from_srgb(tmp_path: Path) -> None:
    drawn = noise(np.uint8, 3)
    write_one(tmp_path / "%d.exr", drawn, Kind.OVERLAY, Transfer.LINEAR)
    light = linear_light(cast("Any", drawn), Transfer.SDR)
    np.testing.assert_allclose(read(tmp_path / "7.exr").pixels, light, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("suffix", [".exr", ".tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_mattes_in_linear_formats_are_fractions(tmp_path: Path, suffix: str, dtype: type[np.generic]) -> None:
    drawn = noise(dtype)
    write_one(tmp_path / f"%d{suffix}", drawn, Kind.MATTE)
    path = tmp_path / f"7{suffix}"
    back = read_matte(path) if suffix == ".exr" else read(path).pixels[..., 0]
    np.testing.assert_allclose(back, drawn / np.iinfo(cast("Any", dtype)).max, atol=5e-4)


@pytest.mark.parametrize(("dtype", "transfer"), [(np.uint16, Transfer.PQ), (np.float32, Transfer.LINEAR)])
def test_alpha_in_exr_is_associated_and_primaries_are_said(
    tmp_path: Path, dtype: type[np.generic], transfer: Transfer
) -> None:
    drawn = noise(dtype, 4)
    if dtype is np.float32:
        drawn = drawn / 9
    write_one(tmp_path / "%d.exr", drawn, Kind.ALPHA, transfer, P3)
    with OpenEXR.File(str(tmp_path / "7.exr"), separate_channels=True) as file:
        planes = {name: np.asarray(channel.pixels) for name, channel in file.channels().items()}
        assert file.header()["chromaticities"] == pytest.approx(P3)
    if dtype is np.float32:  # is drawn so already
        expected = drawn
    else:
        alpha = drawn[..., 3:] / 65535
        expected = np.concatenate([linear_light(cast("Any", drawn[..., :3]), transfer) * alpha, alpha], axis=2)
    for index, name in enumerate("RGBA"):
        np.testing.assert_allclose(planes[name], expected[..., index], rtol=1e-3, atol=1e-4)


def test_a_folder_of_linear_alpha_is_exr(tmp_path: Path) -> None:
    write_one(tmp_path, noise(np.float32, 4), Kind.ALPHA, Transfer.LINEAR)
    assert [path.name for path in tmp_path.iterdir()] == ["000007.exr"]


@pytest.mark.parametrize(
    ("name", "kind", "dtype", "channels", "what"),
    [
        ("%d.bmp", Kind.MASK, np.uint8, (), "'.bmp' cannot be written"),
        ("%d.jpg", Kind.ALPHA, np.uint8, (4,), "without alpha"),
        ("%d.tif", Kind.ALPHA, np.uint8, (4,), "without alpha"),
        ("%d.jpg", Kind.OVERLAY, np.uint16, (3,), "8 bits, the frames have more"),
        ("%d.png", Kind.ALPHA, np.float32, (4,), "no linear light"),
        ("%d.mp4", Kind.MASK, np.uint8, (), "'.mp4' cannot be written"),
    ],
)
def test_what_a_format_cannot_hold(
    tmp_path: Path, name: str, kind: Kind, dtype: type[np.generic], channels: tuple[int, ...], what: str
) -> None:
    with pytest.raises(OutputError, match=what):
        write_one(tmp_path / name, noise(dtype, *channels), kind)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(OutputError, match="the folder cannot be made"):
        open_sink(f"{tmp_path}/file/out/%d.png", info=INFO, kind=Kind.MASK)


def test_raw_frames_are_bytes_and_nothing_else() -> None:
    stream = io.BytesIO()
    drawn = [np.random.default_rng(k).integers(0, 65536, (5, 7, 3), np.uint16) for k in range(3)]
    with RawSink(stream) as sink:
        for index, pixels in enumerate(drawn):
            sink.write(Frame(index, Fraction(index), pixels), pixels[:, ::-1])
    assert stream.getvalue() == b"".join(np.ascontiguousarray(pixels[:, ::-1]).tobytes() for pixels in drawn)


def test_a_reader_that_leaves_is_told_of_without_a_traceback() -> None:
    """Through a real pipe whose other end reads one frame and goes."""
    code = (
        "import sys, numpy as np\n"
        "from fractions import Fraction\n"
        "from skymatte.errors import OutputError\n"
        "from skymatte.video.draw import Kind\n"
        "from skymatte.video.frame import Frame\n"
        "from skymatte.video.sink import open_sink\n"
        "from tests.video.test_sink_stream import INFO\n"
        "p = np.zeros((480, 640, 3), np.uint8)\n"
        "try:\n"
        "    with open_sink('-', info=INFO, kind=Kind.OVERLAY) as sink:\n"
        "        for k in range(50):\n"
        "            sink.write(Frame(k, Fraction(k, 25), p), p)\n"
        "except OutputError as error:\n"
        "    print(error, file=sys.stderr)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.read(640 * 480 * 3) == bytes(640 * 480 * 3)
        process.stdout.close()
        assert process.stderr.read().decode().strip() == "-: the program that reads the frames has gone"
    assert process.returncode == 0
