"""Pictures and labels in two folders, paired by the stems of their names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from skymatte.picture.read import SUFFIXES

_MOST_NAMES = 3


@dataclass(frozen=True, slots=True)
class Pairing:
    """What belongs together in two folders.

    Attributes:
        pairs: stem, picture and label, sorted by stem.
        problems: labels without a picture or with several.
        notes: pictures without a label.
    """

    pairs: tuple[tuple[str, Path, Path], ...]
    problems: tuple[str, ...]
    notes: tuple[str, ...]


def pair_by_stem(pictures: Path, labels: Path) -> Pairing:
    """Pair ``pictures/NAME.*`` with ``labels/NAME.png``; subfolders and hidden files are left aside."""
    by_stem: dict[str, list[Path]] = {}
    for path in sorted(pictures.iterdir()):
        if path.suffix.lower() in SUFFIXES and not path.name.startswith("."):
            by_stem.setdefault(path.stem, []).append(path)
    pairs, problems = [], []
    for label in sorted(path for path in labels.glob("*.png") if not path.name.startswith(".")):
        match by_stem.pop(label.stem, []):
            case []:
                problems.append(f"{label}: has no picture {label.stem}.* in {pictures}; add it or remove the label")
            case [picture]:
                pairs.append((label.stem, picture, label))
            case several:
                files = ", ".join(path.name for path in several)
                problems.append(f"{label}: has several pictures in {pictures} ({files}); keep one")
    return Pairing(tuple(pairs), tuple(problems), left_out(f"picture(s) in {pictures} without a label", by_stem))


def left_out(what: str, names: Iterable[str]) -> tuple[str, ...]:
    """The note that something was left out, with its number and first names; none if nothing was."""
    listed = sorted(names)
    return (f"left out {len(listed)} {what}: {first_of(listed)}",) if listed else ()


def first_of(names: list[str]) -> str:
    """The first few of some names, as people list them."""
    more = " and more" if len(names) > _MOST_NAMES else ""
    return ", ".join(names[:_MOST_NAMES]) + more
