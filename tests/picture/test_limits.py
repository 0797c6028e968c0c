"""What is refused: with a clear error, without noise, before anything large is allocated."""

from __future__ import annotations

import os
import resource
import struct
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import OpenEXR
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skymatte.errors import PictureError
from skymatte.picture.read import read
from tests.picture.exr_files import attribute, header_bytes, rgb, write, write_oiio

HALF_RGB = dict.fromkeys("RGB", (1, 1, 1))
SUFFIXES = [".exr", ".hdr", ".png", ".tif", ".jpg", ".webp"]


def rng() -> np.random.Generator:
    return np.random.default_rng(3)


def sample(folder: Path, suffix: str) -> bytes:
    """A small valid file of each format, noisy so that no part of it is redundant."""
    path = folder / f"sample{suffix}"
    if suffix == ".exr":
        write(path, rgb(rng(), 50, 40))
    else:
        dtype = {".hdr": "float", ".tif": "float"}.get(suffix, "uint8")
        write_oiio(path, rng().random((50, 40, 3), dtype=np.float32), dtype)
    return path.read_bytes()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("share", [0.02, 0.3, 0.7, 0.95])
def test_truncated_is_an_error(tmp_path: Path, suffix: str, share: float, capfd: pytest.CaptureFixture[str]) -> None:
    data = sample(tmp_path, suffix)
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(PictureError, match=r"cut"):
        read(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_empty_text_and_misnamed(tmp_path: Path, suffix: str, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"bad{suffix}"
    path.write_bytes(b"")
    with pytest.raises(PictureError, match="zero bytes"):
        read(path)
    path.write_text("This is a shopping list: milk, bread, a bag of skies.\n" * 20)
    with pytest.raises(PictureError, match="bad"):
        read(path)
    other = ".png" if suffix != ".png" else ".hdr"
    path.write_bytes(sample(tmp_path, other))
    with pytest.raises(PictureError, match="bad"):
        read(path)
    assert capfd.readouterr() == ("", "")


@settings(max_examples=150)
@given(
    suffix=st.sampled_from(SUFFIXES),
    damage=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6),
)
def test_damaged_bytes_give_a_picture_or_our_error(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, damage: list[tuple[float, int]]
) -> None:
    folder = tmp_path_factory.mktemp("damage")
    data = bytearray(sample(folder, suffix))
    for place, value in damage:
        data[int(place * len(data))] = value
    path = folder / f"damaged{suffix}"
    path.write_bytes(data)
    try:
        picture = read(path)
    except PictureError as error:
        words = str(error)
    else:
        assert np.isfinite(picture.pixels).all()
        assert picture.pixels.min() >= 0
        return
    assert str(path) in words


def test_corrupt_pixels_name_the_rows(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    data = bytearray(sample(tmp_path, ".exr"))
    data[1000:1300] = bytes(300)  # inside the first chunk
    path = tmp_path / "a.exr"
    path.write_bytes(data)
    with pytest.raises(PictureError, match=r"a\.exr: rows 0–49 cannot be decoded"):
        read(path)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "window",
    [(0, 0, 99_999, 99_999), (0, 0, 2**31 - 1, 0), (-(2**31), -(2**31), 2**31 - 1, 2**31 - 1), (5, 5, 4, 9)],
)
def test_absurd_exr_headers(tmp_path: Path, window: tuple[int, int, int, int]) -> None:
    path = tmp_path / "a.exr"
    path.write_bytes(header_bytes(HALF_RGB, window, compression=3) + bytes(40))
    with pytest.raises(PictureError, match="the header says"):
        read(path)


@pytest.mark.parametrize("compression", range(14))
def test_impossible_sizes_allocate_nothing(tmp_path: Path, compression: int) -> None:
    """A small file that claims 20000×10000 pixels, in a process that may not have the memory for them."""
    path = tmp_path / "a.exr"
    head = header_bytes(HALF_RGB, (0, 0, 19_999, 9_999), compression=compression)
    lines = 9_999 // 256 + 1  # one chunk's leader is enough for the largest chunks
    offsets = struct.pack("<Q", len(head) + 8 * lines) * lines
    path.write_bytes(head + offsets + struct.pack("<ii", 0, 5) + b"\0" * 5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PictureError):
        read(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB


def png_header(width: int, height: int) -> bytes:
    import zlib

    ihdr = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + ihdr + struct.pack(">I", zlib.crc32(ihdr))


@pytest.mark.parametrize("size", [(60_000, 60_000), (20_000, 10_000)])
def test_absurd_png_and_hdr_headers(tmp_path: Path, size: tuple[int, int]) -> None:
    width, height = size
    png, hdr = tmp_path / "a.png", tmp_path / "a.hdr"
    data = b"IDAT" + b"x" * 50
    png.write_bytes(png_header(width, height) + struct.pack(">I", 50) + data + bytes(4))
    hdr.write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n" + f"-Y {height} +X {width}\n".encode() + bytes(60))
    for path in (png, hdr):
        with pytest.raises(PictureError, match=r"(header (says|claims)|claimed to be)"):
            read(path)


def test_missing_folder_and_unknown(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="no such file"):
        read(tmp_path / "nothing.exr")
    (tmp_path / "folder.exr").mkdir()
    with pytest.raises(PictureError, match="is a folder"):
        read(tmp_path / "folder.exr")
    (tmp_path / "a.docx").write_bytes(b"x")
    with pytest.raises(PictureError, match=r"'\.docx'|\.docx are not known"):
        read(tmp_path / "a.docx")


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable(tmp_path: Path) -> None:
    path = write(tmp_path / "a.exr", rgb(rng(), 4, 4))
    path.chmod(0)
    with pytest.raises(PictureError, match="permission denied"):
        read(path)


def test_unreadable_whoever_runs_the_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path / "a.exr", rgb(rng(), 4, 4))
    monkeypatch.setattr(Path, "open", denied)
    with pytest.raises(PictureError, match="permission denied"):
        read(path)


def test_alpha_only_and_no_colours(tmp_path: Path) -> None:
    alpha = rgb(rng(), 4, 4)["R"]
    for channels in ({"A": alpha}, {"Z": alpha, "id": alpha}):
        with pytest.raises(PictureError, match=r"no colour channels \(R, G, B or Y\)"):
            read(write(tmp_path / "a.exr", channels))


def test_deep_is_refused_and_named(tmp_path: Path) -> None:
    samples = np.empty((3, 4), dtype=object)
    for index in np.ndindex(3, 4):
        samples[index] = np.arange(1 + sum(index), dtype=np.float32)
    channels = dict.fromkeys(["R", "G", "B", "A", "Z"], samples)
    path = tmp_path / "deep.exr"
    write(path, channels, type=OpenEXR.deepscanline, compression=OpenEXR.ZIPS_COMPRESSION)
    with pytest.raises(PictureError, match="deep data"):
        read(path)


def test_part_that_declares_too_many_chunks(tmp_path: Path) -> None:
    more = attribute("chunkCount", "int", struct.pack("<i", 2**31 - 1))
    path = tmp_path / "a.exr"
    path.write_bytes(header_bytes(HALF_RGB, (0, 0, 9, 9), more=more) + bytes(100))
    with pytest.raises(PictureError, match="incomplete"):
        read(path)


def test_an_8k_panorama_needs_less_than_a_gibibyte(tmp_path: Path) -> None:
    """8192×4096, half, read in a process of its own; measured as that process's peak.

    Not by ``ru_maxrss``: that counts what the parent held when it forked.
    """
    plane = np.exp(np.random.default_rng(0).normal(size=(4096, 64))).astype(np.float16).repeat(128, axis=1)
    path = write(tmp_path / "8k.exr", dict.fromkeys("RGB", plane))
    code = f"""
        import re
        from pathlib import Path
        from skymatte.picture.read import read
        picture = read({str(path)!r})
        assert picture.pixels.shape == (4096, 8192, 3)
        print(re.search("VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1])
    """
    result = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert int(result.stdout) < 800 * 1024  # kB; the pixels themselves are 384 MiB
