"""Which pictures train and which validate."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.entry import Entry
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.errors import DatasetError

Split = Literal["train", "val"]
SPLITS: tuple[Split, ...] = ("train", "val")


def generator(seed: int, *words: str) -> np.random.Generator:
    """Random numbers that depend on the words alone: what one picture gets does not change when others come or go."""
    digest = hashlib.sha256("\0".join((str(seed), *words)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest))


def split_pictures(entries: Sequence[Entry], plan: PatchPlan) -> dict[str, Split | None]:
    """The side of every picture by name; ``None`` = on neither (test pictures), or split by patch later.

    Places and pictures are drawn stratum by stratum, so that every stratum validates in its share.

    Raises:
        DatasetError: ``given`` is asked for and the data set does not say the split of a picture.
    """
    if plan.split == "patch":
        return {entry.name: None for entry in entries}
    if plan.split == "given":
        return {entry.name: _given(entry) for entry in entries}
    strata: dict[str, str] = {}
    for entry in entries:
        strata.setdefault(_unit(entry, plan), entry.stratum)
    order = sorted(strata, key=lambda unit: (strata[unit], generator(plan.seed, "split", unit).random()))
    # Every 1/share-th unit validates: half-way counting rounds the number of them to the nearest.
    counted = np.floor(np.arange(len(order) + 1) * plan.validation + 0.5)
    side: dict[str, Split] = dict(zip(order, np.where(np.diff(counted) > 0, "val", "train").tolist(), strict=True))
    return {entry.name: side[_unit(entry, plan)] for entry in entries}


def split_patches(name: str, count: int, plan: PatchPlan) -> NDArray[np.bool_]:
    """Which of the ``count`` patches of a picture validate if each is drawn by itself."""
    return generator(plan.seed, "split", name).random(count) < plan.validation


def _unit(entry: Entry, plan: PatchPlan) -> str:
    return entry.place if plan.split == "place" else entry.name


def _given(entry: Entry) -> Split | None:
    if entry.split not in (*SPLITS, "test"):
        raise DatasetError(
            f"{entry.picture}: the data set does not say whether it trains or validates; "
            "set split to place in the recipe to draw places"
        )
    return "train" if entry.split == "train" else "val" if entry.split == "val" else None
