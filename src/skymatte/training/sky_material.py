"""What a network that finds the sky learns from and is validated on: pictures of a data folder, or a patch store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from skymatte.datasets.catalogue import read_catalogue
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.patch_samples import Patches
from skymatte.datasets.sources import Source, read_manifest, read_video_frames, render_scenes
from skymatte.datasets.store import STORE_FILE, PatchStore, build_store
from skymatte.errors import InputError, RecipeError
from skymatte.training.recipe import PatchData, Recipe, ViewData
from skymatte.training.task import Report

FIRST_SCENE, _FIRST_DETAIL = 1000, 2000
"""Seeds below are left for demonstrations and tests, so that no model has seen them."""

PATCHES = "patches"
"""Folder of the patch store inside a run's folder."""


def training_sources(plan: ViewData, data: Path) -> list[Source]:
    """The training material below ``data`` (``hdri/``, ``video/``), and the procedural scenes.

    Raises:
        InputError: ``data`` holds none of it.
    """
    _check(data)
    sources = list(read_manifest(data / "hdri", "train", licence=plan.licence))
    sources += read_video_frames(data / "video", plan.clips) if plan.clips else []
    sources += render_scenes(range(FIRST_SCENE, FIRST_SCENE + plan.scenes), plan.scene_height)
    close = range(_FIRST_DETAIL, _FIRST_DETAIL + plan.details)
    sources += (replace(scene, stratum="detail") for scene in render_scenes(close, plan.detail_height))
    return sources


def validation_sources(data: Path) -> list[Source]:
    """The validation pictures below ``data``.

    Raises:
        InputError: none of them has sky, so that there is nothing to choose the best checkpoint by.
    """
    _check(data)
    sources = list(read_manifest(data / "hdri", "val"))
    if all(source.stratum == "negative" for source in sources):
        raise InputError(f"{data / 'hdri' / 'manifest.csv'}: names no validation picture with sky (split val)")
    return sources


def _check(data: Path) -> None:
    if not (data / "hdri" / "manifest.csv").is_file():
        raise InputError(f"{data}: holds no hdri/manifest.csv; name the data folder with --data")


def store_of(plan: PatchPlan, data: Path, folder: Path, report: Report) -> PatchStore:
    """The patches that a recipe trains on.

    Args:
        plan: the recipe's.
        data: a patch store, which must have been built with that plan, or a folder of labelled pictures.
        folder: of the run; pictures are cut into a store there, which is brought up to date if it is there already.
        report: told what is being done.

    Raises:
        RecipeError: the store was built with another plan.
        DatasetError: the data cannot be used.
    """
    if not (data / STORE_FILE).is_file():
        return build_store(read_catalogue(data), plan, folder / PATCHES, report)
    store = PatchStore.open(data)
    mine, theirs = plan.model_dump(), store.plan.model_dump()
    different = [f"{name} {theirs[name]}, not {mine[name]}" for name in mine if mine[name] != theirs[name]]
    if different:
        raise RecipeError(
            f"data.patches: {data} was cut otherwise: {'; '.join(different)}; change the recipe, or name the pictures "
            "with --data"
        )
    return store


def material_of(
    recipe: Recipe, data: Path, folder: Path, report: Report
) -> tuple[Sequence[Source] | Patches, Sequence[Source] | Patches]:
    """What a recipe trains on and what it is validated on; arguments and errors as of the functions above."""
    if isinstance(recipe.data, PatchData):
        store = store_of(recipe.data.patches, data, folder, report)
        training, validation = store.patches("train"), store.patches("val")
        report(f"{recipe.name}: {len(training)} training patches, {len(validation)} validation patches")
        return training, validation
    report(f"{recipe.name}: reading {data} and rendering {recipe.data.scenes} scenes")
    sources, pictures = training_sources(recipe.data, data), validation_sources(data)
    report(f"{recipe.name}: {len(sources)} training pictures, {len(pictures)} validation pictures")
    return sources, pictures


def validation_of(recipe: Recipe, data: Path, folder: Path, report: Report) -> Sequence[Source] | Patches:
    """The recipe's validation pictures or patches.

    Args:
        recipe: whose run it was.
        data: folder that it learnt from.
        folder: of the run, where its patches are.
        report: told what is being done.

    Raises:
        InputError: there are none.
        RecipeError: ``data`` is a patch store that was built with another plan.
    """
    if isinstance(recipe.data, PatchData):
        return store_of(recipe.data.patches, data, folder, report).patches("val")
    return validation_sources(data)
