"""Street scenes with their classes, from both layouts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skymatte.datasets.street_classes import STREET_CLASSES, VOID
from skymatte.datasets.streets import read_streets, street_classes
from skymatte.errors import DatasetError, LabelError, PictureError
from skymatte.picture.oiio import write_png8, write_png16
from tests.datasets.street_trees import scene, write_camvid_streets, write_cityscapes_streets


def named(layout: str, numbers: np.ndarray) -> np.ndarray:
    names = np.array([*STREET_CLASSES[layout].names, "void"])
    return np.asarray(names[np.minimum(numbers, len(names) - 1)])


@pytest.mark.parametrize(
    ("layout", "write", "words"),
    [
        ("CamVid", write_camvid_streets, ["sky", "building", "road", "car", "void"]),
        ("Cityscapes", write_cityscapes_streets, ["sky", "building", "road", "car", "void"]),
    ],
)
def test_both_layouts_give_pictures_and_classes_by_name(tmp_path: Path, layout: str, write, words: list[str]) -> None:  # type: ignore[no-untyped-def]
    folder = write(tmp_path)
    (street, *_), classes = read_streets(folder, "val"), street_classes(folder)
    picture, parts = scene(int(street.name.rpartition("_")[2]))
    assert np.array_equal(street.picture, picture)
    assert np.array_equal(named(layout, street.classes), np.array(words)[parts])
    assert classes.names[classes.sky] == "sky"


def test_cityscapes_learns_the_nineteen_classes_that_are_evaluated(tmp_path: Path) -> None:
    """Train ids 0–18 of labels.py: road 0, sky 10, bicycle 18; everything else is void."""
    classes = STREET_CLASSES["Cityscapes"]
    assert (len(classes.names), classes.names[0], classes.sky, classes.names[18]) == (19, "road", 10, "bicycle")
    path = tmp_path / "ids.png"
    write_png8(path, np.arange(34, dtype=np.uint8)[None])
    void = {0, 1, 2, 3, 4, 5, 6, 9, 10, 14, 15, 16, 18, 29, 30}
    read = classes.read(path)[0]
    assert {number for number in range(34) if read[number] == VOID} == void
    assert sorted(read[read != VOID].tolist()) == list(range(19))


def test_splits_are_those_of_the_folder(tmp_path: Path) -> None:
    folder = write_camvid_streets(tmp_path)
    assert [len(read_streets(folder, split)) for split in ("train", "val", "test")] == [4, 2, 2]
    with pytest.raises(DatasetError, match="holds no pictures of the split trian"):
        read_streets(folder, "trian")


def test_pictures_are_shrunk_and_cut_on_demand(tmp_path: Path) -> None:
    (street, *_) = read_streets(write_camvid_streets(tmp_path), "val", height=25, multiple=4)
    assert street.picture.shape == (24, 32, 3)
    assert street.classes.shape == (24, 32)
    assert set(np.unique(street.classes)) <= {0, 1, 3, 8, VOID}


def test_labels_of_another_numbering_are_refused(tmp_path: Path) -> None:
    folder = write_camvid_streets(tmp_path)
    path = folder / "valannot" / "drive_10.png"
    write_png8(path, np.full((48, 64), 12, np.uint8))
    with pytest.raises(LabelError, match=r"drive_10\.png: is no label file with classes from 0 to 11"):
        read_streets(folder, "val")
    write_png16(path, np.zeros((48, 64), np.uint16))
    with pytest.raises(LabelError, match="in 8 bits"):
        read_streets(folder, "val")
    write_png8(path, np.zeros((47, 64), np.uint8))
    with pytest.raises(LabelError, match=r"is 64×47 px, its picture 64×48"):
        read_streets(folder, "val")


def test_pictures_of_16_bits_and_other_layouts_are_refused(tmp_path: Path) -> None:
    folder = write_camvid_streets(tmp_path / "streets")
    write_png16(folder / "val" / "drive_10.png", np.zeros((48, 64), np.uint16))
    with pytest.raises(PictureError, match=r"drive_10\.png: is no colour picture of 8 bits"):
        read_streets(folder, "val")
    plain = tmp_path / "plain"
    (plain / "pictures").mkdir(parents=True)
    (plain / "labels").mkdir()
    with pytest.raises(DatasetError, match="streets are learnt from CamVid or Cityscapes"):
        street_classes(plain)


def test_camvid_as_it_is(shared_data: Path) -> None:
    streets = read_streets(shared_data / "camvid", "val")
    assert len(streets) == 101
    assert {street.picture.shape for street in streets} == {(360, 480, 3)}
    assert set(np.unique(np.stack([street.classes for street in streets]))) == {*range(11), VOID}
