"""Patch stores: what is in them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Projection
from tests.datasets.patch_material import build, horizon, light, write_entry


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
