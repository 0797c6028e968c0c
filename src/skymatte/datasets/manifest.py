"""A data set described by a table: ``manifest.csv`` beside ``pictures/`` and ``labels/``."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from skymatte.datasets.entry import Entry, Layout, Listing, place_of
from skymatte.errors import LabelError
from skymatte.picture.model import Projection

MANIFEST: Final = "manifest.csv"

_COLUMNS = ("picture", "label", "licence", "split", "projection", "stratum")


def read_rows(folder: Path) -> Iterator[Entry]:
    """The rows of ``folder/manifest.csv``; a column ``place`` may be there, a row without a label has no sky.

    Raises:
        LabelError: the table lacks a column, is no UTF-8, or names an unknown projection.
    """
    path = folder / MANIFEST
    try:
        with path.open(newline="", encoding="utf-8-sig") as lines:
            table = csv.DictReader(lines)
            missing = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
            if missing:
                raise LabelError(f"{path}: lacks the column(s) {', '.join(missing)}")
            for row in table:
                yield _entry(folder, row)
    except UnicodeDecodeError:
        raise LabelError(f"{path}: is not UTF-8; save it as CSV in UTF-8") from None


def _entry(folder: Path, row: dict[str, str]) -> Entry:
    name = Path(row["picture"] or "").stem
    if any(row[column] is None for column in _COLUMNS):
        raise LabelError(f"{folder / MANIFEST}: the row of {name!r} is shorter than the header; fill its cells")
    if row["projection"] not in tuple(Projection):
        known = ", ".join(Projection)
        raise LabelError(
            f"{folder / MANIFEST}: {name}: projection {row['projection']!r} is not one of {known}; correct the row"
        )
    return Entry(
        name,
        folder / "pictures" / row["picture"],
        folder / row["label"] if row["label"] else None,
        row.get("place") or place_of(name),
        Projection(row["projection"]),
        row["stratum"],
        row["split"] or None,
        row["licence"] or None,
    )


def _read(folder: Path) -> Listing:
    return Listing(tuple(read_rows(folder)))


LAYOUT: Final = Layout(
    "manifest", "manifest.csv with pictures/ and labels/", lambda folder: (folder / MANIFEST).is_file(), _read
)
