"""Recipes: the built-in ones are sound, and everything wrong with another is said at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from skymatte.errors import RecipeError
from skymatte.training.recipe import builtin_recipes, load_recipe

GOOD: dict[str, Any] = {"name": "tiny", "summary": "A test.", "batches": 4, "data": {"strata": {"open": 1.0}}}


def write(path: Path, content: object) -> str:
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return str(path)


def test_built_in_recipes_are_sound() -> None:
    assert "skymatte-1" in builtin_recipes()
    for name in builtin_recipes():
        assert load_recipe(name).name == name


def test_the_default_model_learns_from_free_pictures_only() -> None:
    assert load_recipe("skymatte-1").data.licence == "CC0"


def test_what_a_recipe_says_is_kept_and_the_rest_has_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path / "r.yaml", GOOD | {"size": 96, "optimiser": {"rate": 0.01}}))
    assert (recipe.name, recipe.size, recipe.batches, recipe.optimiser.rate) == ("tiny", 96, 4, 0.01)
    assert (recipe.encoding, recipe.start, recipe.data.licence, recipe.optimiser.decay) == (
        "log",
        "imagenet",
        "CC0",
        1000,
    )


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    wrong = {
        "summary": "No name.",
        "encoding": "gamma",
        "size": 100,
        "batch": 3,
        "batches": 0,
        "speed": "fast",
        "data": {"strata": {"open": 1.5, "forest": 0.5}, "occluders": 1.0},
        "optimiser": {"rate": 0, "average": 1.0},
    }
    with pytest.raises(RecipeError) as caught:
        load_recipe(write(tmp_path / "wrong.yaml", wrong))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'wrong.yaml'}: 11 thing(s) to mend:")
    places = [re.match(r"  ([\w.\[\]]+): ", line) for line in message.splitlines()[1:]]
    assert sorted(place.group(1) for place in places if place) == [
        "batch",
        "batches",
        "data.occluders",
        "data.strata.forest.[key]",
        "data.strata.open",
        "encoding",
        "name",
        "optimiser.average",
        "optimiser.rate",
        "size",
        "speed",
    ]
    assert "log-tanh-normalize" in message


@pytest.mark.parametrize("content", ["", "just words", "- a\n- list\n"])
def test_a_file_that_holds_no_recipe_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(RecipeError, match=r"r\.yaml: 1 thing\(s\) to mend:\n  recipe: "):
        load_recipe(write(tmp_path / "r.yaml", content))


@pytest.mark.parametrize("content", ["name: [", "\tname: x"])
def test_a_file_that_is_no_yaml_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(RecipeError, match=r"r\.yaml: cannot be read as YAML"):
        load_recipe(write(tmp_path / "r.yaml", content))


def test_a_binary_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "r.yaml").write_bytes(bytes(range(256)))
    with pytest.raises(RecipeError, match=r"r\.yaml: cannot be read as YAML"):
        load_recipe(str(tmp_path / "r.yaml"))


def test_a_missing_recipe_lists_the_known() -> None:
    with pytest.raises(RecipeError, match=r"nowhere: no such recipe; name a YAML file or one of: .*skymatte-1"):
        load_recipe("nowhere")


def test_a_folder_is_no_recipe(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match="cannot be read"):
        load_recipe(str(tmp_path))


def test_a_recipe_cannot_be_changed(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path / "r.yaml", GOOD))
    with pytest.raises(ValueError, match="frozen"):
        recipe.batches = 5
