"""Writing OpenEXR from arrays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import OpenImageIO
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from skymatte.errors import InputError
from skymatte.picture.exr import read_channel
from skymatte.picture.exr_write import matte_to_half, to_half, write_channels
from skymatte.picture.model import Window

INTEGERS = np.arange(12, dtype=np.uint32).reshape(3, 4)


@pytest.mark.parametrize("compression", ["none", "rle", "zips", "zip", "piz"])
def test_written_as_told(tmp_path: Path, compression: str) -> None:
    wide = np.arange(24, dtype=np.float32).reshape(3, 8) / 7
    channels: dict[str, np.ndarray] = {
        "sky.A": (wide[:, ::2] / 4).astype(np.float16),
        "Z": wide[:, ::2],
        "id": INTEGERS,
    }  # not contiguous
    path = tmp_path / "a.exr"
    windows = {"data_window": Window(-2, 5, 1, 7), "display_window": Window(0, 0, 9, 9)}
    write_channels(path, channels, compression=compression, attributes={"owner": "we"}, **windows)
    part = OpenEXR.File(str(path), separate_channels=True).parts[0]
    assert part.header["owner"] == "we"
    assert part.header["compression"] == getattr(OpenEXR, f"{compression.upper()}_COMPRESSION".replace("NONE", "NO"))
    assert [corner.tolist() for corner in part.header["dataWindow"]] == [[-2, 5], [1, 7]]
    assert [corner.tolist() for corner in part.header["displayWindow"]] == [[0, 0], [9, 9]]
    for name, array in channels.items():
        assert part.channels[name].pixels.dtype == array.dtype
        assert np.array_equal(part.channels[name].pixels, array)
    other = OpenImageIO.ImageInput.open(str(path))
    assert other is not None
    assert set(other.spec().channelnames) == set(channels)
    other.close()


@pytest.mark.parametrize(
    ("channels", "more", "words"),
    [
        ({}, {}, "H×W arrays of one size"),
        ({"a": np.zeros((2, 2), "f4"), "b": np.zeros((2, 3), "f4")}, {}, "H×W arrays of one size"),
        ({"a": np.zeros((2, 2, 3), "f4")}, {}, "H×W arrays of one size"),
        ({"a": np.zeros((2, 2))}, {}, "'a' is float64"),
        ({"a": np.zeros((2, 2), "f4")}, {"compression": "dwaa"}, "not one of none, rle"),
        ({"a": np.zeros((2, 2), "f4")}, {"data_window": Window(0, 0, 5, 5)}, "does not fit"),
    ],
)
def test_mistakes(tmp_path: Path, channels: dict[str, Any], more: dict[str, Any], words: str) -> None:
    with pytest.raises(InputError, match=words):
        write_channels(tmp_path / "a.exr", channels, **more)
    assert list(tmp_path.iterdir()) == []


@given(hnp.arrays(np.float32, 20, elements=st.floats(width=32)))
def test_half_is_clamped_and_counted(values: np.ndarray) -> None:
    halves, clamped = to_half(values)
    assert clamped == sum(abs(float(value)) > 65504 for value in values)
    assert not np.isinf(halves).any()
    assert np.array_equal(np.isnan(halves), np.isnan(values))
    inside = np.abs(values) <= 65504
    np.testing.assert_allclose(halves[inside], values[inside], rtol=2**-11, atol=2**-25)


def test_half_is_rounded_as_numpy_rounds_it() -> None:
    """Every half, what lies midway between two, and the floats beside that: ties go to the even one."""
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float32)
    midway = (halves[1:] + halves[:-1]) / 2
    edges = [np.nextafter(midway, np.float32(side)) for side in (0, np.inf)]
    values = np.concatenate([halves, midway, *edges, np.array([1e-45, 2e-38], np.float32)])
    for sign in (1, -1):
        found, clamped = to_half(sign * values)
        assert clamped == 0
        assert np.array_equal(found.view(np.uint16), (sign * values).astype(np.float16).view(np.uint16))


@given(hnp.arrays(np.float32, (4, 5), elements=st.floats(width=32)))
def test_mattes_end_up_between_0_and_1(matte: np.ndarray) -> None:
    halves, outside = matte_to_half(matte)
    assert ((halves >= 0) & (halves <= 1)).all()
    assert outside == sum(not 0 <= float(value) <= 1 for value in matte.flat)


def test_a_matte_comes_back(tmp_path: Path) -> None:
    matte = np.linspace(0, 1, 200, dtype=np.float32).reshape(10, 20)
    write_channels(tmp_path / "a.exr", {"sky.A": matte_to_half(matte)[0]})
    np.testing.assert_allclose(read_channel(tmp_path / "a.exr", "sky.A"), matte, atol=2**-11)
