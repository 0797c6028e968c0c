"""Data folders on disk, laid out as training reads them: ``hdri/manifest.csv``, ``video/CLIP.mp4`` and labels."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.picture.oiio import write_png8
from tests.scenery import write_other

COLUMNS = ("picture", "label", "licence", "split", "projection", "stratum")


def labelled(height: int, width: int, seed: int) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Bright sky over dark ground with texture, and its label with a line of ignored pixels between."""
    rng = np.random.default_rng(seed)
    horizon = int(height * rng.uniform(0.4, 0.6))
    label = np.zeros((height, width), np.uint8)
    label[:horizon] = 255
    label[horizon] = 128
    light = np.where(label == 255, 2.0, 0.1)[..., None] * rng.uniform(0.5, 1.5, (height, width, 3))
    return np.asarray(light, np.float32), label


def write_row(
    folder: Path, name: str, *, height: int = 64, width: int = 128, seed: int = 0, **row: str
) -> dict[str, str]:
    """Write ``pictures/NAME.hdr`` and ``labels/NAME.png`` and return the manifest's row."""
    light, label = labelled(height, width, seed)
    write_other(folder / "pictures" / f"{name}.hdr", light)
    row = {"licence": "CC0", "split": "train", "projection": "equirectangular", "stratum": "open"} | row
    if row.setdefault("label", f"labels/{name}.png"):
        (folder / "labels").mkdir(exist_ok=True)
        write_png8(folder / row["label"], label)
    return row | {"picture": f"{name}.hdr"}


def write_manifest(folder: Path, rows: list[dict[str, str]], columns: tuple[str, ...] = COLUMNS) -> Path:
    """Write ``folder/manifest.csv``."""
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as lines:
        table = csv.DictWriter(lines, columns, extrasaction="ignore")
        table.writeheader()
        table.writerows(rows)
    return folder


def write_clip(folder: Path, name: str, greys: list[int], labels: list[int], size: tuple[int, int] = (48, 64)) -> None:
    """Write ``NAME.mp4``, a frame of each grey, and labels of the numbered frames with their upper half sky."""
    height, width = size
    (folder / "labels").mkdir(parents=True, exist_ok=True)
    writer = cv2.VideoWriter(str(folder / f"{name}.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 10, (width, height))
    assert writer.isOpened()
    for grey in greys:
        writer.write(np.full((height, width, 3), grey, np.uint8))
    writer.release()
    label = np.zeros((height, width), np.uint8)
    label[: height // 2] = 255
    for frame in labels:
        write_png8(folder / "labels" / f"{name}__{frame:05d}.png", label)
