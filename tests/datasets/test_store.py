"""Patch stores: what is in them, what a killed or repeated build does, what is refused."""

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
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Projection
from tests.datasets.patch_material import PLAN, build, horizon, light, touch, write_entry


def files(folder: Path) -> dict[str, int]:
    """Every file below a folder, and when it was written."""
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_patches_are_exact_windows_of_the_exposed_picture(tmp_path: Path) -> None:
    pixels, label = light(40, 56), horizon(40, 56, 20)
    label[20] = 128
    store = build([write_entry(tmp_path, "lake", pixels, label)], tmp_path / "store", stride=12)
    patches = store.patches("train")
    assert len(patches) == 3 * 4
    assert len(store.patches("val")) == 0
    exposed = pixels * np.float32(exposure_scale(pixels))
    for index, row in enumerate(patches.rows):
        view, where = patches[index], np.s_[row.top : row.top + 16, row.left : row.left + 16]
        np.testing.assert_array_equal(view.pixels, exposed[where])
        np.testing.assert_array_equal(view.sky, label[where] == 255)
        np.testing.assert_array_equal(view.weight, label[where] != 128)
        assert row.sky == pytest.approx(view.sky.sum() / view.weight.sum())
        assert (row.picture, row.place, row.stratum) == ("lake", "lake", "open")
        assert view.directions is None
        for part in (view.pixels, view.sky, view.weight):
            assert part.dtype == np.float32
            assert part.flags.c_contiguous
            part.fill(7)  # copies: augmentation works in place
    assert patches.rows[1].left == 12
    assert patches.rows[-1] == patches.rows[len(patches) - 1]
    assert [row.left for row in patches.rows[:3]] == [0, 12, 24]
    np.testing.assert_array_equal(patches[0].sky, label[:16, :16] == 255)
    with pytest.raises(IndexError):
        patches[len(patches)]


def test_overhanging_patches_go_on_around_the_wrap_and_weigh_nothing_elsewhere(tmp_path: Path) -> None:
    pixels = light(16, 32)
    panorama = write_entry(tmp_path, "around", pixels, projection=Projection.EQUIRECTANGULAR)
    flat = write_entry(tmp_path, "flat", pixels)
    store = build([panorama, flat], tmp_path / "store", padding="same", stride=12, expose="none")
    patches = store.patches("train")
    found = {(row.picture, row.top, row.left): patches[index] for index, row in enumerate(patches.rows)}
    assert sorted({(top, left) for name, top, left in found if name == "around"}) == [
        (top, left) for top in (-6, 6) for left in (0, 12, 24)
    ]
    over = found["around", -6, 24]
    np.testing.assert_array_equal(over.pixels[6:], np.roll(pixels, 8, axis=1)[:10, :16])
    np.testing.assert_array_equal(over.pixels[:6], over.pixels[12:6:-1])
    np.testing.assert_array_equal(over.weight, np.repeat([[0.0], [1.0]], (6, 10), axis=0).repeat(16, axis=1))
    corner = found["flat", -6, -4]
    np.testing.assert_array_equal(corner.pixels[6:, :4], pixels[:10, 4:0:-1])
    assert not corner.weight[:, :4].any()
    assert corner.weight[6:, 4:].all()


def test_statistics_count_what_the_patches_hold(tmp_path: Path) -> None:
    unlabelled = np.full((16, 16), 128, np.uint8)
    entries = [
        write_entry(tmp_path, "sea", light(16, 32), horizon(16, 32, 16), place="coast"),
        write_entry(tmp_path, "cliff", light(16, 16), horizon(16, 16, 8), place="coast"),
        write_entry(tmp_path, "cave", light(16, 48), horizon(16, 48, 0), split="val"),
        write_entry(tmp_path, "fog", light(16, 16), unlabelled),
        write_entry(tmp_path, "spare", split="test"),
    ]
    said: list[str] = []
    store = build(entries, tmp_path / "store", said, stride=16)
    train, val = store.statistics["train"], store.statistics["val"]
    assert (train.sky_only, train.ground_only, train.both, train.unlabelled, train.left_out) == (2, 0, 1, 1, 0)
    assert (train.pictures, train.places) == (2, 1)
    assert train.sky == pytest.approx(2.5 / 3)
    assert (val.sky_only, val.ground_only, val.both, val.pictures, val.patches) == (0, 3, 0, 1, 3)
    assert "1 test pictures are left out" in said
    assert store.leaks == []


def test_shares_thin_what_is_trained_on_and_nothing_else(tmp_path: Path) -> None:
    entries = [
        write_entry(tmp_path, f"p{number}", light(64, 64, number), horizon(64, 64, 32), split=split)
        for number, split in enumerate(["train", "train", "train", "val"])
    ]
    every = build(entries, tmp_path / "every").statistics
    half = build(entries, tmp_path / "half", ground=0.5, sky=0).statistics
    assert half["val"] == every["val"]
    assert half["train"].sky_only == 0
    assert half["train"].both == every["train"].both
    assert 0.25 < half["train"].ground_only / every["train"].ground_only < 0.75
    assert half["train"].left_out == every["train"].patches - half["train"].patches
    rows = {split: set(build(entries, tmp_path / "half", ground=share).patches("train").rows)
            for split, share in (("few", 0.3), ("many", 0.6))}  # fmt: skip
    assert rows["few"] < rows["many"]  # a larger share adds patches and takes none away


def test_a_licence_limits_training_only(tmp_path: Path) -> None:
    entries = [
        write_entry(tmp_path, "mine", licence="CC0"),
        write_entry(tmp_path, "theirs", licence="CC-BY-NC-4.0"),
        write_entry(tmp_path, "judge", licence="CC-BY-NC-4.0", split="val"),
    ]
    said: list[str] = []
    store = build(entries, tmp_path / "store", said, licence="CC0")
    assert [picture.name for picture in store.pictures] == ["mine", "judge"]
    assert "1 training pictures that are not CC0 are left out" in said
    by_patch = build(entries, tmp_path / "by_patch", licence="CC0", split="patch", validation=0.5)
    assert {row.picture for row in by_patch.patches("train").rows} == {"mine"}
    assert {row.picture for row in by_patch.patches("val").rows} == {"mine", "theirs", "judge"}


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
