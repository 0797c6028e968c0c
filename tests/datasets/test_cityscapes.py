"""Cityscapes as it unpacks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.catalogue import list_catalogue, read_catalogue
from skymatte.datasets.cityscapes import decode
from skymatte.errors import DatasetError, LabelError
from tests.datasets.public_trees import classes, expected, write_cityscapes, write_numbers, write_picture

NAMED_VOID = ("unlabeled", "ego vehicle", "rectification border", "out of roi", "static", "dynamic", "ground")
"""Labels of the category void by id, as labels.py of cityscapesScripts lists them."""


def test_cities_are_places(tmp_path: Path) -> None:
    listing = list_catalogue(write_cityscapes(tmp_path))
    assert [(entry.name, entry.split, entry.place) for entry in listing.entries] == [
        ("aachen_000000_000019", "train", "aachen"),
        ("munster_000000_000019", "val", "munster"),
    ]
    assert listing.notes == ("left out the split test: its labels are not published",)
    label = listing.entries[0].label
    assert label is not None
    np.testing.assert_array_equal(decode(label), expected())


@given(st.integers(0, 33))
def test_each_class_means_one_thing(tmp_path_factory: pytest.TempPathFactory, number: int) -> None:
    path = write_numbers(tmp_path_factory.mktemp("ids") / "a.png", np.full((2, 3), number, np.uint8))
    meant = 255 if number == 23 else 128 if number < len(NAMED_VOID) else 0
    np.testing.assert_array_equal(decode(path), np.full((2, 3), meant, np.uint8))


def test_train_ids_are_refused(tmp_path: Path) -> None:
    """In train ids sky is 10 and void 255: read as ids they would say that nothing is sky."""
    with pytest.raises(LabelError, match=r"a\.png: holds the class 255.*not one of another numbering"):
        decode(write_numbers(tmp_path / "a.png", classes(10, 0, 255)))


def test_missing_files_are_said(tmp_path: Path) -> None:
    write_cityscapes(tmp_path)
    (tmp_path / "leftImg8bit" / "val" / "munster" / "munster_000000_000019_leftImg8bit.png").unlink()
    write_picture(tmp_path / "leftImg8bit" / "train" / "aachen" / "aachen_000001_000019_leftImg8bit.png")
    listing = list_catalogue(tmp_path)
    assert listing.notes[0] == "left out 1 picture(s) without a label: aachen_000001_000019"
    with pytest.raises(DatasetError, match=r"munster_000000_000019_gtFine_labelIds\.png: has no picture"):
        read_catalogue(tmp_path)
