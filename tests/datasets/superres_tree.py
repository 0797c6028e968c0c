"""A data folder on disk, laid out as super-resolution reads it: ``sr/pictures/`` and ``hdri/``."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.oiio import write_png8
from tests.datasets.trees import write_manifest, write_row


def texture(height: int, width: int, seed: int) -> NDArray[np.uint8]:
    """Stripes, steps and a little noise, H×W×3."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:height, :width]
    waves = np.sin(x * rng.uniform(0.3, 1.5) + y * rng.uniform(0.3, 1.5)) + ((x + 2 * y) // rng.integers(5, 9) % 2)
    colours = waves[..., None] * rng.uniform(30, 60, 3) + 90 + rng.normal(0, 2, (height, width, 3))
    return np.asarray(np.clip(np.rint(colours), 0, 255), np.uint8)


def write_superres_data(folder: Path, *, pictures: int = 4, hdr: int = 3) -> Path:
    """Pictures of 48×40 px and more, and panoramas of 128×64 px of which one may not be used."""
    (folder / "sr" / "pictures").mkdir(parents=True)
    for number in range(pictures):
        write_png8(folder / "sr" / "pictures" / f"{number}.png", texture(40, 48 + number, number))
    rows = [write_row(folder / "hdri", f"place{number}", seed=number) for number in range(hdr)]
    rows.append(write_row(folder / "hdri", "theirs", seed=9, licence="CC-BY-NC-4.0"))
    write_manifest(folder / "hdri", rows)
    return folder
