"""Real HDR pictures: nothing is clipped, and their light is kept."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from skymatte.picture.read import read
from skymatte.superres.arrays import upscale
from skymatte.superres.energy import block_means


def hdr_pictures(shared_data: Path, count: int) -> list[Path]:
    """The smallest files among the validation pictures."""
    folder = shared_data / "hdri"
    with (folder / "manifest.csv").open(encoding="utf-8") as file:
        names = [row["picture"] for row in csv.DictReader(file) if row["split"] == "val"]
    return sorted((folder / "pictures" / name for name in names), key=lambda path: path.stat().st_size)[:count]


@pytest.mark.parametrize("scale", [2, 3])
def test_light_of_real_pictures_is_kept(shared_data: Path, scale: int) -> None:
    for path in hdr_pictures(shared_data, 3):
        light = read(path).pixels
        bright = np.unravel_index(int(light.max(axis=2).argmax()), light.shape[:2])
        top, left = (int(max(0, min(at - 60, side - 120))) for at, side in zip(bright, light.shape[:2], strict=True))
        part = light[top : top + 120, left : left + 120]
        larger = upscale(part, scale=scale, method="bicubic")
        np.testing.assert_allclose(block_means(larger, scale), part, rtol=3e-6)
        assert larger.min() >= 0
        assert larger.max() >= part.max() * (1 - 1e-6)
