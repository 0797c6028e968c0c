"""SkyFinder's cameras and masks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from skymatte.datasets.catalogue import list_catalogue, read_catalogue, recognise
from skymatte.datasets.skyfinder import decode
from skymatte.errors import LabelError
from tests.datasets.public_trees import classes, expected, write_numbers, write_picture, write_skyfinder


def test_a_camera_is_a_place_and_shares_its_mask(tmp_path: Path) -> None:
    listing = list_catalogue(write_skyfinder(tmp_path))
    assert [(entry.name, entry.place) for entry in listing.entries] == [
        ("858_20130617_101231", "858"),
        ("858_20130617_111231", "858"),
        ("858_20130617_121231", "858"),
        ("10870_20130617_101231", "10870"),
        ("10870_20130617_111231", "10870"),
    ]
    assert {entry.label for entry in listing.entries if entry.place == "858"} == {
        tmp_path / "skyfinder_masks" / "858.png"
    }
    assert all(entry.split is None for entry in listing.entries)
    assert listing.notes == ("left out 1 camera(s) without a mask: 4795", "left out 1 mask(s) without frames: 65")


@pytest.mark.parametrize("masks", [".", "masks", "masks/skyfinder_masks"])
def test_masks_may_stand_elsewhere(masks: str, tmp_path: Path) -> None:
    assert len(read_catalogue(write_skyfinder(tmp_path, masks))) == 5


def test_a_mask_beside_its_frames_is_no_frame(tmp_path: Path) -> None:
    write_picture(tmp_path / "65" / "20130617_101231.jpg")
    mask = write_numbers(tmp_path / "65" / "65.png", classes(255, 0))
    (entry,) = read_catalogue(tmp_path)
    assert (entry.picture.name, entry.label) == ("20130617_101231.jpg", mask)


def test_archives_unpacked_into_folders_of_their_own_read(tmp_path: Path) -> None:
    write_picture(tmp_path / "images" / "65" / "65" / "20130617_101231.jpg")
    (tmp_path / "images" / "65" / "65" / "._20130617_101231.jpg").write_bytes(b"left by a file manager")
    write_numbers(tmp_path / "masks" / "65.png", classes(255, 0))
    assert [entry.name for entry in read_catalogue(tmp_path)] == ["65_20130617_101231"]


def test_an_empty_camera_is_said(tmp_path: Path) -> None:
    write_skyfinder(tmp_path)
    (tmp_path / "65").mkdir()
    assert list_catalogue(tmp_path).notes[1] == "left out 1 mask(s) without frames: 65"
    assert recognise(tmp_path).name == "SkyFinder"


def test_white_is_sky(tmp_path: Path) -> None:
    np.testing.assert_array_equal(decode(write_numbers(tmp_path / "1.png", classes(255, 0))), expected(void=False))
    np.testing.assert_array_equal(decode(write_numbers(tmp_path / "2.png", classes(128, 127))), expected(void=False))
    assert not decode(write_numbers(tmp_path / "3.png", classes(0, 0))).any()


def test_masks_on_another_scale_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"1\.png: its highest value is 1, where sky is white"):
        decode(write_numbers(tmp_path / "1.png", classes(1, 0)))
    cv2.imwrite(str(tmp_path / "2.png"), classes(255, 0).astype(np.uint16) * 257)
    with pytest.raises(LabelError, match=r"2\.png: a camera's mask has 8 bits"):
        decode(tmp_path / "2.png")
