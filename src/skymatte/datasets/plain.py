"""A data set without a table: ``pictures/NAME.*`` and ``labels/NAME.png``, as ``skymatte dataset import`` writes it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from skymatte.datasets.entry import Entry, Layout, Listing, place_of
from skymatte.picture.read import SUFFIXES


def by_stem(folder: Path) -> dict[str, list[Path]]:
    """The pictures directly in a folder by stem, sorted."""
    found: dict[str, list[Path]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            found.setdefault(path.stem, []).append(path)
    return found


def left_out(what: str, names: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """One note ``N WHAT: a, b, c and more``, or none."""
    listed = sorted(names)
    if not listed:
        return ()
    return (f"{len(listed)} {what}: {', '.join(listed[:most])}{' and more' if len(listed) > most else ''}",)


def _read(folder: Path) -> Listing:
    pictures, entries, problems = by_stem(folder / "pictures"), [], []
    labels = {path.stem: path for path in sorted((folder / "labels").glob("*.png"))}
    for stem, label in labels.items():
        of_label = pictures.get(stem, [])
        if len(of_label) == 1:
            entries.append(Entry(stem, of_label[0], label, place_of(stem)))
        elif not of_label:
            problems.append(f"{label}: has no picture {stem}.* in {folder / 'pictures'}; add it or remove the label")
        else:
            files = ", ".join(path.name for path in of_label)
            problems.append(f"{label}: has several pictures ({files}) in {folder / 'pictures'}; keep one")
    notes = left_out("picture(s) without a label left out", (stem for stem in pictures if stem not in labels))
    return Listing(tuple(entries), tuple(problems), notes)


LAYOUT: Final = Layout(
    "plain",
    "pictures/ and labels/",
    lambda folder: (folder / "pictures").is_dir() and (folder / "labels").is_dir(),
    _read,
)
