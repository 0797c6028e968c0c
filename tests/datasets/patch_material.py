"""Labelled pictures on disk whose light survives bit for bit: float TIFF and PNG labels."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.entry import Entry
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.store import PatchStore, build_store
from skymatte.picture.model import Projection
from skymatte.picture.oiio import write_png8, write_tiff32

PLAN = PatchPlan(size=16, stride=8, split="given", validation=0)


def light(height: int, width: int, seed: int = 0) -> NDArray[np.float32]:
    """Log-normal light over twelve stops with a sun of 65504 in it."""
    rng = np.random.default_rng(seed)
    values = rng.lognormal(0, 2, (height, width, 3)).astype(np.float32)
    values[height // 4, width // 4] = 65504
    return values


def horizon(height: int, width: int, row: int) -> NDArray[np.uint8]:
    """Sky above ``row``, non-sky from there on."""
    return np.where(np.arange(height)[:, None] < row, np.uint8(255), np.uint8(0)).repeat(width, axis=1)


def write_entry(
    folder: Path,
    name: str,
    pixels: NDArray[np.float32] | None = None,
    label: NDArray[np.uint8] | None = None,
    **fields: Any,
) -> Entry:
    """Write a picture, 32×48 unless given, and its label, half sky unless given; fields as :class:`Entry` has them."""
    pixels = light(32, 48, seed=len(name)) if pixels is None else pixels
    label = horizon(pixels.shape[0], pixels.shape[1], pixels.shape[0] // 2) if label is None else label
    folder.mkdir(parents=True, exist_ok=True)
    stem = name.replace("/", "-")
    picture, label_file = folder / f"{stem}.tif", folder / f"{stem}.png"
    write_tiff32(picture, pixels)
    write_png8(label_file, label)
    fields = {"place": name, "projection": Projection.PERSPECTIVE, "split": "train"} | fields
    return Entry(name, picture, label_file, **fields)


def touch(path: Path) -> None:
    """Make a file look as if it had been written a second later."""
    state = path.stat()
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns + 10**9))


def build(entries: list[Entry], folder: Path, said: list[str] | None = None, **changes: Any) -> PatchStore:
    """Build a store by ``PLAN`` with changes; what is reported goes into ``said``."""
    plan = PatchPlan.model_validate(PLAN.model_dump() | changes)
    return build_store(entries, plan, folder, (said if said is not None else []).append)
