"""OpenEXR written band by band has the bytes that the bindings write at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
import pytest

from skymatte.picture import exr_stream
from skymatte.picture.exr_stream import write_rows
from skymatte.picture.exr_write import write_drawn
from skymatte.picture.model import Picture, Window
from tests.picture.exr_builds import rng
from tests.picture.exr_files import corners, half, single


@pytest.mark.parametrize("compression", ["NO", "RLE", "ZIPS", "ZIP", "PIZ"])
@pytest.mark.parametrize("height", [1, 32, 77])
def test_the_bytes_are_those_of_the_bindings(
    tmp_path: Path, compression: str, height: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exr_stream, "_BAND_PIXELS", 40 * 33)
    channels: dict[str, Any] = {"sky.A": half(rng(), height, 40), "Z": single(rng(), height, 40)}
    channels["a.name.that.is.longer.than.thirty-one.bytes"] = half(rng(), height, 40)
    attributes = {"owner": "we", "envmap": OpenEXR.ENVMAP_LATLONG}
    kind = getattr(OpenEXR, f"{compression}_COMPRESSION")
    windows = {"dataWindow": corners(-3, 5, 36, 4 + height), "displayWindow": corners(0, 0, 99, 99)}
    header = {**attributes, "compression": kind, "type": OpenEXR.scanlineimage, **windows}
    OpenEXR.File(header, dict(channels)).write(str(tmp_path / "whole.exr"))
    drawn: list[slice] = []

    def draw(rows: slice) -> dict[str, Any]:
        drawn.append(rows)
        return {name: array[rows] for name, array in channels.items()}

    write_rows(
        tmp_path / "bands.exr",
        {name: array.dtype for name, array in channels.items()},
        draw,
        data_window=Window(-3, 5, 36, 4 + height),
        display_window=Window(0, 0, 99, 99),
        compression=kind,
        attributes=attributes,
    )
    assert (tmp_path / "bands.exr").read_bytes() == (tmp_path / "whole.exr").read_bytes()
    assert [rows.start for rows in drawn] == [0, *(rows.stop for rows in drawn[:-1])]
    assert len(drawn) == -(-height // (33 if compression in ("NO", "RLE", "ZIPS") else 32))


def test_drawn_channels_are_clamped_and_counted_band_by_band(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exr_stream, "_BAND_PIXELS", 16 * 4)
    light = np.full((40, 4), 1e6, np.float32)
    picture = Picture(pixels=np.zeros((40, 4, 3), np.float32))
    report = write_drawn(
        tmp_path / "a.exr", picture, ("Y", "Z"), lambda rows: {"Y": light[rows], "Z": light[rows]}, exact=("Z",)
    )
    assert report.clamped == 160
    (part,) = OpenEXR.File(str(tmp_path / "a.exr"), separate_channels=True).parts
    assert (part.channels["Y"].pixels == np.float16(65504)).all()
    assert np.array_equal(part.channels["Z"].pixels, light)


def test_a_drawing_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def draw(rows: slice) -> dict[str, Any]:
        raise ZeroDivisionError(rows)

    with pytest.raises(ZeroDivisionError):
        write_drawn(tmp_path / "a.exr", Picture(pixels=np.zeros((4, 4, 3), np.float32)), ("Y",), draw)
    assert list(tmp_path.iterdir()) == []
