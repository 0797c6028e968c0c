"""Patches on disk: pictures ready for cutting as memory maps, and a table of where the patches lie in them.

A store is a folder::

    store.json           plan, pictures, statistics; written last
    rows-….npy           one row a patch: picture, top, left, share of sky, split
    prepared/            the pictures (see ``prepared.py``)

Patches overlap, so pictures take a fraction of the room that patches would; and a picture is the unit by which a build
goes on.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from skymatte.datasets.entry import Entry
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.patch_set import PatchSet, StoredPicture
from skymatte.datasets.patch_statistics import PatchStatistics
from skymatte.datasets.patch_table import PatchTable
from skymatte.datasets.prepared import Prepared, file_of, load_prepared, prepare
from skymatte.datasets.splits import SPLITS, Split, split_pictures
from skymatte.errors import DatasetError, InputError, OutputError
from skymatte.picture.atomic import replacing

STORE_FILE: Final = "store.json"
PREPARED: Final = "prepared"

Report = Callable[[str], None]
Result = TypeVar("Result")

_FORMAT = 1
_SECONDS_BETWEEN_LINES = 1.0


class PatchStore:
    """A finished store.

    Attributes:
        folder: where it lies.
        plan: how it was cut.
        pictures: what it was cut from.
        statistics: by split.
        key: changes with the plan, the pictures and their splits.
    """

    def __init__(self, folder: Path, content: dict[str, Any], table: NDArray[np.void]) -> None:
        self.folder, self._table = folder, table
        self.key: str = content["key"]
        self.plan = PatchPlan.model_validate(content["plan"])
        self.statistics = {split: PatchStatistics(**counted) for split, counted in content["statistics"].items()}
        self.pictures = tuple(
            StoredPicture(**{**each, "prepared": Prepared(**each["prepared"])}) for each in content["pictures"]
        )

    @classmethod
    def open(cls, folder: Path) -> PatchStore:
        """Open a store.

        Raises:
            DatasetError: there is none, another version built it, or files of it are gone or damaged.
        """
        path = folder / STORE_FILE
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["format"] != _FORMAT:
                raise ValueError(f"its format is {content['format']}, this version reads {_FORMAT}")
            store = cls(folder, content, np.load(folder / _rows_file(content["key"]), allow_pickle=False))
        except FileNotFoundError as error:
            lacks = f"lacks {Path(error.filename).name}"
            raise DatasetError(
                f"{folder}: is no finished patch store ({lacks}); build it: skymatte dataset build"
            ) from None
        except (OSError, ValueError, LookupError, TypeError, EOFError, ValidationError) as error:
            raise DatasetError(f"{path}: cannot be used ({error}); build the store again") from None
        for name in (name for picture in store.pictures for name in picture.prepared.files):
            if not (folder / PREPARED / name).is_file():
                raise DatasetError(f"{folder / PREPARED / name}: is missing; build the store again")
        return store

    def patches(self, split: Split) -> PatchSet:
        """The patches of ``train`` or ``val``, picture by picture."""
        chosen = self._table[self._table["split"] == SPLITS.index(split)]
        return PatchSet(self.folder / PREPARED, self.plan.size, self.pictures, chosen)

    @property
    def leaks(self) -> list[str]:
        """Places that stand on both sides of the split, sorted."""
        numbers = (np.unique(self._table["picture"][self._table["split"] == side]) for side in range(len(SPLITS)))
        train, val = ({self.pictures[number].place for number in side} for side in numbers)
        return sorted(train & val)


def build_store(entries: Sequence[Entry], plan: PatchPlan, folder: Path, report: Report) -> PatchStore:
    """Build a store, or bring one up to date: only pictures that are new or changed are read, one at a time.

    Killed at any moment, the next call goes on after the last finished picture.  An older store in ``folder`` stays
    whole until the new one is finished; then files that are no longer needed are deleted.

    Args:
        entries: the labelled pictures.
        plan: how they are cut.
        folder: a store, or a folder that is empty or does not exist yet.
        report: told what is being done, a line at a time.

    Raises:
        InputError: pictures cannot be used; all are named, and the others are kept for the next call.
        DatasetError: names occur twice, or no patch trains or none validates.
        OutputError: ``folder`` holds other files or cannot be written.
    """
    chosen = _choose(entries, plan, report)
    _claim(folder)
    failures: list[str] = []
    files = _attempt([entry for entry, _ in chosen], lambda entry: file_of(entry, plan), failures)
    key = _key(plan, chosen, files)
    known = _finished(folder)
    if known is not None and known.key == key and not failures:
        report(f"{folder}: is up to date")
        return known
    if known is not None and known.plan != plan:
        report(f"{folder}: the plan changed: {_changes(known.plan, plan)}")
    reader = _Reader(plan, folder / PREPARED, files, report)
    prepared = _attempt([entry for entry, _ in chosen if entry.name in files], reader.ready, failures)
    if failures:
        raise InputError(
            f"{len(failures)} of {len(chosen)} pictures cannot be used; mend them and run again, the others are kept:"
            + "".join(f"\n- {failure}" for failure in failures)
        )
    report(f"{folder}: {reader.read} pictures prepared, {len(chosen) - reader.read} were there already")
    pictures = [StoredPicture(e.name, e.place, e.stratum, e.licence, prepared[e.name]) for e, _ in chosen]
    return _finish(folder, plan, key, pictures, [side for _, side in chosen], report)


def _choose(entries: Sequence[Entry], plan: PatchPlan, report: Report) -> list[tuple[Entry, Split | None]]:
    """The pictures that the store needs, and where they stand; ``None`` = each patch is drawn by itself."""
    repeated = [name for name, times in Counter(entry.name for entry in entries).items() if times > 1]
    if repeated:
        raise DatasetError(f"two pictures are called {repeated[0]!r}; rename one")
    sides = split_pictures(entries, plan)
    by_patch = plan.split == "patch"
    placed = [(entry, sides[entry.name]) for entry in entries if by_patch or sides[entry.name] is not None]
    if len(placed) < len(entries):
        report(f"{len(entries) - len(placed)} test pictures are left out")
    chosen = [(entry, side) for entry, side in placed if side != "train" or plan.licence in (None, entry.licence)]
    if len(chosen) < len(placed):
        report(f"{len(placed) - len(chosen)} training pictures that are not {plan.licence} are left out")
    return chosen


def _claim(folder: Path) -> None:
    """Make the folder, unless it is somebody else's."""
    prepared = folder / PREPARED
    try:
        free = prepared.is_dir() or not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
        if free:
            prepared.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written: {error.strerror}; choose another folder") from None
    if not free:
        raise OutputError(f"{folder}: holds other files; choose a folder that is empty or does not exist yet")


def _attempt(entries: Sequence[Entry], work: Callable[[Entry], Result], failures: list[str]) -> dict[str, Result]:
    """What ``work`` makes of each picture, by name; errors are added to ``failures`` and the rest is done."""
    results = {}
    for entry in entries:
        try:
            results[entry.name] = work(entry)
        except InputError as error:
            failures.append(str(error))
    return results


class _Reader:
    """Takes pictures that are prepared already as they are, and reads the others."""

    def __init__(self, plan: PatchPlan, folder: Path, files: dict[str, str], report: Report) -> None:
        self.read = 0
        self._plan, self._folder, self._files, self._report = plan, folder, files, report
        self._done, self._told = 0, 0.0

    def ready(self, entry: Entry) -> Prepared:
        self._done += 1
        known = load_prepared(self._folder, self._files[entry.name])
        if known is not None:
            return known
        self.read += 1
        if time.monotonic() - self._told >= _SECONDS_BETWEEN_LINES:
            self._report(f"{self._done}/{len(self._files)} {entry.name}")
            self._told = time.monotonic()
        return prepare(entry, self._plan, self._folder, self._files[entry.name])


def _finish(
    folder: Path,
    plan: PatchPlan,
    key: str,
    pictures: list[StoredPicture],
    sides: list[Split | None],
    report: Report,
) -> PatchStore:
    """Cut, and replace the store that was there before."""
    table = PatchTable(plan)
    for number, (picture, side) in enumerate(zip(pictures, sides, strict=True)):
        label = np.load(folder / PREPARED / picture.prepared.label_file)
        if table.add(number, picture, side, label) == 0:
            size = f"{picture.prepared.width}×{picture.prepared.height}"
            report(f"{picture.name}: {size} pixels hold no patch of {plan.size}; padding: same would give some")
    statistics = table.statistics()
    _check_sides(statistics, plan)
    with replacing(folder / _rows_file(key)) as temporary:
        np.save(temporary, table.rows())
    content = {
        "format": _FORMAT,
        "key": key,
        "plan": plan.model_dump(),
        "statistics": {split: asdict(counted) for split, counted in statistics.items()},
        "pictures": [asdict(picture) for picture in pictures],
    }
    with replacing(folder / STORE_FILE) as temporary:
        temporary.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    needed = {name for picture in pictures for name in picture.prepared.files} | {_rows_file(key)}
    for path in (*(folder / PREPARED).iterdir(), *folder.glob("rows-*.npy")):
        if path.name not in needed:
            path.unlink(missing_ok=True)
    return PatchStore.open(folder)


def _check_sides(statistics: dict[str, PatchStatistics], plan: PatchPlan) -> None:
    if statistics["train"].patches == 0:
        raise DatasetError(
            f"no patch of {plan.size} pixels is left to train on; "
            "look at size, licence, ground and sky, or choose padding: same"
        )
    if statistics["val"].patches == 0 and plan.validation > 0:
        raise DatasetError(
            f"no patch validates (split: {plan.split}, validation: {plan.validation}); "
            "add pictures, raise validation, or set validation: 0 to do without"
        )


def _finished(folder: Path) -> PatchStore | None:
    try:
        return PatchStore.open(folder)
    except DatasetError:
        return None


def _key(plan: PatchPlan, chosen: list[tuple[Entry, Split | None]], files: dict[str, str]) -> str:
    pictures = [(e.name, e.place, e.stratum, e.licence, side, files.get(e.name)) for e, side in chosen]
    return hashlib.sha256(json.dumps((_FORMAT, plan.model_dump(), pictures)).encode()).hexdigest()


def _changes(old: PatchPlan, new: PatchPlan) -> str:
    before, after = old.model_dump(), new.model_dump()
    return ", ".join(f"{name} {before[name]} → {after[name]}" for name in after if before[name] != after[name])


def _rows_file(key: str) -> str:
    return f"rows-{key[:16]}.npy"
