"""Patches as plain files, as other training programs read them: float32 TIFF and PNG labels, one pair a patch.

The layout is that of Keras' folder readers::

    X_train/train/NAME.tif    Y_train/train/NAME.png
    X_val/val/NAME.tif        Y_val/val/NAME.png

with ``NAME`` = ``PICTURE__TOP_LEFT``, a slash in the picture's name written as ``%2F``.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.entry import Entry, place_of
from skymatte.datasets.pairing import pair_by_stem
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.patch_set import PatchRow
from skymatte.datasets.splits import SPLITS, Split
from skymatte.datasets.store import PatchStore, build_store
from skymatte.datasets.views import View
from skymatte.errors import DatasetError, OutputError
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.picture.model import Projection
from skymatte.picture.oiio import write_png8, write_tiff32
from skymatte.picture.size import read_size

_CORNER = re.compile(r"__-?\d+_-?\d+$")


def write_layout(store: PatchStore, folder: Path, *, keep_ignored: bool, progress: Callable[[int, int], None]) -> None:
    """Write every patch of a store as a pair of files; all of them or none.

    Pixels keep their float32 values.  Labels are 255 where at least half of a pixel is sky, else 0; ignored pixels
    (less than half labelled) are 0 too, as most training programs know two values only.

    Args:
        store: the patches.
        folder: made by this; must not exist yet, or be empty.
        keep_ignored: write ignored pixels as 128.
        progress: told the number of patches written and of all.

    Raises:
        OutputError: ``folder`` holds files, or cannot be written.
    """
    unfinished = _reserve(folder)
    try:
        _write_all(store, unfinished, keep_ignored, progress)
        unfinished.replace(folder)
    except OutputError:
        raise
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}") from None
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def pack_layout(folder: Path, store: Path, report: Callable[[str], None]) -> PatchStore:
    """Make a store of plain files: light is taken as it is, the folders say the split.

    Args:
        folder: holds ``X_train/train`` and ``Y_train/train``, perhaps ``X_val/val`` and ``Y_val/val``.
        store: folder of the store, new or an older one.
        report: told what is being done.

    Raises:
        DatasetError: folders, labels or pictures are missing, or patches are not square or of different sizes.
        InputError: labels or pictures cannot be read; all are named.
        OutputError: ``store`` cannot be written.
    """
    entries = [entry for split in SPLITS for entry in _entries(folder, split)]
    plan = PatchPlan(
        size=(size := _common_size(entries)),
        stride=size,
        expose="none",
        split="given",
        validation=0.5 if any(entry.split == "val" for entry in entries) else 0.0,
    )
    return build_store(entries, plan, store, report)


def _reserve(folder: Path) -> Path:
    """A new hidden folder beside the one that is asked for."""
    unfinished = folder.with_name(f".{folder.name}.unfinished")
    try:
        free = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
        if free:
            shutil.rmtree(unfinished, ignore_errors=True)  # of a run that was killed
            unfinished.mkdir(parents=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}; choose another folder") from None
    if not free:
        raise OutputError(f"{folder}: holds other files; choose a folder that is empty or does not exist yet")
    return unfinished


def _write_all(store: PatchStore, folder: Path, keep_ignored: bool, progress: Callable[[int, int], None]) -> None:
    sets = {split: store.patches(split) for split in SPLITS}
    done, total = 0, sum(map(len, sets.values()))
    for split, patches in sets.items():
        pixels, labels = folder / f"X_{split}" / split, folder / f"Y_{split}" / split
        pixels.mkdir(parents=True)
        labels.mkdir(parents=True)
        for index in range(len(patches)):
            view, name = patches[index], _name(patches.rows[index])
            write_tiff32(pixels / f"{name}.tif", view.pixels)
            write_png8(labels / f"{name}.png", _label(view, keep_ignored))
            done += 1
            progress(done, total)


def _name(row: PatchRow) -> str:
    return f"{row.picture.replace('%', '%25').replace('/', '%2F')}__{row.top}_{row.left}"


def _label(view: View, keep_ignored: bool) -> NDArray[np.uint8]:
    label = np.where(view.sky >= 0.5, np.uint8(SKY), np.uint8(NON_SKY))
    label[view.weight < 0.5] = IGNORE if keep_ignored else NON_SKY
    return label


def _entries(folder: Path, split: Split) -> list[Entry]:
    pixels, labels = folder / f"X_{split}" / split, folder / f"Y_{split}" / split
    if split == "val" and not pixels.exists() and not labels.exists():
        return []
    for path in (pixels, labels):
        if not path.is_dir():
            raise DatasetError(f"{path}: no such folder; patches lie in X_{split}/{split}, labels in Y_{split}/{split}")
    pairing = pair_by_stem(pixels, labels)
    wrong = (*pairing.problems, *pairing.notes)
    if wrong:
        raise DatasetError(f"{pixels}: patches and labels must come in pairs: " + "; ".join(wrong[:5]))
    return [
        Entry(f"{split}/{stem}", picture, label, _place(stem), Projection.PERSPECTIVE, split=split)
        for stem, picture, label in pairing.pairs
    ]


def _place(stem: str) -> str:
    return place_of(_CORNER.sub("", stem).replace("%2F", "/").replace("%25", "%"))


def _common_size(entries: list[Entry]) -> int:
    if not entries:
        raise DatasetError("no patch was found; X_train/train must hold .tif files, Y_train/train their .png labels")
    first = read_size(entries[0].picture)
    for entry in entries:
        width, height = read_size(entry.picture)
        if width != height or (width, height) != first:
            raise DatasetError(
                f"{entry.picture}: is {width}×{height} pixels; patches must be square and of one size "
                f"({entries[0].picture.name} is {first[0]}×{first[1]})"
            )
    return first[0]
