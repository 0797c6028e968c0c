"""Values given on the command line in place of a recipe's: ``optimiser.rate=1e-4``."""

from __future__ import annotations

import copy
from typing import Any

import yaml


def overridden(content: Any, overrides: tuple[str, ...]) -> tuple[Any, list[str]]:
    """A recipe's content with values replaced, and what is wrong with the overrides, a line for each.

    Args:
        content: what the YAML file holds; stays as it is.
        overrides: ``section.key=value`` with values as YAML writes them; sections that are not there are made.
    """
    content = copy.deepcopy(content)
    mistakes = []
    for override in overrides:
        try:
            _put(content, override)
        except ValueError as error:
            mistakes.append(f"{override}: {error}")
    return content, mistakes


def _put(content: Any, override: str) -> None:
    name, equals, text = override.partition("=")
    *sections, key = name.split(".")
    if not equals or not all((*sections, key)):
        raise ValueError("not of the form section.key=value")
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError:
        raise ValueError(f"{text!r} is no YAML value") from None
    for depth, section in enumerate(sections):
        if not isinstance(content, dict):
            break
        if content.get(section) is None:
            content[section] = {}
        content = content[section]
        if not isinstance(content, dict):
            raise ValueError(f"{'.'.join(sections[: depth + 1])} holds no further values")
    if isinstance(content, dict):
        content[key] = value
