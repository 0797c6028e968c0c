"""Patch stores: what a killed or repeated build does, what is refused."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skymatte.datasets.entry import Entry
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.patch_set import PatchSet
from skymatte.datasets.store import PatchStore, build_store
from skymatte.errors import DatasetError, InputError, OutputError
from skymatte.masks.files import read_label
from skymatte.picture.model import Projection
from tests.datasets.patch_material import PLAN, build, light, touch, write_entry


def files(folder: Path) -> dict[str, int]:
    """Every file below a folder, and when it was written."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_splitting_by_patch_leaks_and_by_place_does_not(tmp_path: Path) -> None:
    entries = [write_entry(tmp_path, f"lake_{number}", place=f"lake{number // 2}") for number in range(8)]
    leaks = {
        split: build(entries, tmp_path / split, split=split, validation=0.5).leaks
        for split in ("place", "picture", "patch")
    }
    assert leaks["place"] == []
    assert leaks["picture"] != []
    assert leaks["patch"] == ["lake0", "lake1", "lake2", "lake3"]


def _read(patches: PatchSet, index: int) -> float:
    return float(patches[index].pixels.sum())


def test_patches_travel_to_worker_processes(tmp_path: Path) -> None:
    patches = build([write_entry(tmp_path, "lake")], tmp_path / "store").patches("train")
    expected = [_read(patches, index) for index in range(3)]
    assert len(pickle.dumps(patches)) < 4000  # the pictures stay on disk
    with ProcessPoolExecutor(1, get_context("spawn")) as pool:
        assert list(pool.map(_read, [patches] * 3, range(3))) == expected


def test_an_opened_store_is_the_built_one(tmp_path: Path) -> None:
    built = build([write_entry(tmp_path, "lake"), write_entry(tmp_path, "sea", split="val")], tmp_path / "store")
    opened = PatchStore.open(tmp_path / "store")
    assert (opened.plan, opened.pictures, opened.statistics) == (built.plan, built.pictures, built.statistics)
    assert [*opened.patches("val").rows] == [*built.patches("val").rows]


def _unreadable(_: Path) -> np.ndarray:
    raise AssertionError("was read again")


def test_nothing_is_read_twice(tmp_path: Path) -> None:
    entries = [write_entry(tmp_path, name) for name in ("lake", "sea")]
    build(entries, tmp_path / "store")
    before = files(tmp_path / "store")
    said: list[str] = []
    again = [replace(entry, decode=_unreadable) for entry in entries]
    build(again, tmp_path / "store", said)
    assert said == [f"{tmp_path / 'store'}: is up to date"]
    assert files(tmp_path / "store") == before
    store = build(again, tmp_path / "store", said, size=24, stride=24, split="patch", ground=0.5)
    assert f"{tmp_path / 'store'}: the plan changed: size 16 → 24, stride 8 → 24, ground 1.0 → 0.5" in said[1]
    assert f"{tmp_path / 'store'}: 0 pictures prepared, 2 were there already" in said
    assert store.patches("train")[0].pixels.shape == (24, 24, 3)


def test_only_what_changed_is_read_again_and_old_files_go(tmp_path: Path) -> None:
    lake, sea, pond = (write_entry(tmp_path, name) for name in ("lake", "sea", "pond"))
    store = tmp_path / "store"
    build([lake, sea, pond], store)
    before = files(store)
    touch(sea.picture)
    built = build([replace(lake, decode=_unreadable), sea], store)
    after = files(store)
    assert [picture.name for picture in built.pictures] == ["lake", "sea"]
    assert {name: when for name, when in after.items() if "lake" in name} == {
        name: when for name, when in before.items() if "lake" in name
    }
    assert len(after) == 2 * 3 + 2
    assert not any("pond" in name for name in after)
    assert not {name for name in after if "sea" in name} & set(before)


KILLED = """
import os, signal
from dataclasses import replace
from pathlib import Path
from skymatte.masks.files import read_label
from tests.datasets.patch_material import build, write_entry

def die(path):
    os.kill(os.getpid(), signal.SIGKILL)

folder = Path({folder!r})
entries = [write_entry(folder, name) for name in ("a", "b", "c", "d")]
entries[2] = replace(entries[2], decode=die)
build(entries, folder / "store")
"""


def test_a_killed_build_goes_on_after_the_last_whole_picture(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", KILLED.format(folder=str(tmp_path))], cwd=root, check=False)
    assert killed.returncode == -signal.SIGKILL
    with pytest.raises(DatasetError, match="no finished patch store"):
        PatchStore.open(tmp_path / "store")
    before = files(tmp_path / "store")
    entries = [
        Entry(
            name,
            tmp_path / f"{name}.tif",
            tmp_path / f"{name}.png",
            name,
            Projection.PERSPECTIVE,
            split="train",
            decode=_unreadable if name in "ab" else read_label,
        )
        for name in "abcd"
    ]
    entries[3] = write_entry(tmp_path, "d")
    store = build(entries, tmp_path / "store")
    after = files(tmp_path / "store")
    assert {name for name, when in before.items() if after.get(name) == when and name.endswith(".json")} == {
        f"prepared/{picture.prepared.file}.json" for picture in store.pictures[:2]
    }
    fresh = build([replace(entry, decode=read_label) for entry in entries], tmp_path / "fresh")
    for one, other in ((store.patches("train"), fresh.patches("train")),):
        assert len(one) == len(other)
        for index in range(len(one)):
            np.testing.assert_array_equal(one[index].pixels, other[index].pixels)


def test_the_old_store_stays_whole_until_the_new_one_is_finished(tmp_path: Path) -> None:
    entry = write_entry(tmp_path, "lake")
    old = build([entry], tmp_path / "store").patches("train")[0].pixels

    def interrupted(_: Path) -> np.ndarray:
        raise KeyboardInterrupt

    touch(entry.picture)
    with pytest.raises(KeyboardInterrupt):
        build([entry, replace(write_entry(tmp_path, "sea"), decode=interrupted)], tmp_path / "store")
    opened = PatchStore.open(tmp_path / "store")
    np.testing.assert_array_equal(opened.patches("train")[0].pixels, old)


def test_all_unusable_pictures_are_named_and_the_rest_is_kept(tmp_path: Path) -> None:
    entries = [write_entry(tmp_path, name) for name in ("good", "torn", "gone")]
    entries[1].picture.write_bytes(b"II*\0 no more than that")
    entries[2].picture.unlink()
    with pytest.raises(InputError, match="2 of 3 pictures cannot be used") as caught:
        build(entries, tmp_path / "store")
    assert "torn.tif" in str(caught.value)
    assert "gone.tif: no such file" in str(caught.value)
    assert not (tmp_path / "store" / "store.json").exists()
    said: list[str] = []
    build([replace(entries[0], decode=_unreadable)], tmp_path / "store", said)
    assert f"{tmp_path / 'store'}: 0 pictures prepared, 1 were there already" in said


def test_pictures_too_small_for_a_patch_are_named(tmp_path: Path) -> None:
    said: list[str] = []
    build([write_entry(tmp_path, "lake"), write_entry(tmp_path, "bit", light(8, 30))], tmp_path / "store", said)
    assert "bit: 30×8 pixels hold no patch of 16; padding: same would give some" in said


@pytest.mark.parametrize(
    ("plan", "message"),
    [
        ({"size": 64}, "no patch of 64 pixels is left to train on"),
        ({"validation": 0.25}, r"no patch validates \(split: given, validation: 0.25\)"),
        ({"split": "place", "validation": 0.25}, "no patch validates"),
        ({"licence": "CC0"}, "no patch of 16 pixels is left to train on"),
    ],
)
def test_an_empty_side_is_refused(tmp_path: Path, plan: dict[str, Any], message: str) -> None:
    with pytest.raises(DatasetError, match=message):
        build([write_entry(tmp_path, "lake")], tmp_path / "store", **plan)
    assert not (tmp_path / "store" / "store.json").exists()


def test_two_pictures_of_one_name_are_refused(tmp_path: Path) -> None:
    entry = write_entry(tmp_path, "lake")
    with pytest.raises(DatasetError, match="two pictures are called 'lake'"):
        build_store([entry, entry], PLAN, tmp_path / "store", lambda _: None)


@pytest.mark.parametrize("what", ["folder", "file"])
def test_other_peoples_folders_are_left_alone(tmp_path: Path, what: str) -> None:
    entry, target = write_entry(tmp_path, "lake"), tmp_path / "store"
    if what == "folder":
        target.mkdir()
        (target / "thesis.txt").write_text("years of work")
    else:
        target.write_text("years of work")
    before = files(tmp_path)
    with pytest.raises(OutputError, match="store: holds other files"):
        build([entry], target)
    assert files(tmp_path) == before


def _delete_pixels(store: Path) -> None:
    next((store / "prepared").glob("*.pixels.npy")).unlink()


def _cut_rows(store: Path) -> None:
    rows = next(store.glob("rows-*.npy"))
    rows.write_bytes(rows.read_bytes()[:-20])


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_delete_pixels, "is missing; build the store again"),
        (_cut_rows, "cannot be used"),
        (lambda store: (store / "store.json").write_text("{"), r"store\.json: cannot be used"),
        (lambda store: (store / "store.json").write_text('{"format": 99}'), "its format is 99, this version reads 1"),
        (lambda store: (store / "store.json").unlink(), r"no finished patch store \(lacks store\.json\)"),
    ],
)
def test_a_damaged_store_says_so_and_is_mended_by_building_again(
    tmp_path: Path, damage: Callable[[Path], object], message: str
) -> None:
    entry = write_entry(tmp_path, "lake")
    built = build([entry], tmp_path / "store")
    damage(tmp_path / "store")
    with pytest.raises(DatasetError, match=message):
        PatchStore.open(tmp_path / "store")
    assert build([entry], tmp_path / "store").statistics == built.statistics
    assert len(PatchStore.open(tmp_path / "store").patches("train")) == built.statistics["train"].patches


def test_plans_refuse_what_makes_no_sense() -> None:
    for wrong in ({"size": 0}, {"stride": 0}, {"ground": 1.1}, {"validation": 1}, {"split": "half"}, {"heigth": 512}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            PatchPlan.model_validate(wrong)
