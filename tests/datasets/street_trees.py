"""Street scenes drawn with a ruler, laid out as CamVid and Cityscapes: sky, buildings, road, a car, a void rim."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.oiio import write_png8

HEIGHT, WIDTH = 48, 64

SKY, BUILDING, ROAD, CAR, VOID = range(5)
_COLOURS = np.array([(170, 200, 240), (120, 90, 70), (80, 80, 85), (200, 30, 30), (0, 0, 0)], np.uint8)

CAMVID = (0, 1, 3, 8, 11)
CITYSCAPES = (23, 11, 7, 26, 3)
"""Numbers of the five in the label files."""


def scene(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A picture H×W×3 with some texture, and which of the five stands where."""
    rng = np.random.default_rng(seed)
    parts = np.full((HEIGHT, WIDTH), SKY, np.uint8)
    horizon = int(rng.integers(HEIGHT // 3, HEIGHT // 2))
    for left in range(0, WIDTH, 16):
        parts[int(rng.integers(4, horizon)) :, left : left + 10] = BUILDING
    parts[horizon + 6 :] = ROAD
    column = int(rng.integers(WIDTH - 12))
    parts[horizon + 4 : horizon + 12, column : column + 12] = CAR
    picture = _COLOURS[parts].astype(np.int64) + rng.integers(-12, 13, (HEIGHT, WIDTH, 3))
    parts[-2:] = VOID
    return np.clip(picture, 0, 255).astype(np.uint8), parts


def write_camvid_streets(folder: Path) -> Path:
    """Four pictures to train on, two to validate and two to test on."""
    for split, seeds in {"train": range(4), "val": range(10, 12), "test": range(20, 22)}.items():
        for seed in seeds:
            picture, parts = scene(seed)
            _write(folder / split / f"drive_{seed}.png", picture)
            _write(folder / f"{split}annot" / f"drive_{seed}.png", np.array(CAMVID, np.uint8)[parts])
    return folder


def write_cityscapes_streets(folder: Path) -> Path:
    """Two pictures to train on and one to validate on."""
    for split, city, seeds in (("train", "aachen", (1, 2)), ("val", "munster", (3,))):
        for seed in seeds:
            picture, parts = scene(seed)
            frame = f"{city}_000000_{seed:06d}"
            _write(folder / "leftImg8bit" / split / city / f"{frame}_leftImg8bit.png", picture)
            numbers = np.array(CITYSCAPES, np.uint8)[parts]
            _write(folder / "gtFine" / split / city / f"{frame}_gtFine_labelIds.png", numbers)
    return folder


def _write(path: Path, pixels: NDArray[np.uint8]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_png8(path, pixels)
