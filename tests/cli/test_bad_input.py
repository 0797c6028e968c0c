"""Bad input through the command line: a clear error or an honest result, no traceback, nothing lost."""

from __future__ import annotations

import os
import resource
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import OpenEXR
import OpenImageIO
import pytest
from numpy.typing import NDArray

from tests.cli.run import names, segment, summary
from tests.scenery import pixels, read_values, write_exr, write_other


def refused(tmp_path: Path, picture: Path, *options: object) -> str:
    """The one-line error of a picture that cannot be used; asserts that nothing else came of it."""
    result = segment(tmp_path, picture, "-o", tmp_path / "out", *options)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr.startswith("error: ")
    assert result.stderr.count("\n") == 1
    assert "unexpected" not in result.stderr
    assert not (tmp_path / "out").exists() or names(tmp_path / "out") == []
    return result.stderr


def mask_of(tmp_path: Path, picture: Path) -> NDArray[np.float32]:
    """The mask of an odd but usable picture; asserts that all outputs could be written."""
    out = tmp_path / "out"
    code, found = summary(tmp_path, picture, "-o", out, "--write", "mask,matte,overlay,embed,cutout,view")
    assert code == 0, found
    assert len(found["pictures"][0]["outputs"]) == 7
    return read_values(out / f"{picture.stem}.mask.png")[..., 0]


def written(path: Path) -> Path:
    return write_exr(path) if path.suffix == ".exr" else write_other(path, pixels() / np.float32(5))


@pytest.mark.parametrize("suffix", [".exr", ".hdr", ".png"])
@pytest.mark.parametrize("share", [0.02, 0.6])
def test_a_truncated_file(tmp_path: Path, suffix: str, share: float) -> None:
    path = written(tmp_path / f"x{suffix}")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    assert f"x{suffix}" in refused(tmp_path, path)


@pytest.mark.parametrize("suffix", [".exr", ".png"])
def test_a_corrupt_file(tmp_path: Path, suffix: str) -> None:
    path = written(tmp_path / f"x{suffix}")
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 400] = bytes(range(200)) * 2
    path.write_bytes(content)
    assert f"x{suffix}" in refused(tmp_path, path)


@pytest.mark.parametrize("suffix", [".exr", ".hdr", ".png", ".jpg", ".tif"])
def test_a_file_without_content(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"x{suffix}"
    path.touch()
    assert "empty" in refused(tmp_path, path)


@pytest.mark.parametrize("name", ["x.exr", "x.hdr", "x.txt"])
def test_a_text_file(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("These are words, not light.\n" * 20)
    assert name in refused(tmp_path, path)


def test_an_absurd_exr_size_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "x.exr")
    small, huge = (struct.pack("<4i", 0, 0, *corner) for corner in ((95, 63), (2**30, 2**30)))
    content = path.read_bytes()
    assert content.count(small) == 2
    path.write_bytes(content.replace(small, huge))
    with memory_limit():
        assert "x.exr" in refused(tmp_path, path)


def test_an_absurd_png_size_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = struct.pack(">2I5B", 2**30, 2**30, 8, 2, 0, 0, 0)
    path = tmp_path / "x.png"
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )
    with memory_limit():
        assert "x.png" in refused(tmp_path, path)


def test_an_absurd_hdr_size_is_refused_before_memory_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "x.hdr"
    path.write_bytes(b"#?RADIANCE\nFORMAT=32-bit_rle_rgbe\n\n-Y 1000000000 +X 1000000000\n" + b"\x02\x02\x10\x10" * 99)
    with memory_limit():
        assert "x.hdr" in refused(tmp_path, path)


@contextmanager
def memory_limit() -> Iterator[None]:
    """Let no allocation of more than a gigabyte succeed."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    with Path("/proc/self/statm").open() as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 30), before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def test_a_deep_exr(tmp_path: Path) -> None:
    spec = OpenImageIO.ImageSpec(4, 4, 4, "half")
    spec.channelnames = ("R", "G", "B", "A")
    spec.deep = True
    data = OpenImageIO.DeepData()
    data.init(16, 4, [OpenImageIO.TypeDesc("half")] * 4, ["R", "G", "B", "A"])
    for pixel in range(16):
        data.set_samples(pixel, 1)
    output = OpenImageIO.ImageOutput.create("deep.exr")
    assert output is not None
    assert output.open(str(tmp_path / "x.exr"), spec)
    assert output.write_deep_image(data)
    output.close()
    assert "deep" in refused(tmp_path, tmp_path / "x.exr")


@pytest.mark.parametrize("channels", ["Z", "A", "UV"])
def test_an_exr_without_colour(tmp_path: Path, channels: str) -> None:
    path = write_exr(tmp_path / "x.exr", pixels()[..., : len(channels)], channels)
    error = refused(tmp_path, path)
    assert all(channel in error for channel in channels)


def test_a_monochrome_exr(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "x.exr", pixels()[..., :1], "Y")
    mask = mask_of(tmp_path, path)
    assert mask[:28].all()
    assert not mask[36:].any()


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (7, 1), (1, 300), (1, 30000), (30000, 1)])
def test_thin_pictures(tmp_path: Path, height: int, width: int) -> None:
    path = write_exr(tmp_path / "x.exr", pixels(height, width))
    assert mask_of(tmp_path, path).shape == (height, width)


@pytest.mark.parametrize(
    ("value", "note"), [(0.0, None), (np.nan, "NaN"), (np.inf, "infinite"), (-1.0, "negative"), (3.0, None)]
)
def test_pictures_of_one_value(tmp_path: Path, value: float, note: str | None) -> None:
    path = write_exr(tmp_path / "x.exr", np.full((40, 60, 3), value, np.float32))
    mask = mask_of(tmp_path, path)
    assert mask.shape == (40, 60)
    assert (mask == mask[0, 0]).all()
    _, found = summary(tmp_path, path, "-o", tmp_path / "again")
    warnings = " ".join(found["pictures"][0]["warnings"])
    assert note is None or note in warnings


def test_a_missing_path(tmp_path: Path) -> None:
    assert "x.exr: no such file" in refused(tmp_path, tmp_path / "x.exr")


def test_a_folder_named_like_a_picture(tmp_path: Path) -> None:
    (tmp_path / "x.exr").mkdir()
    assert "no pictures in this folder" in refused(tmp_path, tmp_path / "x.exr")


def test_a_link_to_nowhere(tmp_path: Path) -> None:
    (tmp_path / "x.exr").symlink_to(tmp_path / "gone.exr")
    assert "x.exr" in refused(tmp_path, tmp_path / "x.exr")


def test_unreadable_pictures_and_read_only_folders(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "x.exr")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root may read and write everything")
    assert "x.exr" in refused(tmp_path, path)
    path.chmod(0o600)
    (tmp_path / "locked").mkdir(mode=0o500)
    result = segment(tmp_path, path, "-o", tmp_path / "locked")
    assert result.exit_code == 1
    assert "cannot be written to" in result.stderr


def test_an_output_folder_that_cannot_be_made(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "x.exr")
    (tmp_path / "file").touch()
    for folder, reason in ((tmp_path / "file" / "out", "is not a folder"), (tmp_path / "file", "is not a folder")):
        result = segment(tmp_path, path, "-o", folder)
        assert result.exit_code == 1
        assert reason in result.stderr
        assert "choose another folder with -o" in result.stderr


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="needs /proc, where nobody can write")
def test_an_output_folder_that_nobody_may_write_to(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "x.exr")
    result = segment(tmp_path, path, "-o", "/proc/skymatte")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: /proc")


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let every file end at ``size`` bytes: the next write fails as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("kind", ["mask", "matte", "overlay", "embed", "cutout", "view"])
def test_a_full_disk(tmp_path: Path, kind: str) -> None:
    noise = np.random.default_rng(0).lognormal(0, 2, (160, 240, 3)).astype(np.float32)
    path = write_exr(tmp_path / "x.exr", noise)
    out = tmp_path / "out"
    out.mkdir()
    (out / "x.sky.json").write_text("an earlier report")
    with full_disk(2500):
        result = segment(tmp_path, path, "-o", out, "--write", kind)
    assert isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code == 1
    assert result.stderr.startswith("error: ")
    assert "cannot be written" in result.stderr
    assert names(out) == ["x.sky.json"]
    assert (out / "x.sky.json").read_text() == "an earlier report"


def test_a_damaged_model(tmp_path: Path) -> None:
    path = write_exr(tmp_path / "x.exr")
    (tmp_path / "bad.onnx").write_bytes(b"nothing")
    result = segment(tmp_path, path, "--model", tmp_path / "bad.onnx")
    assert result.exit_code == 2
    assert "bad.onnx: no ONNX model" in result.stderr
    assert names(tmp_path) == ["bad.onnx", "bright.onnx", "x.exr"]


def test_a_strange_exr_header_does_not_crash(tmp_path: Path) -> None:
    """A data window far from the origin is fine; its mask has the size of the window."""
    header = {
        "compression": OpenEXR.ZIP_COMPRESSION,
        "type": OpenEXR.scanlineimage,
        "dataWindow": (np.array([-500, 900], np.int32), np.array([-405, 963], np.int32)),
        "displayWindow": (np.array([0, 0], np.int32), np.array([9, 9], np.int32)),
    }
    planes = {name: np.ascontiguousarray(pixels()[..., i]) for i, name in enumerate("RGB")}
    OpenEXR.File(header, planes).write(str(tmp_path / "x.exr"))
    assert mask_of(tmp_path, tmp_path / "x.exr").shape == (64, 96)
