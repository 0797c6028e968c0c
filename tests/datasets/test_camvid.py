"""CamVid in the SegNet layout."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from skymatte.datasets.camvid import decode
from skymatte.datasets.catalogue import list_catalogue, read_catalogue
from skymatte.datasets.sources import read_source
from skymatte.errors import LabelError
from skymatte.picture.model import Projection
from tests.datasets.public_trees import classes, expected, write_camvid, write_numbers, write_picture


def test_frames_keep_their_split_and_drive(tmp_path: Path) -> None:
    entries = read_catalogue(write_camvid(tmp_path))
    assert [(entry.name, entry.split, entry.place) for entry in entries] == [
        ("0001TP_006690", "train", "0001TP"),
        ("0016E5_08640", "train", "0016E5"),
        ("0016E5_07959", "val", "0016E5"),
        ("Seq05VD_f00000", "test", "Seq05VD"),
    ]
    assert {(entry.stratum, entry.projection, entry.licence) for entry in entries} == {
        ("video", Projection.PERSPECTIVE, None)
    }
    np.testing.assert_array_equal(decode(tmp_path / "trainannot" / "0001TP_006690.png"), expected())


def test_a_part_of_the_set_is_enough(tmp_path: Path) -> None:
    write_picture(tmp_path / "val" / "0016E5_07959.png")
    write_numbers(tmp_path / "valannot" / "0016E5_07959.png", classes(0, 3))
    assert [entry.split for entry in read_catalogue(tmp_path)] == ["val"]


def test_what_does_not_pair_is_said(tmp_path: Path) -> None:
    write_camvid(tmp_path)
    (tmp_path / "train" / "0001TP_006690.png").unlink()
    write_picture(tmp_path / "val" / "0016E5_99999.png")
    listing = list_catalogue(tmp_path)
    assert len(listing.entries) == 3
    assert listing.problems[0].startswith(f"{tmp_path / 'trainannot' / '0001TP_006690.png'}: has no picture")
    assert "without a label: 0016E5_99999" in listing.notes[0]


@pytest.mark.parametrize("number", [12, 128, 255])
def test_other_class_numbers_are_refused(number: int, tmp_path: Path) -> None:
    label = write_numbers(tmp_path / "frame.png", classes(0, 3, number))
    with pytest.raises(LabelError, match=rf"frame\.png: holds the class {number}, where classes go from 0 to 11"):
        decode(label)


def test_16_bit_class_numbers_are_refused(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "frame.png"), classes(0, 3).astype(np.uint16))
    with pytest.raises(LabelError, match=r"frame\.png: class labels have 8 bits"):
        decode(tmp_path / "frame.png")


def test_the_shared_frames(shared_data: Path) -> None:
    """Split sizes are those that the SegNet paper gives (section 4.1: 367 training and 233 testing frames)."""
    entries = read_catalogue(shared_data / "camvid")
    counts = {split: sum(entry.split == split for entry in entries) for split in ("train", "val", "test")}
    assert counts == {"train": 367, "val": 101, "test": 233}
    for entry in entries[:: len(entries) // 4]:
        source = read_source(entry)
        numbers = cv2.imread(str(entry.label), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(source.sky == 1, numbers == 0)
        np.testing.assert_array_equal(source.ignore == 1, numbers == 11)
        light = source.pixels.mean(-1)
        assert np.median(light[numbers == 0]) > np.median(light[numbers == 3])  # sky over road
