"""Folders of finished masks: ``NAME.png`` or ``NAME.mask.png``, 255 sky, 0 non-sky, 128 ignore."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Final

from skymatte.datasets.drawings import Drawing, Drawings
from skymatte.errors import LabelError
from skymatte.masks.files import read_label
from skymatte.masks.matching import stem_of

_NO_MASKS: Final = (".matte.png", ".cutout.png", ".view.png", ".overlay.png")


def find_masks(path: Path) -> list[Path]:
    """The masks of a folder, or a single one, sorted; of ``NAME.png`` and ``NAME.mask.png`` the latter.

    Raises:
        LabelError: there are none.
    """
    files = [path] if path.is_file() else sorted(path.iterdir()) if path.is_dir() else []
    masks: dict[str, Path] = {}
    for file in filter(_is_mask, files):
        if stem_of(file) not in masks or file.name.lower().endswith(".mask.png"):
            masks[stem_of(file)] = file
    if not masks:
        found = ", ".join(file.name for file in files if file.suffix.lower() == ".json")
        hint = f"; for annotations give the file itself: {found}" if found else ""
        raise LabelError(f"{path}: holds no mask such as NAME.png or NAME.mask.png{hint}")
    return [masks[stem] for stem in sorted(masks)]


def read_mask_folder(path: Path) -> Drawings:
    """The drawings of :func:`find_masks`; what is in them is read later, one at a time.

    Raises:
        LabelError: there are none.
    """
    return Drawings(tuple(_drawing(mask) for mask in find_masks(path)))


def _drawing(mask: Path) -> Drawing:
    return Drawing(str(mask), ((f"{stem_of(mask)}.png",),), None, label=partial(read_label, mask))


def _is_mask(file: Path) -> bool:
    name = file.name.lower()
    return file.is_file() and name.endswith(".png") and not name.startswith(".") and not name.endswith(_NO_MASKS)
