"""Files that appear whole or not at all."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

from skymatte.errors import OutputError
from skymatte.picture.atomic import replacing
from skymatte.picture.exr_write import write_channels
from skymatte.picture.oiio import write_png8


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_appears_when_done(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    with replacing(target) as temporary:
        assert (temporary.parent, temporary.suffix) == (tmp_path, ".txt")
        assert temporary.name.startswith(".")
        temporary.write_text("new")
        assert target.read_text() == "old"
    assert target.read_text() == "new"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, SystemExit])
def test_any_exception_leaves_the_old_file_alone(tmp_path: Path, error: type[BaseException]) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def interrupted() -> None:
        with replacing(target) as temporary:
            temporary.write_text("half of the n")
            raise error

    with pytest.raises(error):
        interrupted()
    assert target.read_text() == "old"
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "quota"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "not writable"),
        (errno.EIO, "nothing was written"),
    ],
)
def test_trouble_of_the_disk_is_told_in_words(tmp_path: Path, number: int, words: str) -> None:
    target = tmp_path / "a.txt"

    def fail() -> None:
        with replacing(target):
            raise OSError(number, os.strerror(number))

    with pytest.raises(OutputError, match=words) as caught:
        fail()
    assert str(target) in str(caught.value)
    assert names(tmp_path) == []


def test_missing_folder_and_folder_in_the_way(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="folder does not exist"), replacing(tmp_path / "no" / "a.txt"):
        pass
    (tmp_path / "a.txt").mkdir()
    with pytest.raises(OutputError, match="a folder of that name"), replacing(tmp_path / "a.txt"):
        pass
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(OutputError, match="not writable"), replacing(tmp_path / "a.txt"):
            pass
    finally:
        tmp_path.chmod(0o755)


def test_permissions_follow_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        with replacing(tmp_path / "a.txt") as temporary:
            temporary.write_text("x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.txt").stat().st_mode & 0o777 == 0o640


def test_two_writers_of_one_file_do_not_collide(tmp_path: Path) -> None:
    with replacing(tmp_path / "a.txt") as first, replacing(tmp_path / "a.txt") as second:
        assert first != second
        first.write_text("1")
        second.write_text("2")
    assert names(tmp_path) == ["a.txt"]


@pytest.mark.parametrize(
    "call",
    [
        "write_channels(path / 'a.exr', {'Y': noise.astype('f4')})",
        "write_png8(path / 'a.png', noise)",
        "write_jpeg(path / 'a.jpg', np.dstack([noise] * 3))",
        "embed(source, path / 'b.exr', noise.astype('f4'))",
    ],
)
def test_a_full_disk(tmp_path: Path, call: str) -> None:
    """A limit on the size of files stands for the disk: the libraries' own writes fail half-way."""
    source, path = tmp_path / "source.exr", tmp_path / "out"
    path.mkdir()
    noise = np.random.default_rng(0).integers(0, 256, (400, 500)).astype(np.uint8)
    write_channels(source, {"Y": noise.astype(np.float32)})
    code = f"""
        import resource
        from pathlib import Path
        import numpy as np
        from skymatte.errors import OutputError
        from skymatte.picture.exr import embed
        from skymatte.picture.exr_write import write_channels
        from skymatte.picture.jpeg import write_jpeg
        from skymatte.picture.oiio import write_png8
        source, path = Path({str(source)!r}), Path({str(path)!r})
        noise = np.random.default_rng(0).integers(0, 256, (400, 500)).astype(np.uint8)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
        try:
            {call}
        except OutputError as error:
            print(error)
    """
    result = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True)
    assert "cannot be written" in result.stdout
    assert result.stderr == ""
    assert names(path) == []


def test_writers_leave_nothing_behind(tmp_path: Path) -> None:
    write_png8(tmp_path / "a.png", np.zeros((3, 3), np.uint8))
    with pytest.raises(TypeError):
        write_png8(tmp_path / "b.png", np.zeros((3, 3), np.float32))
    with pytest.raises(OutputError, match="no writer for the suffix"):
        write_png8(tmp_path / "c.unknown", np.zeros((3, 3), np.uint8))
    assert names(tmp_path) == ["a.png"]
