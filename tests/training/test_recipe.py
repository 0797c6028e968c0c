"""Recipes: the built-in ones are sound, and everything wrong with another is said at once."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from skymatte.errors import RecipeError
from skymatte.training.kinds import load_plan
from skymatte.training.recipe import PatchData, ViewData, load_recipe
from skymatte.training.recipe_file import builtin_recipes
from tests.conftest import REPOSITORY

GOOD: dict[str, Any] = {
    "name": "tiny",
    "summary": "A test.",
    "batches": 4,
    "data": {"kind": "views", "strata": {"open": 1.0}},
}


def write(path: Path, content: object) -> str:
    path.write_text(content if isinstance(content, str) else yaml.safe_dump(content), encoding="utf-8")
    return str(path)


def test_built_in_recipes_are_sound() -> None:
    assert "skymatte-1" in builtin_recipes()
    for name in builtin_recipes():
        assert load_plan(name).name == name


def test_the_default_model_learns_from_free_pictures_only() -> None:
    data = load_recipe("skymatte-1").data
    assert isinstance(data, ViewData)
    assert data.licence == "CC0"


def test_the_thesis_recipes_are_as_its_sources_give_them() -> None:
    """Encoding, loss, and what they have in common."""
    given = {
        "model-1": ("log", "bce-jaccard", None),
        "model-2": ("log-tanh-normalize", "focal", "model-1"),
        "model-3": ("log-normalize", "focal", "model-1"),
        "model-ldr": ("ldr", "bce-jaccard", None),
    }
    for name, expected in given.items():
        recipe = load_recipe(name)
        assert (recipe.encoding, recipe.loss.name, recipe.network.start) == expected
        assert (recipe.network.architecture, recipe.network.encoder) == ("unet", "resnet34")
        assert (recipe.optimiser.name, recipe.optimiser.rate, recipe.optimiser.encoder_rate) == ("adam", 1e-3, None)
        assert recipe.batch == 16
        assert isinstance(recipe.data, PatchData)
        assert recipe.data.patches.validation == 0.25
        assert recipe.data.augmentation.flip == 0.5


def test_the_skyfinder_recipe_is_as_its_source_gives_it() -> None:
    recipe = load_recipe("skyfinder-unet")
    assert (recipe.network.architecture, recipe.standardise) == ("classic-unet", "data")
    assert isinstance(recipe.data, PatchData)
    assert recipe.data.patches.split == "place"
    turn = recipe.data.augmentation.shift_scale_rotate
    assert turn is not None
    assert (turn.rotate, turn.shift, turn.scale) == (20, 0, 0)


def test_what_a_recipe_says_is_kept_and_the_rest_has_defaults(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path / "r.yaml", GOOD | {"batch": 8, "optimiser": {"rate": 0.01}}))
    assert (recipe.name, recipe.batch, recipe.batches, recipe.optimiser.rate) == ("tiny", 8, 4, 0.01)
    assert isinstance(recipe.data, ViewData)
    assert (recipe.encoding, recipe.network.architecture, recipe.network.weights) == ("log", "skynet", "imagenet")
    assert (recipe.data.licence, recipe.data.size, recipe.optimiser.decay) == ("CC0", 256, 1000)


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    wrong = {
        "summary": "No name.",
        "encoding": "gamma",
        "standardise": "somehow",
        "network": {"weights": "ours"},
        "loss": {"name": "dice"},
        "batch": 3,
        "batches": 0,
        "speed": "fast",
        "data": {"kind": "views", "size": 100, "strata": {"open": 1.5, "forest": 0.5}, "occluders": 1.0},
        "optimiser": {"rate": 0, "average": 1.0},
    }
    with pytest.raises(RecipeError) as caught:
        load_recipe(write(tmp_path / "wrong.yaml", wrong))
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / 'wrong.yaml'}: 14 thing(s) to mend:")
    places = [re.match(r"  ([\w.\[\]]+): ", line) for line in message.splitlines()[1:]]
    assert sorted(place.group(1) for place in places if place) == [
        "batch",
        "batches",
        "data.occluders",
        "data.size",
        "data.strata.forest.[key]",
        "data.strata.open",
        "encoding",
        "loss.name",
        "name",
        "network.weights",
        "optimiser.average",
        "optimiser.rate",
        "speed",
        "standardise",
    ]
    assert "log-tanh-normalize" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"batches": None}, "recipe: Value error, give either batches or epochs"),
        ({"epochs": 2}, "recipe: Value error, give either batches or epochs"),
        ({"batches": None, "epochs": 2}, "views are made anew for each sample and have no epochs; give batches"),
        ({"data": {"kind": "patches", "patches": {"size": 0}}}, "data.patches.size: Input should be greater than 0"),
        ({"data": {"kind": "pictures"}}, "data: Input tag 'pictures' found using 'kind' does not match"),
        ({"data": {"strata": {}}}, "data: Unable to extract tag using discriminator 'kind'"),
    ],
)
def test_values_that_do_not_go_together_are_named(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    with pytest.raises(RecipeError, match=re.escape(message)):
        load_recipe(write(tmp_path / "r.yaml", GOOD | change))


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


def test_the_page_names_every_recipe_and_its_commands_are_sound() -> None:
    """Their names and values can be used as they stand."""
    page = (REPOSITORY / "docs" / "training.md").read_text(encoding="utf-8")
    for name in builtin_recipes():
        assert f"| `{name}` |" in page
    commands = re.findall(r"^    .*skymatte train (\S+)(.*)$", page, re.MULTILINE)
    assert len(commands) >= 3
    for name, rest in commands:
        load_plan(name, tuple(word for word in rest.split() if "=" in word))


@pytest.mark.parametrize("task", ["segmentation", 3, None])
def test_a_recipe_of_an_unknown_task_says_which_there_are(task: object, tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"r\.yaml: its task is .*; choose a recipe whose task is sky or "):
        load_plan(write(tmp_path / "r.yaml", GOOD | {"task": task}))


def test_a_recipe_of_another_task_finds_no_sky(tmp_path: Path) -> None:
    with pytest.raises(RecipeError, match=r"its task is 'superres'; choose a recipe whose task is sky$"):
        load_recipe(write(tmp_path / "r.yaml", GOOD | {"task": "superres"}))


def test_a_recipe_cannot_be_changed(tmp_path: Path) -> None:
    recipe = load_recipe(write(tmp_path / "r.yaml", GOOD))
    with pytest.raises(ValueError, match="frozen"):
        recipe.batches = 5
