"""ADE20K: the challenge's 150 classes, and the whole of it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.ade20k import decode, decode_segments
from skymatte.datasets.catalogue import list_catalogue, read_catalogue
from skymatte.datasets.sources import read_source
from skymatte.errors import LabelError, PictureError
from skymatte.picture.model import Projection
from skymatte.picture.oiio import write_png8
from tests.datasets.public_trees import (
    classes,
    expected,
    segments,
    write_ade20k_challenge,
    write_ade20k_whole,
    write_numbers,
    write_picture,
)


def test_the_challenge(tmp_path: Path) -> None:
    train, val = read_catalogue(write_ade20k_challenge(tmp_path))
    assert (train.name, train.split, train.place) == ("ADE_train_00000001", "train", "ADE_train_00000001")
    assert (val.name, val.split) == ("ADE_val_00000001", "val")
    assert train.label is not None
    np.testing.assert_array_equal(decode(train.label), expected())


def test_other_class_numbers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"a\.png: holds the class 255, where classes go from 0 to 150"):
        decode(write_numbers(tmp_path / "a.png", classes(2, 1, 255)))  # shifted by one, as some tools save them


def test_a_photograph_twice_as_wide_is_no_panorama(tmp_path: Path) -> None:
    write_picture(tmp_path / "images" / "training" / "ADE_train_1.jpg", 8, 16)
    write_numbers(tmp_path / "annotations" / "training" / "ADE_train_1.png", np.full((8, 16), 3, np.uint8))
    (entry,) = read_catalogue(tmp_path)
    assert read_source(entry).projection is Projection.PERSPECTIVE


def test_the_whole(tmp_path: Path) -> None:
    listing = list_catalogue(write_ade20k_whole(tmp_path))
    (entry,) = listing.entries
    assert (entry.name, entry.split) == ("ADE_train_00016869", "train")
    assert entry.label is not None
    np.testing.assert_array_equal(decode_segments(entry.label), expected())
    assert listing.notes == ("left out 1 picture(s) without _seg.png: ADE_val_00000002",)


@given(st.lists(st.sampled_from([0, 1, 312, 2419, 2420, 2421, 2855, 3688]) | st.integers(0, 3688), min_size=1))
def test_segments_hold_classes_in_red_and_green(tmp_path_factory: pytest.TempPathFactory, numbers: list[int]) -> None:
    path = tmp_path_factory.mktemp("segments") / "a_seg.png"
    write_png8(path, segments(np.array([numbers], np.int32), instance=201))
    meant = [255 if number == 2420 else 128 if number == 0 else 0 for number in numbers]
    np.testing.assert_array_equal(decode_segments(path), np.array([meant], np.uint8))


def test_segments_must_be_colours(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"a_seg\.png: is no 8-bit RGB picture"):
        decode_segments(write_numbers(tmp_path / "a_seg.png", classes(3, 2)))
    cv2.imwrite(str(tmp_path / "b_seg.png"), np.zeros((2, 2, 3), np.uint16))
    with pytest.raises(LabelError, match=r"b_seg\.png: is no 8-bit RGB picture"):
        decode_segments(tmp_path / "b_seg.png")
    (tmp_path / "c_seg.png").write_bytes(b"")
    with pytest.raises(PictureError, match=r"c_seg\.png: is empty"):
        decode_segments(tmp_path / "c_seg.png")
