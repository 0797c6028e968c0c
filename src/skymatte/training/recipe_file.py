"""A recipe: a YAML file that says everything about one training run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from skymatte.errors import RecipeError
from skymatte.training.overrides import overridden
from skymatte.training.plan import Plan

_USUAL = "sky"
"""The task of recipes that do not say it."""


def builtin_recipes() -> dict[str, Path]:
    """Recipes inside the package, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parents[1] / "recipes").glob("*.yaml"))}


def read_plan(name_or_path: str, overrides: tuple[str, ...], plans: Mapping[str, type[Plan]]) -> Plan:
    """Read a built-in recipe by name, or a YAML file.

    Args:
        name_or_path: which.
        overrides: values that take the place of the file's, ``section.key=value`` with YAML values.
        plans: what recipes may look like, by their ``task``.

    Raises:
        RecipeError: it does not exist, is no YAML, is of another task, or has wrong values; all of them are listed at
            once.
    """
    path = builtin_recipes().get(name_or_path, Path(name_or_path))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(builtin_recipes())
        raise RecipeError(f"{path}: no such recipe; name a YAML file or one of: {known}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecipeError(f"{path}: cannot be read as YAML: {error}") from None
    content, mistakes = overridden(content, overrides)
    try:
        recipe = _plan(path, content, plans).model_validate(content)
    except ValidationError as error:
        mistakes += [f"{_place(item['loc'], content)}: {item['msg']}" for item in error.errors()]
    if mistakes:
        raise RecipeError(f"{path}: {len(mistakes)} thing(s) to mend:\n" + "\n".join(f"  {line}" for line in mistakes))
    return recipe


def _plan(path: Path, content: Any, plans: Mapping[str, type[Plan]]) -> type[Plan]:
    task = content.get("task", _USUAL) if isinstance(content, dict) else _USUAL
    if not isinstance(task, str) or task not in plans:
        raise RecipeError(f"{path}: its task is {task!r}; choose a recipe whose task is {' or '.join(plans)}")
    return plans[task]


def _place(location: tuple[int | str, ...], content: Any) -> str:
    """Where in the file: what pydantic adds to tell the kinds of ``data`` apart is left out."""
    parts: list[Any] = [*location]
    data = content.get("data") if isinstance(content, dict) else None
    if len(parts) > 1 and parts[0] == "data" and isinstance(data, dict) and parts[1] == data.get("kind"):
        del parts[1]
    return ".".join(map(str, parts)) or "recipe"
