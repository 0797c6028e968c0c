"""What is in a data set and what is wrong with it, before hours are spent on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from skymatte.datasets.catalogue import list_catalogue, recognise
from skymatte.datasets.entry import Entry
from skymatte.datasets.pairing import first_of
from skymatte.datasets.sources import Source, read_source
from skymatte.errors import SkymatteError

Progress = Callable[[int, int], None]
"""Called with the number of pictures done and of all."""


@dataclass(frozen=True, slots=True)
class Shares:
    """What a label says of its picture: shares of its area in [0, 1]."""

    sky: float
    ignored: float


@dataclass(frozen=True, slots=True)
class Group:
    """Pictures of one split, stratum and licence.

    Attributes:
        split: ``None`` if the data set has none.
        stratum: as in the catalogue.
        licence: ``None`` if the data set does not name it.
        pictures: how many.
        places: how many places they show.
        sky: mean share of sky in [0, 1]; ``None`` if no picture was opened.
        ignored: mean share without a label; ``None`` if no picture was opened.
        without_sky: pictures without any sky; ``None`` if no picture was opened.
    """

    split: str | None
    stratum: str
    licence: str | None
    pictures: int
    places: int
    sky: float | None
    ignored: float | None
    without_sky: int | None


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found.

    Attributes:
        layout: what the folder was recognised as.
        pictures: labelled pictures.
        places: places they show.
        groups: sorted by split, stratum and licence.
        problems: what must be put right, each with its file.
        notes: what was left out or deserves a thought.
    """

    layout: str
    pictures: int
    places: int
    groups: tuple[Group, ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]

    def plain(self) -> dict[str, Any]:
        """The same in types that JSON knows."""
        return asdict(self)


def inspect(folder: Path, *, opening: bool, progress: Progress) -> Inspection:
    """List a data set and look for what is wrong with it.

    Args:
        folder: of any known layout.
        opening: read every picture and label, one at a time; otherwise only their presence is checked.
        progress: told after each picture that was read.

    Raises:
        DatasetError: the folder is of no known layout.
        LabelError: its table is wrong.
    """
    listing = list_catalogue(folder)
    shares, problems = _opened(listing.entries, progress) if opening else ({}, _missing(listing.entries))
    return Inspection(
        recognise(folder).name,
        len(listing.entries),
        len({entry.place for entry in listing.entries}),
        _groups(listing.entries, shares),
        (*listing.problems, *problems),
        (*listing.notes, *_remarks(listing.entries)),
    )


def _opened(entries: Sequence[Entry], progress: Progress) -> tuple[dict[Entry, Shares], list[str]]:
    shares, problems = {}, []
    for done, entry in enumerate(entries, 1):
        try:
            shares[entry] = _shares(read_source(entry))
        except SkymatteError as error:
            problems.append(str(error))
        progress(done, len(entries))
    return shares, problems


def _shares(source: Source) -> Shares:
    return Shares(float(source.sky.mean()), float(source.ignore.mean()))


def _missing(entries: Sequence[Entry]) -> list[str]:
    files = dict.fromkeys(path for entry in entries for path in (entry.picture, entry.label) if path is not None)
    return [f"{path}: no such file; add it or remove it from the data set" for path in files if not path.is_file()]


def _groups(entries: Sequence[Entry], shares: dict[Entry, Shares]) -> tuple[Group, ...]:
    members: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
    for entry in entries:
        members[entry.split or "", entry.stratum, entry.licence or ""].append(entry)
    return tuple(_group(members[key], shares) for key in sorted(members))


def _group(entries: list[Entry], shares: dict[Entry, Shares]) -> Group:
    opened = [shares[entry] for entry in entries if entry in shares]
    return Group(
        entries[0].split,
        entries[0].stratum,
        entries[0].licence,
        len(entries),
        len({entry.place for entry in entries}),
        sum(share.sky for share in opened) / len(opened) if opened else None,
        sum(share.ignored for share in opened) / len(opened) if opened else None,
        sum(share.sky == 0 for share in opened) if opened else None,
    )


def _remarks(entries: Sequence[Entry]) -> tuple[str, ...]:
    """Places on both sides of the data set's own split leak; a single place cannot be split."""
    splits: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        splits[entry.place].add(entry.split or "")
    if len(entries) > 1 and len(splits) == 1:
        return (f"all pictures count as the place {entries[0].place!r}: a split by place needs two or more",)
    torn = sorted(f"{place} ({', '.join(sorted(names))})" for place, names in splits.items() if len(names) > 1)
    if not torn:
        return ()
    consequence = "its own split flatters, a split by place does not"
    return (f"{len(torn)} of {len(splits)} places in more than one split: {first_of(torn)}: {consequence}",)
