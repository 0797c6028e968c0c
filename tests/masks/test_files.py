"""Labels, masks and mattes read from real files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skymatte.errors import LabelError, PictureError
from skymatte.masks.files import fit, read_label, read_matte, read_reference
from skymatte.picture.exr_write import write_channels
from skymatte.picture.model import Window
from skymatte.picture.oiio import write_png8, write_png16

LABEL = np.array([[255, 255, 128], [0, 0, 128]], np.uint8)
MATTE = np.array([[1, 0.75, 0.5], [0.25, 0.125, 0]], np.float32)


def test_a_label_comes_back_as_it_was(tmp_path: Path) -> None:
    write_png8(tmp_path / "a.png", LABEL)
    assert np.array_equal(read_label(tmp_path / "a.png"), LABEL)
    reference = read_reference(tmp_path / "a.png")
    assert np.array_equal(reference.label, LABEL)
    assert reference.matte is None


def test_a_grey_label_saved_as_rgb_is_read(tmp_path: Path) -> None:
    write_png8(tmp_path / "a.png", np.repeat(LABEL[..., None], 3, axis=2))
    assert np.array_equal(read_label(tmp_path / "a.png"), LABEL)


def test_other_values_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    write_png8(path, np.arange(12, dtype=np.uint8).reshape(3, 4))
    with pytest.raises(LabelError) as caught:
        read_label(path)
    message = str(caught.value)
    assert str(path) in message
    assert "1, 2, 3, 4, 5, 6 and 5 more" in message
    assert "255 for sky, 0 for non-sky, 128 for ignore" in message


def test_a_16_bit_label_is_no_label(tmp_path: Path) -> None:
    write_png16(tmp_path / "a.png", np.zeros((2, 2), np.uint16))
    with pytest.raises(LabelError, match="8 bits"):
        read_label(tmp_path / "a.png")


def exr(path: Path, names: tuple[str, ...], **more: Any) -> Path:
    channels = {name: np.zeros(MATTE.shape, np.float16) for name in names}
    if "sky.A" in channels:
        channels["sky.A"] = MATTE.astype(np.float16)
    write_channels(path, channels, **more)
    return path


def test_mattes_of_every_kind(tmp_path: Path) -> None:
    write_png8(tmp_path / "mask.png", np.array([[255, 0]], np.uint8))
    assert read_matte(tmp_path / "mask.png").tolist() == [[1, 0]]
    write_png16(tmp_path / "deep.png", np.rint(MATTE * 65535).astype(np.uint16))
    assert read_matte(tmp_path / "deep.png") == pytest.approx(MATTE, abs=1e-5)
    assert np.array_equal(read_matte(exr(tmp_path / "a.exr", ("sky.A",))), MATTE)
    assert np.array_equal(read_matte(exr(tmp_path / "b.exr", ("R", "G", "B", "Z", "sky.A"))), MATTE)
    windows = {"data_window": Window(5, 7, 7, 8), "display_window": Window(0, 0, 19, 19)}
    assert np.array_equal(read_matte(exr(tmp_path / "c.exr", ("B", "sky.A"), **windows)), MATTE)


def test_the_only_channel_is_the_matte_whatever_its_name(tmp_path: Path) -> None:
    write_channels(tmp_path / "a.exr", {"Y": MATTE})
    assert np.array_equal(read_matte(tmp_path / "a.exr"), MATTE)


def test_a_reference_matte_is_sky_from_one_half_on(tmp_path: Path) -> None:
    for path in (exr(tmp_path / "a.exr", ("sky.A",)), tmp_path / "a.png"):
        if path.suffix == ".png":
            write_png16(path, np.round(MATTE * 65536).clip(0, 65535).astype(np.uint16))
        reference = read_reference(path)
        assert reference.label.tolist() == [[255, 255, 255], [0, 0, 0]]
        assert reference.matte == pytest.approx(MATTE, abs=1e-4)


def test_an_exr_without_matte_names_its_channels(tmp_path: Path) -> None:
    with pytest.raises(LabelError, match=r"no channel sky\.A \(it has B, G, R\)"):
        read_matte(exr(tmp_path / "a.exr", ("R", "G", "B")))


@pytest.mark.parametrize("bad", [np.nan, 2.0, -0.5, np.inf])
def test_an_exr_of_something_else_is_no_matte(tmp_path: Path, bad: float) -> None:
    write_channels(tmp_path / "a.exr", {"sky.A": np.full((2, 2), bad, np.float32)})
    with pytest.raises(LabelError, match="no fraction of sky"):
        read_matte(tmp_path / "a.exr")


@pytest.mark.parametrize(("bits", "highest", "factor"), [(8, 1, 255), (16, 255, 257), (16, 1, 65535)])
def test_mixed_up_scales_are_noticed(tmp_path: Path, bits: int, highest: int, factor: int) -> None:
    path = tmp_path / "a.png"
    values = np.array([[0, highest]])
    if bits == 8:
        write_png8(path, values.astype(np.uint8))
    else:
        write_png16(path, values.astype(np.uint16))
    with pytest.raises(LabelError, match=f"highest value is {highest}, .* multiply it by {factor} "):
        read_matte(path)


def test_a_mask_without_sky_is_a_mask(tmp_path: Path) -> None:
    write_png8(tmp_path / "a.png", np.zeros((2, 2), np.uint8))
    assert not read_matte(tmp_path / "a.png").any()


def test_unreadable_files_are_named(tmp_path: Path) -> None:
    broken, missing = tmp_path / "broken.exr", tmp_path / "missing.exr"
    whole = exr(tmp_path / "a.exr", ("sky.A",)).read_bytes()
    broken.write_bytes(whole[:-20])
    for path in (broken, missing, tmp_path / "missing.png"):
        with pytest.raises(PictureError) as caught:
            read_matte(path)
        assert str(path) in str(caught.value)


def test_fitting_averages_areas() -> None:
    values = np.array([[1, 0, 1, 1], [1, 0, 1, 1]], np.float32)
    assert fit(values, (1, 2), Path("a")).tolist() == [[0.5, 1]]
    assert fit(values, (2, 4), Path("a")) is values
    assert fit(np.ones((3, 3), np.float32), (7, 7), Path("a")).tolist() == np.ones((7, 7)).tolist()
    assert fit(np.ones((1024, 2048), np.float32), (375, 750), Path("a")).shape == (375, 750)


def test_other_proportions_are_refused() -> None:
    with pytest.raises(LabelError, match=r"a\.png: is 200×100, its label 100×100"):
        fit(np.ones((100, 200), np.float32), (100, 100), Path("a.png"))
