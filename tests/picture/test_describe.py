"""What ``describe`` says about files whose content is known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import OpenEXR
import pytest

from skymatte.picture.describe import describe
from tests.picture.exr_files import corners, tiling, write, write_oiio


def test_openexr(tmp_path: Path) -> None:
    red = np.full((8, 16), 4.0, np.float32)
    red[0, :4] = 0.25, np.nan, np.inf, -1
    channels = {"R": red, "G": red.copy(), "B": red.copy(), "id": np.zeros((8, 16), np.uint32)}
    path = write(
        tmp_path / "a.exr",
        channels,
        type=OpenEXR.tiledimage,
        tiles=tiling(4, 8),
        compression=OpenEXR.PIZ_COMPRESSION,
        dataWindow=corners(-3, 2, 12, 9),
        displayWindow=corners(0, 0, 19, 9),
    )
    told = describe(path)
    assert (told["format"], told["width"], told["height"], told["bits"]) == ("exr", 16, 8, 32)
    assert (told["data_window"], told["display_window"]) == ([-3, 2, 12, 9], [0, 0, 19, 9])
    assert told["color"] == "Rec.709 (no chromaticities)"
    assert told["projection_source"] == "2:1 aspect (guess)"
    assert told["luminance_ev"] == {"min": -2.0, "median": 2.0, "max": 2.0, "range": 4.0}
    assert told["repairs"] == {"nan": 3, "inf": 3, "negative": 3}
    (part,) = told["parts"]
    assert part["channels"] == {"B": "float", "G": "float", "R": "float", "id": "uint"}
    assert (part["compression"], part["line_order"], part["tiles"]) == ("piz", "increasing", "4×8")
    assert json.loads(json.dumps(told)) == told


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_black_8_bit(tmp_path: Path, suffix: str) -> None:
    told = describe(write_oiio(tmp_path / f"a{suffix}", np.zeros((6, 5, 3), np.uint8), "uint8"))
    assert told["luminance_ev"] is None
    assert told["bits"] == 8
    assert told["color"].startswith("sRGB")
    assert "parts" not in told
