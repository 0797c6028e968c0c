"""The table of patches: which are kept, on which side they stand, and what was counted on the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.cutting import corners, cut, inside
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.patch_set import ROW, StoredPicture
from skymatte.datasets.patch_statistics import Kind, PatchStatistics, kind_of
from skymatte.datasets.splits import SPLITS, Split, generator, split_patches


@dataclass(slots=True)
class _Tally:
    kinds: Counter[Kind] = field(default_factory=Counter)
    left_out: int = 0
    unlabelled: int = 0
    sky: float = 0.0
    pictures: set[str] = field(default_factory=set)
    places: set[str] = field(default_factory=set)

    def keep(self, picture: StoredPicture, kind: Kind, sky: float) -> None:
        self.kinds[kind] += 1
        self.sky += sky
        self.pictures.add(picture.name)
        self.places.add(picture.place)

    def statistics(self) -> PatchStatistics:
        return PatchStatistics(
            sky_only=self.kinds[Kind.SKY],
            ground_only=self.kinds[Kind.GROUND],
            both=self.kinds[Kind.BOTH],
            left_out=self.left_out,
            unlabelled=self.unlabelled,
            sky=self.sky / max(1, self.kinds.total()),
            pictures=len(self.pictures),
            places=len(self.places),
        )


class PatchTable:
    """Grows by one picture at a time."""

    def __init__(self, plan: PatchPlan) -> None:
        self._plan = plan
        self._rows: list[tuple[int, int, int, float, int]] = []
        self._tallies: dict[Split, _Tally] = {split: _Tally() for split in SPLITS}

    def add(self, number: int, picture: StoredPicture, side: Split | None, label: NDArray[np.uint8]) -> int:
        """Add the patches of a picture and return how many there were to choose from.

        Args:
            number: the picture's number in the store.
            picture: the picture.
            side: where it stands; ``None`` draws each patch by itself.
            label: its H×W×2 label as stored.
        """
        where = corners(label.shape[0], label.shape[1], self._plan, wraps=picture.prepared.wraps)
        validates = split_patches(picture.name, len(where), self._plan)
        lot = generator(self._plan.seed, "keep", picture.name).random(len(where))
        for (top, left), drawn_to_val, drawn in zip(where, validates, lot, strict=True):
            split: Split = side or ("val" if drawn_to_val else "train")
            if split == "train" and self._plan.licence not in (None, picture.licence):
                continue
            tally = self._tallies[split]
            found = self._look(label, top, left, wraps=picture.prepared.wraps)
            if found is None:
                tally.unlabelled += 1
            elif split == "train" and drawn >= self._share(found[0]):
                tally.left_out += 1
            else:
                tally.keep(picture, *found)
                self._rows.append((number, top, left, found[1], SPLITS.index(split)))
        return len(where)

    def rows(self) -> NDArray[np.void]:
        """All rows, of the type ``ROW``."""
        return np.array(self._rows, ROW)

    def statistics(self) -> dict[str, PatchStatistics]:
        """What was counted, by split."""
        return {split: tally.statistics() for split, tally in self._tallies.items()}

    def _share(self, kind: Kind) -> float:
        return {Kind.SKY: self._plan.sky, Kind.GROUND: self._plan.ground, Kind.BOTH: 1.0}[kind]

    def _look(self, label: NDArray[np.uint8], top: int, left: int, *, wraps: bool) -> tuple[Kind, float] | None:
        where: dict[str, Any] = {"top": top, "left": left, "size": self._plan.size, "wraps": wraps}
        patch = cut(label, **where)
        return kind_of(patch[..., 0], patch[..., 1] * inside(label.shape[0], label.shape[1], **where))
