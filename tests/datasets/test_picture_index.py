"""Pictures found by name."""

from __future__ import annotations

from pathlib import Path

import pytest

from skymatte.datasets.picture_index import PictureIndex
from skymatte.errors import PictureError


def index(folder: Path, *names: str) -> PictureIndex:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return PictureIndex(folder)


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("a.jpg",), "one/a.exr"),
        (("images/a.png",), "one/a.exr"),
        (("a",), "one/a.exr"),
        (("a.exr.jpg",), "one/a.exr"),
        (("upload/0a1b2c3d-a.jpg", "upload/a.jpg"), "one/a.exr"),
        (("my_sky_(2).jpg",), "one/My sky (2).hdr"),
        (("my_sky_2.jpg",), "one/My sky (2).hdr"),
        (("one/same.jpg",), "one/same.hdr"),
        (("x/two/same.jpg",), "two/same.hdr"),
        (("beside.jpg",), "two/beside.exr"),
        (("img.v2.jpg",), "two/img.v2.tif"),
    ],
)
def test_found(tmp_path: Path, names: tuple[str, ...], found: str) -> None:
    files = ["one/a.exr", "one/My sky (2).hdr", "one/same.hdr", "two/same.hdr", "two/beside.exr", "two/beside.jpg"]
    pictures = index(tmp_path, *files, "two/img.v2.tif", "two/notes.txt")
    assert pictures.find(names) == tmp_path / found


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("b.jpg", "no picture in .* is called b"),
        ("same.jpg", "several pictures in .* may be same.jpg: one/same.hdr, two/same.hdr"),
        ("twin.jpg", "several pictures in .* may be twin.jpg: one/twin.exr, one/twin.hdr"),
    ],
)
def test_none_or_several(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(PictureError, match=said):
        index(tmp_path, "one/same.hdr", "two/same.hdr", "one/twin.exr", "one/twin.hdr").find((name,))


def test_hidden_files_are_no_pictures(tmp_path: Path) -> None:
    assert [path.name for path in index(tmp_path, "a.exr", ".b.exr", ".thumbs/c.jpg").pictures] == ["a.exr"]


def test_folders_without_pictures(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match="holds no pictures"):
        index(tmp_path, "notes.txt")
    with pytest.raises(PictureError, match="is no folder"):
        PictureIndex(tmp_path / "nowhere")
