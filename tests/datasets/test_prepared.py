"""What a picture has become when patches are cut from it: size, exposure, label, and what makes it stale."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.datasets.entry import Entry
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.prepared import Prepared, file_of, load_prepared, mapped, prepare
from skymatte.errors import DatasetError, LabelError, PictureError
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Projection
from skymatte.picture.oiio import write_png8
from tests.datasets.patch_material import horizon, light, touch, write_entry


def prepared(entry: Entry, folder: Path, **plan: Any) -> tuple[Prepared, NDArray[np.float32], NDArray[np.uint8]]:
    folder.mkdir(exist_ok=True)
    whole = PatchPlan.model_validate(plan)
    record = prepare(entry, whole, folder, file_of(entry, whole))
    assert load_prepared(folder, record.file) == record
    return record, mapped(folder / record.pixels_file), mapped(folder / record.label_file)


def test_light_is_exposed_and_otherwise_exact(tmp_path: Path) -> None:
    pixels = light(32, 48)
    entry = write_entry(tmp_path, "lake", pixels)
    record, stored, label = prepared(entry, tmp_path / "store")
    assert (record.height, record.width, record.wraps) == (32, 48, False)
    assert record.exposure == exposure_scale(pixels)
    np.testing.assert_array_equal(stored, pixels * np.float32(record.exposure))
    assert stored.max() == np.float32(65504) * np.float32(record.exposure)  # no clipping
    np.testing.assert_array_equal(label[..., 0], horizon(32, 48, 16))
    assert (label[..., 1] == 255).all()


def test_light_may_stay_as_it_is(tmp_path: Path) -> None:
    entry = write_entry(tmp_path, "lake", light(32, 48))
    record, stored, _ = prepared(entry, tmp_path / "store", expose="none")
    assert record.exposure == 1
    np.testing.assert_array_equal(stored, light(32, 48))


def test_scaling_averages_light_and_what_is_labelled(tmp_path: Path) -> None:
    pixels = light(8, 12)
    label = np.zeros((8, 12), np.uint8)
    label[:2, :2] = [[255, 0], [128, 128]]
    label[:2, 2:4] = [[255, 128], [128, 128]]
    label[:2, 4:6] = 128
    label[:2, 6:8] = [[255, 255], [255, 0]]
    _, stored, fractions = prepared(
        write_entry(tmp_path, "lake", pixels, label), tmp_path / "store", height=4, expose="none"
    )
    means = pixels.astype(np.float64).reshape(4, 2, 6, 2, 3).mean((1, 3))
    np.testing.assert_allclose(stored, means, rtol=1e-6)
    sky, weight = fractions[..., 0], fractions[..., 1]
    assert sky[0, :4].tolist() == [128, 255, 0, 191]
    assert weight[0, :4].tolist() == [128, 64, 0, 255]
    assert not sky[1:].any()
    assert (weight[1:] == 255).all()


def test_proportions_are_kept_and_small_pictures_enlarged(tmp_path: Path) -> None:
    record, stored, _ = prepared(write_entry(tmp_path, "lake", light(20, 31)), tmp_path / "store", height=40)
    assert stored.shape == (record.height, record.width, 3) == (40, 62, 3)


def test_exposure_is_the_whole_pictures_even_if_half_is_cut_off(tmp_path: Path) -> None:
    pixels = np.full((10, 16, 3), 1.0, np.float32)
    pixels[5:] = 0.01
    record, stored, label = prepared(
        write_entry(tmp_path, "lake", pixels, horizon(10, 16, 4)), tmp_path / "store", crop_empty_below=True
    )
    assert stored.shape == (5, 16, 3)
    assert label.shape == (5, 16, 2)
    assert record.exposure == pytest.approx(exposure_scale(pixels))
    assert record.exposure == pytest.approx(1.8)


@pytest.mark.parametrize(("rows", "kept"), [(5, 5), (6, 9), (0, 5)])
def test_only_a_half_without_sky_is_cut_off(tmp_path: Path, rows: int, kept: int) -> None:
    label = horizon(9, 12, rows)
    label[7] = 128  # ignored pixels are no sky
    entry = write_entry(tmp_path, "lake", light(9, 12), label)
    assert prepared(entry, tmp_path / "store", crop_empty_below=True)[0].height == kept


def test_interiors_have_no_sky_and_panoramas_wrap(tmp_path: Path) -> None:
    entry = write_entry(tmp_path, "hall", light(16, 32), projection=None)
    record, _, label = prepared(replace(entry, label=None), tmp_path / "store")
    assert record.wraps  # 2:1, and nobody says otherwise
    assert not label[..., 0].any()
    assert (label[..., 1] == 255).all()
    flat = replace(entry, projection=Projection.PERSPECTIVE)
    assert not prepared(flat, tmp_path / "store")[0].wraps


def test_the_name_changes_with_everything_that_the_content_depends_on(tmp_path: Path) -> None:
    entry, plan = write_entry(tmp_path, "lake"), PatchPlan()
    names = [file_of(entry, plan)]
    assert file_of(entry, PatchPlan(size=7, stride=3, seed=9, split="patch", ground=0.5)) == names[0]
    names += [file_of(entry, PatchPlan(height=16)), file_of(entry, PatchPlan(crop_empty_below=True))]
    names += [file_of(entry, PatchPlan(expose="none")), file_of(replace(entry, label=None), plan)]
    names.append(file_of(replace(entry, projection=Projection.EQUIRECTANGULAR), plan))
    assert entry.label is not None
    for path in (entry.picture, entry.label):
        touch(path)
        names.append(file_of(entry, plan))
    assert len(set(names)) == len(names)


def test_names_of_pictures_become_names_of_files(tmp_path: Path) -> None:
    for name in ("cam 1/über:bild", "a" * 300):
        assert (tmp_path / f"{file_of(write_entry(tmp_path, name[:100]), PatchPlan())}.json").parent == tmp_path


def test_a_picture_that_lost_a_file_is_not_there(tmp_path: Path) -> None:
    record, _, _ = prepared(write_entry(tmp_path, "lake"), tmp_path / "store")
    (tmp_path / "store" / record.label_file).unlink()
    assert load_prepared(tmp_path / "store", record.file) is None
    (tmp_path / "store" / f"{record.file}.json").write_text("{")
    assert load_prepared(tmp_path / "store", record.file) is None


def test_a_damaged_array_is_named(tmp_path: Path) -> None:
    (tmp_path / "half.npy").write_bytes(b"\x93NUMPY\x01\x00")
    with pytest.raises(DatasetError, match=r"half\.npy: cannot be read .* build the patch store again"):
        mapped(tmp_path / "half.npy")


def test_a_label_of_another_size_is_named_with_its_picture(tmp_path: Path) -> None:
    entry = write_entry(tmp_path, "lake")
    assert entry.label is not None
    write_png8(entry.label, horizon(16, 24, 8))
    with pytest.raises(LabelError, match=r"lake\.png: is 24×16 pixels, its picture .*lake\.tif 48×32"):
        prepared(entry, tmp_path / "store")
    assert not [path for path in (tmp_path / "store").iterdir() if not path.name.startswith(".")]


def test_a_missing_picture_is_named(tmp_path: Path) -> None:
    with pytest.raises(PictureError, match=r"lake\.exr: no such file"):
        file_of(Entry("lake", tmp_path / "lake.exr", None, "lake"), PatchPlan())
