"""Which file belongs to which."""

from __future__ import annotations

from pathlib import Path

import pytest

from skymatte.errors import LabelError
from skymatte.masks.matching import match, stem_of


def folder(path: Path, *names: str) -> Path:
    path.mkdir()
    for name in names:
        (path / name).touch()
    return path


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("a.png", "a"),
        ("a.mask.png", "a"),
        ("a.matte.exr", "a"),
        ("a.matte.png", "a"),
        ("A.MASK.PNG", "A"),
        ("a.b.mask.png", "a.b"),
        ("0001.exr", "0001"),
    ],
)
def test_stems(name: str, stem: str) -> None:
    assert stem_of(Path(name)) == stem


def test_outputs_of_a_batch_meet_their_labels(tmp_path: Path) -> None:
    results = folder(
        tmp_path / "out",
        *("a.mask.png", "a.matte.exr", "a.overlay.jpg", "a.sky.json", "a.cutout.exr", "a.view.png", ".a.123.png"),
        *("b.matte.png", "c.png", "d.mask.png", "d.exr", "e.exr"),
    )
    labels = folder(tmp_path / "labels", *(f"{stem}.png" for stem in "abcde"), "a.exr")
    matches = match(results, labels)
    assert matches.missing == {}
    names = {pair.name: (pair.prediction.name, pair.matte and pair.matte.name) for pair in matches.pairs}
    assert names == {
        "a": ("a.mask.png", "a.matte.exr"),
        "b": ("b.matte.png", "b.matte.png"),
        "c": ("c.png", None),
        "d": ("d.mask.png", None),  # d.exr is more likely the picture
        "e": ("e.exr", "e.exr"),
    }
    assert all(pair.label == labels / f"{pair.name}.png" for pair in matches.pairs)


def test_what_has_no_counterpart_is_reported(tmp_path: Path) -> None:
    matches = match(folder(tmp_path / "out", "a.mask.png", "b.mask.png"), folder(tmp_path / "labels", "b.png", "c.png"))
    assert [pair.name for pair in matches.pairs] == ["b"]
    assert matches.missing.keys() == {"a", "c"}
    assert "a.mask.png: no label" in matches.missing["a"]
    assert "c.png: no prediction" in matches.missing["c"]


def test_a_file_and_a_folder(tmp_path: Path) -> None:
    results = folder(tmp_path / "out", "a.mask.png", "b.mask.png")
    labels = folder(tmp_path / "labels", "a.png", "b.png", "c.png")
    for matches in (match(results / "a.mask.png", labels), match(results, labels / "a.png")):
        assert [pair.name for pair in matches.pairs] == ["a"]
        assert matches.missing == {}


def test_two_files_need_no_common_name(tmp_path: Path) -> None:
    files = folder(tmp_path / "out", "mine.mask.png", "truth.png")
    (pair,) = match(files / "mine.mask.png", files / "truth.png").pairs
    assert (pair.name, pair.prediction.name, pair.label.name) == ("truth", "mine.mask.png", "truth.png")


def test_nothing_to_compare_is_an_error(tmp_path: Path) -> None:
    empty, other = folder(tmp_path / "empty", "a.txt"), folder(tmp_path / "labels", "a.png")
    with pytest.raises(LabelError, match="holds no PNG or EXR"):
        match(empty, other)
    with pytest.raises(LabelError, match="no such file or folder"):
        match(other, tmp_path / "missing")
    with pytest.raises(LabelError, match=r"a\.txt: is neither PNG nor EXR"):
        match(empty / "a.txt", other)
