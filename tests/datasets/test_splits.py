"""Nothing stands on both sides, shares are kept, and what one picture gets depends on no other."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.datasets.entry import Entry
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.splits import split_patches, split_pictures
from skymatte.errors import DatasetError


def entry(name: str, place: str = "", **fields: Any) -> Entry:
    return Entry(name, Path(f"{name}.exr"), None, place or name, **fields)


@given(
    places=st.lists(st.integers(0, 12), min_size=1, max_size=40),
    share=st.floats(0, 0.99),
    seed=st.integers(-5, 5),
)
def test_a_place_stands_on_one_side(places: list[int], share: float, seed: int) -> None:
    entries = [entry(f"p{number}", f"place{place}") for number, place in enumerate(places)]
    sides = split_pictures(entries, PatchPlan(split="place", validation=share, seed=seed))
    of_place = {(each.place, sides[each.name]) for each in entries}
    assert len(of_place) == len(set(places))
    validating = sum(side == "val" for _, side in of_place)
    assert abs(validating - share * len(of_place)) <= 0.5 + 1e-9


def test_every_stratum_validates_in_its_share() -> None:
    strata = ["open"] * 40 + ["negative"] * 8 + ["canopy"] * 12
    entries = [entry(f"p{number}", stratum=stratum) for number, stratum in enumerate(strata)]
    sides = split_pictures(entries, PatchPlan(split="picture", validation=0.25))
    counted = Counter(each.stratum for each in entries if sides[each.name] == "val")
    assert counted == {"open": 10, "negative": 2, "canopy": 3}


def test_the_seed_and_nothing_else_draws() -> None:
    entries = [entry(f"p{number}") for number in range(40)]
    plan = PatchPlan(split="picture", seed=3)
    assert split_pictures(entries[::-1], plan) == split_pictures(entries, plan)
    assert split_pictures(entries, plan.model_copy(update={"seed": 4})) != split_pictures(entries, plan)


def test_the_data_sets_own_split_is_believed() -> None:
    entries = [entry(split, split=split) for split in ("train", "val", "test")]
    assert split_pictures(entries, PatchPlan(split="given")) == {"train": "train", "val": "val", "test": None}


@pytest.mark.parametrize("split", [None, "holdout"])
def test_a_picture_without_a_split_is_named(split: str | None) -> None:
    with pytest.raises(DatasetError, match=r"lake\.exr: the data set does not say .* set split to place"):
        split_pictures([entry("lake", split=split)], PatchPlan(split="given"))


def test_patches_are_drawn_one_by_one() -> None:
    plan = PatchPlan(split="patch", validation=0.25)
    assert split_pictures([entry("lake")], plan) == {"lake": None}
    drawn = split_patches("lake", 4000, plan)
    assert drawn.mean() == pytest.approx(0.25, abs=0.03)
    np.testing.assert_array_equal(drawn, split_patches("lake", 4000, plan))
    assert (drawn != split_patches("pond", 4000, plan)).any()
