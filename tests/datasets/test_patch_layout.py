"""Patches as plain files: read by another library, taken back bit for bit, complete or not at all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from skymatte.datasets.patch_layout import pack_layout, write_layout
from skymatte.datasets.splits import SPLITS
from skymatte.datasets.store import PatchStore
from skymatte.errors import InputError, OutputError
from skymatte.picture.oiio import write_png8, write_tiff32
from tests.datasets.patch_material import build, horizon, light, write_entry


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> PatchStore:
    """Patches of two training pictures, one of them with ignored pixels, and one that validates."""
    tmp_path, label = tmp_path_factory.mktemp("patches"), horizon(32, 48, 16)
    label[15:18] = 128
    entries = [
        write_entry(tmp_path, "cam 1/über 100%", light(32, 48), label, place="lake"),
        write_entry(tmp_path, "pond_02"),
        write_entry(tmp_path, "sea", split="val"),
    ]
    return build(entries, tmp_path / "store", padding="same", stride=20, validation=0.25)


@pytest.fixture(scope="module")
def unpacked(store: PatchStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The store as plain files; only read."""
    return unpack(store, tmp_path_factory.mktemp("layout") / "plain", keep_ignored=True)


def unpack(store: PatchStore, folder: Path, *, keep_ignored: bool = False) -> Path:
    write_layout(store, folder, keep_ignored=keep_ignored, progress=lambda *_: None)
    return folder


def test_another_library_reads_the_light_and_two_values(tmp_path: Path, store: PatchStore) -> None:
    plain = unpack(store, tmp_path / "plain")
    for split in SPLITS:
        patches = store.patches(split)
        assert len(list((plain / f"X_{split}" / split).iterdir())) == len(patches)
        for index, row in enumerate(patches.rows):
            stem = f"{row.picture.replace('%', '%25').replace('/', '%2F')}__{row.top}_{row.left}"
            light_read = cv2.imread(str(plain / f"X_{split}" / split / f"{stem}.tif"), cv2.IMREAD_UNCHANGED)
            label_read = cv2.imread(str(plain / f"Y_{split}" / split / f"{stem}.png"), cv2.IMREAD_UNCHANGED)
            view = patches[index]
            assert light_read is not None
            np.testing.assert_array_equal(light_read[..., ::-1], view.pixels)
            np.testing.assert_array_equal(label_read, np.where((view.sky >= 0.5) & (view.weight >= 0.5), 255, 0))


def test_there_and_back_is_the_same(tmp_path: Path, store: PatchStore, unpacked: Path) -> None:
    packed = pack_layout(unpacked, tmp_path / "packed", lambda _: None)
    assert packed.plan.size == 16
    for split in SPLITS:
        old, new = store.patches(split), packed.patches(split)
        place = {row.picture: index for index, row in enumerate(new.rows)}
        # Patches without any labelled pixel are left out again.
        assert len(new) == len(old) == len(place)
        for index, row in enumerate(old.rows):
            name = row.picture.replace("%", "%25").replace("/", "%2F")
            back = place[f"{split}/{name}__{row.top}_{row.left}"]
            np.testing.assert_array_equal(new[back].pixels, old[index].pixels)
            np.testing.assert_array_equal(new[back].weight, old[index].weight)
            np.testing.assert_array_equal(new[back].sky * new[back].weight, old[index].sky * old[index].weight)
    assert {row.place for row in packed.patches("train").rows} == {"cam 1/über 100%", "pond"}
    assert packed.statistics["train"].both == store.statistics["train"].both


def test_without_validation(tmp_path: Path) -> None:
    for kind, name in (("X", "a.tif"), ("Y", "a.png")):
        (tmp_path / f"{kind}_train" / "train").mkdir(parents=True)
        if kind == "X":
            write_tiff32(tmp_path / "X_train" / "train" / name, light(12, 12))
        else:
            write_png8(tmp_path / "Y_train" / "train" / name, horizon(12, 12, 6))
    packed = pack_layout(tmp_path, tmp_path / "store", lambda _: None)
    np.testing.assert_array_equal(packed.patches("train")[0].pixels, light(12, 12))
    assert len(packed.patches("val")) == 0


def test_a_folder_in_use_is_left_alone(store: PatchStore, unpacked: Path) -> None:
    before = sorted(unpacked.parent.rglob("*"))
    with pytest.raises(OutputError, match="plain: holds other files"):
        unpack(store, unpacked)
    assert sorted(unpacked.parent.rglob("*")) == before


def test_an_interrupted_run_leaves_nothing(tmp_path: Path, store: PatchStore) -> None:
    def interrupt(done: int, of: int) -> None:
        if done == of // 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_layout(store, tmp_path / "plain", keep_ignored=False, progress=interrupt)
    assert not list(tmp_path.iterdir())


def _no_labels(plain: Path) -> None:
    (plain / "Y_train").rename(plain / "Z")


def _no_validation_labels(plain: Path) -> None:
    (plain / "Y_val").rename(plain / "Z")


def _no_label(plain: Path) -> None:
    min((plain / "Y_train" / "train").iterdir()).unlink()


def _no_patch(plain: Path) -> None:
    min((plain / "X_train" / "train").iterdir()).unlink()


def _other_size(plain: Path) -> None:
    write_tiff32(max((plain / "X_val" / "val").iterdir()), light(16, 18))


def _other_values(plain: Path) -> None:
    write_png8(min((plain / "Y_train" / "train").iterdir()), np.full((16, 16), 1, np.uint8))


def _empty(plain: Path) -> None:
    for path in plain.rglob("*.*"):
        path.unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_no_labels, r"Y_train/train: no such folder"),
        (_no_validation_labels, r"Y_val/val: no such folder"),
        (_no_label, r"X_train/train: patches and labels must come in pairs: .*cam 1%2Füber 100%25__-2_-4"),
        (_no_patch, r"patches and labels must come in pairs: .*cam 1%2Füber 100%25__-2_-4\.png"),
        (_other_size, r"sea__18_36\.tif: is 18×16 pixels; patches must be square and of one size \(.* is 16×16\)"),
        (_other_values, r"1 of \d+ pictures cannot be used.*\n.*__-2_-4\.png holds values that mean nothing \(1\)"),
        (_empty, "no patch was found"),
    ],
)
def test_what_is_missing_or_wrong_is_named(
    tmp_path: Path, unpacked: Path, damage: Callable[[Path], None], message: str
) -> None:
    plain = tmp_path / "plain"
    shutil.copytree(unpacked, plain)
    damage(plain)
    with pytest.raises(InputError, match=message):
        pack_layout(plain, tmp_path / "packed", lambda _: None)
    assert not (tmp_path / "packed" / "store.json").exists()
