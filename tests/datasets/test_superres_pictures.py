"""What super-resolution reads: folders of pictures, HDR pictures and their renditions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from skymatte.datasets.superres_pairs import Pair
from skymatte.datasets.superres_pictures import Renditions, folder_pairs, hdr_pairs, held_out
from skymatte.errors import DatasetError
from skymatte.picture.luma import luma
from skymatte.picture.oiio import write_png8, write_png16, write_tiff32
from tests.datasets.superres_tree import texture, write_superres_data
from tests.datasets.trees import write_manifest, write_row


def test_pictures_of_a_folder_come_in_the_order_of_their_names(tmp_path: Path) -> None:
    """Grey and 16-bit ones too; other files are passed over."""
    write_png8(tmp_path / "b.png", texture(12, 16, 1))
    write_png8(tmp_path / "c.png", texture(12, 16, 2)[..., 0])
    write_png16(tmp_path / "a.png", texture(12, 16, 3).astype(np.uint16) * 257)
    (tmp_path / "readme.txt").write_text("words")
    found = [pair for pairs in folder_pairs(tmp_path, 2) for pair in pairs]
    assert [pair.name for pair in found] == [f"{tmp_path.name}/{name}.png" for name in "abc"]
    grey = texture(12, 16, 2)[..., :1].repeat(3, 2)
    for pair, eight_bit in zip(found, (texture(12, 16, 3), texture(12, 16, 1), grey), strict=True):
        whole = luma(np.asarray(eight_bit / 255, np.float32))
        assert float(pair.low.mean()) == pytest.approx(float(whole.mean()), abs=2e-3)


def test_a_folder_that_is_not_there_and_pictures_of_light_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"nowhere: holds no pictures \(.*\); mend data\.folders, or --data"):
        list(folder_pairs(tmp_path / "nowhere", 2))
    write_tiff32(tmp_path / "light.tif", np.ones((8, 8, 3), np.float32))
    with pytest.raises(DatasetError, match=r"light\.tif: holds light"):
        list(folder_pairs(tmp_path, 2))


def test_renditions_are_8_bit_pictures_at_exposures_of_their_own(tmp_path: Path) -> None:
    """The same at every reading; one is half as large; of another licence there are none."""
    data = write_superres_data(tmp_path / "data", hdr=2)
    wanted = Renditions((1.0, 1.0, 0.5), light=True, seed=4)
    pictures = list(hdr_pairs(data / "hdri", 2, "CC0", wanted))
    assert [[pair.name for pair in pairs] for pairs in pictures] == [["place0"] * 4, ["place1"] * 4]
    one, other, half, light = pictures[0]
    assert [pair.medium for pair in (one, other, half, light)] == ["display"] * 3 + ["light"]
    assert one.low.shape == other.low.shape == light.low.shape == (23, 64)
    assert half.low.shape == (11, 32)
    assert abs(float(one.low.mean()) - float(other.low.mean())) > 0.01
    for pair in (one, other, half):
        assert pair.low.min() > 0
        assert pair.low.max() <= 1
    again = list(hdr_pairs(data / "hdri", 2, "CC0", wanted))
    np.testing.assert_array_equal(again[1][1].low, pictures[1][1].low)
    assert len(list(hdr_pairs(data / "hdri", 2, None, wanted))) == 3


def test_labels_become_guides_but_not_under_leaves(tmp_path: Path) -> None:
    rows = [write_row(tmp_path, "open", seed=1), write_row(tmp_path, "leaves", seed=2, stratum="canopy")]
    rows.append(write_row(tmp_path, "room", seed=3, label="", stratum="negative"))
    write_manifest(tmp_path, rows)
    outside, leaves, room = (pairs[0] for pairs in hdr_pairs(tmp_path, 2, "CC0", Renditions((1.0,), False, 0)))
    assert leaves.guide is None
    assert room.guide is not None
    assert room.guide[0].max() == 0
    assert room.guide[1].min() == 255
    guide = outside.guide
    assert guide is not None
    assert guide.shape == (2, *outside.low.shape)
    assert (guide[0, 0] == 255).all()
    assert (guide[1, -1] == 255).all()
    unknown = guide.sum(0, dtype=int)
    assert unknown.min() < 255  # the ignored row at the horizon


def test_without_a_manifest_the_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"holds no manifest\.csv; name the data folder with --data"):
        list(hdr_pairs(tmp_path, 2, "CC0", Renditions((1.0,), False, 0)))


def test_whole_pictures_are_held_out() -> None:
    """Every third with all that is made of it."""
    nothing = np.zeros((1, 1), np.float32)
    pictures = [[Pair(f"{number}", "display", nothing, nothing)] * 2 for number in range(7)]
    training, validation = held_out(iter(pictures), 3)
    assert [pair.name for pair in validation] == ["2", "2", "5", "5"]
    assert {pair.name for pair in training} == {"0", "1", "3", "4", "6"}
