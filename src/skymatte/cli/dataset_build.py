"""``skymatte dataset build``: patches from labelled pictures, as a recipe asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.patch_console import need_dataset, report_line, show_store


def build(
    recipe: Annotated[
        str, typer.Argument(metavar="RECIPE", help="A built-in recipe or a YAML file with data.kind: patches.")
    ],
    data: Annotated[Path, typer.Option("--data", help="Data set: any folder that `skymatte dataset info` knows.")],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="STORE", help="Folder of the patch store.")],
    overrides: Annotated[
        list[str] | None,
        typer.Argument(metavar="SECTION.KEY=VALUE", help="Values in place of the recipe's."),
    ] = None,
) -> None:
    """Cut labelled pictures into patches that training reads fast; stopped builds go on where they were."""
    need_dataset()
    from skymatte.datasets.catalogue import read_catalogue
    from skymatte.datasets.store import build_store
    from skymatte.errors import RecipeError
    from skymatte.training.recipe import PatchData, load_recipe

    chosen = load_recipe(recipe, tuple(overrides or ()))
    if not isinstance(chosen.data, PatchData):
        raise RecipeError(f"{recipe}: trains on views of whole pictures; only recipes with data.kind: patches have any")
    show_store(build_store(read_catalogue(data), chosen.data.patches, output, report_line))
