"""Folders of labelled pictures: how they are told apart, and what is refused."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.catalogue import LAYOUTS, list_catalogue, place_of, read_catalogue, recognise
from skymatte.datasets.sources import read_source
from skymatte.errors import DatasetError, LabelError
from skymatte.picture.model import Projection
from tests.datasets.public_trees import (
    classes,
    write_ade20k_challenge,
    write_ade20k_whole,
    write_camvid,
    write_cityscapes,
    write_numbers,
    write_picture,
    write_skyfinder,
)
from tests.datasets.trees import write_manifest, write_row


def write_plain(folder: Path, *names: str) -> Path:
    for name in names:
        write_picture(folder / "pictures" / f"{name}.png")
        write_numbers(folder / "labels" / f"{name}.png", classes(255, 0, 128))
    return folder


def write_table(folder: Path) -> Path:
    return write_manifest(folder, [write_row(folder, "field")])


WRITERS: dict[str, Callable[[Path], Path]] = {
    "manifest": write_table,
    "plain": lambda folder: write_plain(folder, "a"),
    "Cityscapes": write_cityscapes,
    "ADE20K challenge": write_ade20k_challenge,
    "ADE20K": write_ade20k_whole,
    "CamVid": write_camvid,
    "SkyFinder": write_skyfinder,
}


def test_every_layout_has_a_tree() -> None:
    assert [layout.name for layout in LAYOUTS] == list(WRITERS)


@pytest.mark.parametrize("name", WRITERS)
def test_a_layout_is_recognised_and_each_entry_reads(name: str, tmp_path: Path) -> None:
    folder = WRITERS[name](tmp_path / "data")
    assert recognise(folder).name == name
    entries = read_catalogue(folder)
    assert len({entry.name for entry in entries}) == len(entries)
    for entry in pickle.loads(pickle.dumps(entries)):  # as a worker process gets them
        source = read_source(entry)
        assert source.name == entry.name
        assert "/" not in source.name
        assert source.sky[0].min() == 1
        assert source.sky[-2].max() == 0
    assert entries == read_catalogue(folder)


def test_a_folder_of_another_layout_is_told_what_was_looked_for(tmp_path: Path) -> None:
    write_picture(tmp_path / "holiday" / "beach.jpg")
    with pytest.raises(DatasetError) as error:
        read_catalogue(tmp_path / "holiday")
    assert "is no data set of a known layout; looked for manifest.csv" in str(error.value)
    assert all(layout.looked_for in str(error.value) for layout in LAYOUTS)


def test_a_folder_above_is_told_which_to_name(tmp_path: Path) -> None:
    write_plain(tmp_path / "mine", "a")
    write_camvid(tmp_path / "camvid")
    with pytest.raises(DatasetError, match=r"name one of the data sets in it: .*camvid, .*mine$"):
        read_catalogue(tmp_path)


def test_no_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="nowhere: no such folder"):
        read_catalogue(tmp_path / "nowhere")


def test_a_row_becomes_an_entry(tmp_path: Path) -> None:
    rows = [
        write_row(tmp_path, "lakeside_02_4k", licence="Apache-2.0", split="val", stratum="canopy"),
        write_row(tmp_path, "hall", label="", stratum="negative", split="", projection="perspective"),
    ]
    write_manifest(tmp_path, rows)
    lake, hall = read_catalogue(tmp_path)
    assert (lake.place, lake.split, lake.licence, lake.stratum) == ("lakeside", "val", "Apache-2.0", "canopy")
    assert (lake.picture, lake.label) == (
        tmp_path / "pictures" / "lakeside_02_4k.hdr",
        tmp_path / "labels" / "lakeside_02_4k.png",
    )
    assert (hall.label, hall.split, hall.projection) == (None, None, Projection.PERSPECTIVE)


def test_a_table_may_name_places_itself(tmp_path: Path) -> None:
    columns = ("picture", "label", "licence", "split", "projection", "stratum", "place")
    rows = [write_row(tmp_path, "north", place="harbour"), write_row(tmp_path, "south", place="")]
    write_manifest(tmp_path, rows, columns)
    assert [entry.place for entry in read_catalogue(tmp_path)] == ["harbour", "south"]


def test_a_table_with_a_byte_order_mark_reads(tmp_path: Path) -> None:
    table = write_table(tmp_path) / "manifest.csv"
    table.write_bytes(b"\xef\xbb\xbf" + table.read_bytes())
    assert [entry.name for entry in read_catalogue(tmp_path)] == ["field"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"picture,label\na.hdr,\n", r"manifest\.csv: lacks the column\(s\) licence, split, projection, stratum"),
        (b"", r"manifest\.csv: lacks the column\(s\) picture"),
        (b"picture,label,licence,split,projection,stratum\nm\xfchle.hdr,,,,,\n", r"manifest\.csv: is not UTF-8"),
        (b"picture,label,licence,split,projection,stratum\na.hdr,labels/a.png\n", r"the row of 'a' is shorter"),
        (b"picture,label,licence,split,projection,stratum\na.hdr,,,,cube,\n", "a: projection 'cube' is not one of"),
    ],
)
def test_a_wrong_table_is_named(content: bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.csv").write_bytes(content)
    with pytest.raises(LabelError, match=message):
        read_catalogue(tmp_path)


def test_duplicate_names_are_named(tmp_path: Path) -> None:
    rows = [write_row(tmp_path, "field"), write_row(tmp_path, "field")]
    write_manifest(tmp_path, rows)
    with pytest.raises(DatasetError, match=r"the name 'field' occurs more than once \(field\.hdr, field\.hdr\)"):
        read_catalogue(tmp_path)


def test_labels_find_their_one_picture(tmp_path: Path) -> None:
    write_plain(tmp_path, "a", "b", "c")
    (tmp_path / "pictures" / "a.png").unlink()
    write_picture(tmp_path / "pictures" / "b.jpg")
    listing = list_catalogue(tmp_path)
    assert [entry.name for entry in listing.entries] == ["c"]
    missing, several = listing.problems
    assert str(tmp_path / "labels" / "a.png") in missing
    assert "has no picture a.*" in missing
    assert "(b.jpg, b.png); keep one" in several
    with pytest.raises(DatasetError, match=r"has no picture a\.\*.*keep one.*skymatte dataset info"):
        read_catalogue(tmp_path)


def test_many_problems_are_cut_short(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(9)]
    write_plain(tmp_path, *names)
    for name in names:
        (tmp_path / "pictures" / f"{name}.png").unlink()
    with pytest.raises(DatasetError, match=r"p4\.\*.*; and 4 more \(skymatte dataset info") as error:
        read_catalogue(tmp_path)
    assert "p5" not in str(error.value)


def test_pictures_without_labels_are_left_out_and_said(tmp_path: Path) -> None:
    write_plain(tmp_path, "labelled")
    for name in ("w", "x", "y", "z"):
        write_picture(tmp_path / "pictures" / f"{name}.jpg")
    (tmp_path / "pictures" / "notes.txt").write_text("no picture")
    (tmp_path / "pictures" / "._w.jpg").write_bytes(b"left by a file manager")
    listing = list_catalogue(tmp_path)
    assert [entry.name for entry in listing.entries] == ["labelled"]
    assert listing.problems == ()
    assert listing.notes == (f"left out 4 picture(s) in {tmp_path / 'pictures'} without a label: w, x, y and more",)


def test_a_data_set_without_labelled_pictures_is_refused(tmp_path: Path) -> None:
    write_picture(tmp_path / "pictures" / "a.png")
    (tmp_path / "labels").mkdir()
    with pytest.raises(DatasetError, match="holds no labelled picture; left out 1 picture"):
        read_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("stem", "place"),
    [
        ("lakeside_02_4k", "lakeside"),
        ("industrial_sunset_02_puresky_2k", "industrial_sunset"),
        ("canary_wharf_crop", "canary_wharf"),
        ("canary_wharf_1k", "canary_wharf"),
        ("kiara_1_dawn_1k", "kiara_1_dawn"),
        ("IMG_5952", "IMG_5952"),
        ("_02", "_02"),
        ("8k", "8k"),
    ],
)
def test_places_in_names(stem: str, place: str) -> None:
    assert place_of(stem) == place


@given(
    st.from_regex(r"[a-z]{3,9}(_[a-z]{3,9}){0,2}", fullmatch=True),
    st.lists(st.sampled_from(["_01", "_7", "_2k", "_16k", "_puresky", "_crop"]), max_size=3),
)
def test_variants_of_a_place_share_it(name: str, variants: list[str]) -> None:
    """Applied to what is already a place, nothing is left to cut."""
    assert place_of(name + "".join(variants)) == place_of(name)
    assert place_of(place_of(name)) == place_of(name)


def test_the_shared_panoramas_never_cross_their_split(shared_data: Path) -> None:
    sides: dict[str, set[str | None]] = {}
    for entry in read_catalogue(shared_data / "hdri"):
        sides.setdefault(entry.place, set()).add(entry.split)
    assert len(sides) > 70
    assert all(len(splits) == 1 for splits in sides.values())


def test_a_shared_picture_reads(shared_data: Path) -> None:
    entry = next(entry for entry in read_catalogue(shared_data / "hdri") if entry.stratum == "canopy")
    source = read_source(entry)
    assert source.projection is entry.projection
    assert 0 < source.sky.mean() < 0.1
    assert np.isfinite(source.pixels).all()
