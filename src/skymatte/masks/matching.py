"""Which prediction belongs to which label."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skymatte.errors import LabelError

_OTHER_OUTPUTS: Final = (".overlay", ".view", ".cutout")
"""What stands beside masks and mattes but is neither."""

_MASKS: Final = (".mask.png", ".png")
_MATTES: Final = (".matte.exr", ".matte.png", ".exr")
_LABELS: Final = (".png", ".mask.png", ".matte.exr", ".matte.png", ".exr")


@dataclass(frozen=True, slots=True)
class Pair:
    """One picture's files.

    Attributes:
        name: what both are called, without `.mask.png` and the like.
        label: the label or reference matte.
        prediction: the predicted mask; the matte if there is no mask.
        matte: the file known to hold fractions, if there is one; may be `prediction`.
    """

    name: str
    label: Path
    prediction: Path
    matte: Path | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """What was found.

    Attributes:
        pairs: sorted by name.
        missing: picture name → what is missing and where it was looked for.
    """

    pairs: tuple[Pair, ...]
    missing: dict[str, str]


def match(predictions: Path, labels: Path) -> Matches:
    """Pair predictions with labels by stem: `a.mask.png`, `a.matte.exr`, `a.matte.png`, `a.png`, `a.exr` ↔ `a.png`.

    Two files are paired whatever their names.  Folders are not searched below their first level.  Of several files of
    one stem the order of the names above decides; mask and matte of a prediction are both used.

    Args:
        predictions: file or folder.
        labels: file or folder.

    Raises:
        LabelError: a path does not exist, or a folder has no file to compare.
    """
    found = _collect(predictions)
    if predictions.is_file() and labels.is_file():
        return Matches((_pair(stem_of(labels), next(iter(found.values())), labels),), {})
    known = _collect(labels)
    wanted = _wanted(predictions, labels, found, known)
    pairs, missing = [], {}
    for name in wanted:
        if name not in known:
            missing[name] = f"{_any(found[name])}: no label of that name in {labels}; name it {name}.png"
        elif name not in found:
            missing[name] = f"{_any(known[name])}: no prediction of that name in {predictions}; name it {name}.mask.png"
        else:
            label = next(known[name][ending] for ending in _LABELS if ending in known[name])
            pairs.append(_pair(name, found[name], label))
    return Matches(tuple(pairs), missing)


def stem_of(path: Path) -> str:
    """The picture's name in the name of one of its files: `a` of `a.png`, `a.mask.png` and `a.matte.exr`."""
    ending = _ending(path)
    return path.name[: -len(ending)] if ending else path.stem


def _wanted(
    predictions: Path, labels: Path, found: dict[str, dict[str, Path]], known: dict[str, dict[str, Path]]
) -> list[str]:
    """The names to compare: all, or the one that was given as a file."""
    if predictions.is_file():
        return sorted(found)
    if labels.is_file():
        return sorted(known)
    return sorted(found.keys() | known.keys())


def _collect(path: Path) -> dict[str, dict[str, Path]]:
    """Picture name → ending → file."""
    if not path.exists():
        raise LabelError(f"{path}: no such file or folder; check the path")
    collected: dict[str, dict[str, Path]] = {}
    for file in [path] if path.is_file() else sorted(path.iterdir()):
        ending = _ending(file)
        if not ending or file.name.startswith(".") or not file.is_file():
            continue
        name = stem_of(file)
        if not name.lower().endswith(_OTHER_OUTPUTS):
            collected.setdefault(name, {})[ending] = file
    if not collected and path.is_file():
        raise LabelError(f"{path}: is neither PNG nor EXR; save masks and labels as PNG, mattes as EXR or 16-bit PNG")
    if not collected:
        raise LabelError(f"{path}: holds no PNG or EXR to compare; give masks, mattes or labels")
    return collected


def _ending(path: Path) -> str:
    lower = path.name.lower()
    return next((ending for ending in (*_MASKS[:1], *_MATTES, ".png") if lower.endswith(ending)), "")


def _pair(name: str, files: dict[str, Path], label: Path) -> Pair:
    masks = [files[ending] for ending in _MASKS if ending in files]
    mattes = [files[ending] for ending in _MATTES if ending in files]
    if masks and mattes and _ending(mattes[0]) == ".exr":
        mattes = []  # a plain EXR beside a mask is more likely the picture than a matte
    return Pair(name, label, (masks or mattes)[0], mattes[0] if mattes else None)


def _any(files: dict[str, Path]) -> Path:
    return next(iter(files.values()))
