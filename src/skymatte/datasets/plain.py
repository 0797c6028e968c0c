"""A data set without a table: ``pictures/NAME.*`` and ``labels/NAME.png``, as ``skymatte dataset import`` writes it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from skymatte.datasets.entry import Entry, Layout, Listing, place_of
from skymatte.datasets.pairing import pair_by_stem


def _is_here(folder: Path) -> bool:
    return (folder / "pictures").is_dir() and (folder / "labels").is_dir()


def _read(folder: Path) -> Listing:
    pairing = pair_by_stem(folder / "pictures", folder / "labels")
    entries = (Entry(stem, picture, label, place_of(stem)) for stem, picture, label in pairing.pairs)
    return Listing(tuple(entries), pairing.problems, pairing.notes)


LAYOUT: Final = Layout("plain", "pictures/ with labels/", _is_here, _read)
