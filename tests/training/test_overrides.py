"""Values on the command line take the place of the recipe's, and nonsense is named."""

from __future__ import annotations

from typing import Any

import pytest

from skymatte.errors import RecipeError
from skymatte.training.overrides import overridden
from skymatte.training.recipe import PatchData, load_recipe

CONTENT = {"name": "x", "optimiser": {"rate": 0.1, "decay": 3}, "network": None}


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        ("name=y", CONTENT | {"name": "y"}),
        ("batches=7", CONTENT | {"batches": 7}),
        ("optimiser.rate=0.5", CONTENT | {"optimiser": {"rate": 0.5, "decay": 3}}),
        ("network.start=null", CONTENT | {"network": {"start": None}}),
        ("data.patches.size=32", CONTENT | {"data": {"patches": {"size": 32}}}),
        ("optimiser={rate: 2}", CONTENT | {"optimiser": {"rate": 2}}),
        ("data.clips=[a, b]", CONTENT | {"data": {"clips": ["a", "b"]}}),
        ("name=a=b", CONTENT | {"name": "a=b"}),
    ],
)
def test_values_are_put_in_their_place(override: str, expected: dict[str, Any]) -> None:
    before = repr(CONTENT)
    assert overridden(CONTENT, (override,)) == (expected, [])
    assert repr(CONTENT) == before


def test_the_last_one_counts() -> None:
    assert overridden(CONTENT, ("name=a", "name=b"))[0]["name"] == "b"


@pytest.mark.parametrize(
    ("override", "why"),
    [
        ("name", "not of the form section.key=value"),
        ("=3", "not of the form section.key=value"),
        ("a..b=3", "not of the form section.key=value"),
        ("name.x=3", "name holds no further values"),
        ("optimiser.rate.x.y=3", "optimiser.rate holds no further values"),
        ("name=[", "'[' is no YAML value"),
    ],
)
def test_what_cannot_be_put_anywhere_is_named(override: str, why: str) -> None:
    content, mistakes = overridden(CONTENT, (override, "name=y"))
    assert mistakes == [f"{override}: {why}"]
    assert content == CONTENT | {"name": "y"}


def test_recipes_take_them() -> None:
    recipe = load_recipe("model-1", ("optimiser.rate=1e-4", "data.patches.split=patch", "epochs=null", "batches=5"))
    assert isinstance(recipe.data, PatchData)
    assert (recipe.optimiser.rate, recipe.data.patches.split, recipe.epochs, recipe.batches) == (1e-4, "patch", None, 5)
    assert recipe.optimiser.name == "adam"


def test_mistakes_in_overrides_and_values_are_listed_together() -> None:
    with pytest.raises(RecipeError) as caught:
        load_recipe("model-1", ("batch=3", "rubbish", "data.patches.stride=-1", "data.kind=views"))
    assert "rubbish: not of the form section.key=value" in str(caught.value)
    assert "  batch: " in str(caught.value)
