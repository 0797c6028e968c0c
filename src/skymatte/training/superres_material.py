"""What a network that makes pictures larger learns from and is validated on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from skymatte.datasets.superres_pairs import Pair
from skymatte.datasets.superres_pictures import Renditions, folder_pairs, hdr_pairs, held_out
from skymatte.training.superres_recipe import SuperresRecipe
from skymatte.training.task import Report


def superres_material(recipe: SuperresRecipe, data: Path, report: Report) -> tuple[list[Pair], list[Pair]]:
    """The recipe's training and validation pairs, of different pictures.

    Args:
        recipe: says which.
        data: holds the recipe's folders, and ``hdri/``.
        report: told what is being done.

    Raises:
        DatasetError: a folder is not there or holds no picture.
        LabelError: the manifest of the HDR pictures is wrong.
        PictureError: a picture cannot be read.
    """
    report(f"{recipe.name}: reading {data}")
    training, validation = held_out(_pictures(recipe, data), recipe.data.hold_out)
    counts = (len({pair.name for pair in pairs}) for pairs in (training, validation))
    report("{}: {} training pictures, {} validation pictures".format(recipe.name, *counts))
    return training, validation


def _pictures(recipe: SuperresRecipe, data: Path) -> Iterator[list[Pair]]:
    plan, scale = recipe.data, recipe.network.scale
    for folder in plan.folders:
        yield from folder_pairs(data / folder, scale)
    if plan.hdri:
        yield from hdr_pairs(
            data / "hdri", scale, plan.licence, Renditions(plan.renditions, plan.light > 0, recipe.seed)
        )
