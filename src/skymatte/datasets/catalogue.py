"""What a folder of labelled pictures holds, in whichever known layout: one entry a picture, nothing opened yet."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

from skymatte.datasets import ade20k, camvid, cityscapes, manifest, plain, skyfinder
from skymatte.datasets.entry import Entry, Layout, Listing, place_of
from skymatte.errors import DatasetError

__all__ = ["LAYOUTS", "Entry", "list_catalogue", "place_of", "read_catalogue", "recognise"]

LAYOUTS: Final[tuple[Layout, ...]] = (
    manifest.LAYOUT,
    plain.LAYOUT,
    cityscapes.LAYOUT,
    ade20k.CHALLENGE,
    ade20k.WHOLE,
    camvid.LAYOUT,
    skyfinder.LAYOUT,
)
"""Known layouts; the first that fits is taken."""

_MOST_PROBLEMS = 5


def recognise(folder: Path) -> Layout:
    """The layout of a folder.

    Raises:
        DatasetError: no folder, or of no known layout; the message lists what was looked for.
    """
    if not folder.is_dir():
        raise DatasetError(f"{folder}: no such folder; name the folder that holds the data set")
    for layout in LAYOUTS:
        if layout.is_here(folder):
            return layout
    below = [str(child) for child in sorted(folder.iterdir()) if any(layout.is_here(child) for layout in LAYOUTS)]
    looked_for = "; ".join(f"{layout.looked_for} ({layout.name})" for layout in LAYOUTS)
    hint = f"name one of the data sets in it: {', '.join(below)}" if below else f"looked for {looked_for}"
    raise DatasetError(f"{folder}: is no data set of a known layout; {hint}")


def list_catalogue(folder: Path) -> Listing:
    """Everything that is listed in a folder, and what is wrong with it; duplicate names count as problems.

    Raises:
        DatasetError: of no known layout.
        LabelError: its table is wrong.
    """
    listing = recognise(folder).read(folder)
    repeated = [name for name, times in Counter(entry.name for entry in listing.entries).items() if times > 1]
    problems = tuple(f"{folder}: {_duplicate(name, listing.entries)}" for name in repeated)
    return Listing(listing.entries, listing.problems + problems, listing.notes)


def read_catalogue(folder: Path) -> list[Entry]:
    """The labelled pictures of a folder, in the layout's order.

    Raises:
        DatasetError: of no known layout, empty, or with problems: labels without pictures, duplicate names.
        LabelError: its table is wrong.
    """
    listing = list_catalogue(folder)
    if listing.problems:
        more = len(listing.problems) - _MOST_PROBLEMS
        shown = "; ".join(listing.problems[:_MOST_PROBLEMS]) + (f"; and {more} more" if more > 0 else "")
        raise DatasetError(f"{shown} (skymatte dataset info {folder} lists everything)")
    if not listing.entries:
        notes = "".join(f"; {note}" for note in listing.notes)
        raise DatasetError(f"{folder}: holds no labelled picture{notes}; add pictures with labels")
    return list(listing.entries)


def _duplicate(name: str, entries: tuple[Entry, ...]) -> str:
    files = ", ".join(entry.picture.name for entry in entries if entry.name == name)
    return f"the name {name!r} occurs more than once ({files}); rename or remove all but one"
