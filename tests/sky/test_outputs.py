"""Outputs are drawn band by band: what is in them is what would be drawn at once, in a fraction of the memory."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from skymatte.masks.cutout import cutout
from skymatte.masks.overlay import overlay
from skymatte.picture.display import tone_map
from skymatte.picture.oiio import read_gray
from skymatte.picture.read import read
from skymatte.sky import outputs
from skymatte.sky.plan import Job
from skymatte.sky.segment import Segmentation
from tests.scenery import pixels, read_exr, write_exr, write_other

KINDS = ("mask", "matte", "overlay", "embed", "cutout", "view")
HEIGHT, WIDTH = 5300, 800
"""Some four megapixels: two strips of a JPEG, three bands of an EXR or PNG."""


def light() -> NDArray[np.float32]:
    """Texture of bright and dark rows that repeats every 53 rows, in step with no band."""
    scene = np.tile(pixels(53, 80), (100, 10, 1))
    return np.asarray(scene * np.float32(0.1), np.float32)


def segmentation(path: Path) -> Segmentation:
    picture = read(path)
    rows, columns = np.ogrid[:HEIGHT, :WIDTH]
    matte = np.clip((columns * 5.0 + 600 - rows) / 900, 0, 1).astype(np.float32)
    report = {"exposure_scale": 2.5, "warnings": [], "timings": {}}
    return Segmentation(matte >= 0.5, matte, report, picture)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_exr(tmp_path_factory.mktemp("source") / "x.exr", light())


def test_bands_leave_no_trace(tmp_path: Path, source: Path) -> None:
    found = segmentation(source)
    written, report = outputs.write(found, Job(source, tmp_path, "x"), KINDS)
    assert report["clamped"] == {}
    assert np.array_equal(read_gray(written["mask"]), found.mask * np.uint8(255))
    assert np.array_equal(read_exr(written["matte"])["sky.A"], found.matte.astype(np.float16))
    assert np.array_equal(read_exr(written["embed"])["sky.A"], found.matte.astype(np.float16))
    colour, alpha = cutout(found.picture.pixels, found.matte)
    cut = read_exr(written["cutout"])
    assert np.array_equal(cut["A"], alpha.astype(np.float16))
    for index, name in enumerate("RGB"):
        np.testing.assert_allclose(cut[name], colour[..., index].astype(np.float16), rtol=1e-3)
    display = tone_map(found.picture.pixels, 2.5)
    tinted = overlay(display, found.matte)
    for kind, drawn in (("overlay", tinted), ("view", np.concatenate((display, tinted), axis=1))):
        encoded = cv2.imread(str(written[kind]))
        assert encoded is not None
        assert encoded.shape == drawn.shape
        difference = np.abs(encoded[..., ::-1].astype(np.int16) - drawn)
        assert difference.max(axis=(1, 2)).max() < 60  # every row, as well as JPEG of that quality does
        assert difference.mean() < 3


def test_an_8_bit_picture_gets_a_matte_of_16_bits(tmp_path: Path) -> None:
    write_other(tmp_path / "x.png", light())
    found = segmentation(tmp_path / "x.png")
    written, _ = outputs.write(found, Job(tmp_path / "x.png", tmp_path / "out", "x"), ("matte",))
    assert written["matte"].name == "x.matte.png"
    assert np.array_equal(read_gray(written["matte"]), np.rint(found.matte * 65535))


@pytest.mark.parametrize("kind", KINDS)
def test_no_output_is_held_whole(tmp_path: Path, source: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With bands of a few rows the memory that drawing and writing take is a fraction of the picture's 51 MB."""
    found = segmentation(source)
    for module in ("exr_stream._BAND_PIXELS", "oiio._BAND_PIXELS", "jpeg._LONGEST_INTERVAL"):
        monkeypatch.setattr(f"skymatte.picture.{module}", 8000)
    monkeypatch.setattr("skymatte.picture.display._BLOCK_PIXELS", 8000)
    monkeypatch.setattr("skymatte.masks.overlay._BLOCK_PIXELS", 8000)
    monkeypatch.setattr("skymatte.picture.exr_bands._BAND_BYTES", 100_000)
    tracemalloc.start()
    try:
        outputs.write(found, Job(source, tmp_path, "x"), (kind,))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < found.picture.pixels.nbytes / 4
