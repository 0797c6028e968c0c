"""One training run from a recipe and a data folder: what ``skymatte train`` does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import torch
import yaml

from skymatte import __version__
from skymatte.datasets.catalogue import read_catalogue
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.datasets.patch_samples import Patches
from skymatte.datasets.sources import Source, read_manifest, read_video_frames, render_scenes
from skymatte.datasets.store import STORE_FILE, PatchStore, build_store
from skymatte.errors import InputError, OutputError, RecipeError
from skymatte.picture.atomic import replacing
from skymatte.runtime.card import ModelCard
from skymatte.training.checkpoint import BEST, Run
from skymatte.training.device import device_of
from skymatte.training.export import Trained, average, export
from skymatte.training.loop import train
from skymatte.training.material import validator_of
from skymatte.training.processes import Processes, joined
from skymatte.training.recipe import PatchData, Recipe, ViewData, builtin_recipes, load_recipe

FIRST_SCENE, _FIRST_DETAIL = 1000, 2000
"""Seeds below are left for demonstrations and tests, so that no model has seen them."""

PATCHES = "patches"
"""Folder of the patch store inside a run's folder."""

RECIPE = "recipe.yaml"
"""The recipe that a run follows, inside its folder."""

Report = Callable[[str], None]
Advance = Callable[[int, int], None]


def _unheard(*_: object) -> None:
    pass


def training_sources(recipe: Recipe, data: Path) -> list[Source]:
    """The recipe's training material below ``data`` (``hdri/``, ``video/``), and its procedural scenes.

    Raises:
        InputError: ``data`` holds none of it.
    """
    _check(data)
    plan = _views(recipe)
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


def _views(recipe: Recipe) -> ViewData:
    if not isinstance(recipe.data, ViewData):
        raise RecipeError(f"{recipe.name}: data.kind is patches; this needs views")
    return recipe.data


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
    sources, pictures = training_sources(recipe, data), validation_sources(data)
    report(f"{recipe.name}: {len(sources)} training pictures, {len(pictures)} validation pictures")
    return sources, pictures


def keep_recipe(recipe: Recipe, folder: Path, report: Report) -> None:
    """Write the recipe with all its values, those of the command line included, to ``folder/recipe.yaml``.

    If the run began with another, what changed is reported: a run may be made longer, and one should know.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}; choose another folder with -o") from None
    path = folder / RECIPE
    if path.exists():
        before, now = (_flat(content) for content in (load_recipe(str(path)).model_dump(), recipe.model_dump()))
        names = [name for name in {**before, **now} if before.get(name) != now.get(name)]
        if names:
            changes = ", ".join(f"{name} {before.get(name)} → {now.get(name)}" for name in names)
            report(f"{path}: the recipe changed since this run began: {changes}")
    with replacing(path) as temporary:
        temporary.write_text(yaml.safe_dump(recipe.model_dump(mode="json"), sort_keys=False), encoding="utf-8")


def _flat(content: dict[str, Any], above: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in content.items():
        flat |= _flat(value, f"{above}{name}.") if isinstance(value, dict) else {f"{above}{name}": value}
    return flat


def train_recipe(
    recipe: Recipe, data: Path, folder: Path, *, workers: int, threads: int, report: Report, advance: Advance = _unheard
) -> None:
    """Train to the end, or go on where ``folder`` stopped, and write ``folder/NAME.onnx`` from the best checkpoint.

    Under ``torchrun`` every process calls this: each takes its share of every batch, the first one writes.
    """
    torch.set_num_threads(threads)
    device = device_of(recipe.device)
    with joined(device) as processes:
        if not processes.first:
            report = advance = _unheard
            processes.wait()  # until the first has cut the patches
        training, validation = material_of(recipe, data, folder, report)
        if processes.first:
            processes.wait()
            keep_recipe(recipe, folder, report)
            together = f" in {processes.count} processes" if processes.count > 1 else ""
            report(f"{recipe.name}: training on {device}{together}")
        run = train(
            recipe,
            training,
            validation,
            folder,
            workers=workers,
            report=report,
            advance=advance,
            processes=processes,
        )
    if processes.first:
        export_run(recipe, validation, [folder / BEST], folder / f"{recipe.name}.onnx", report=report)
        reached = f", best validation IoU {run.best:.4f}" if math.isfinite(run.best) else ""
        report(f"{recipe.name}: done after {run.batch} batches{reached}")


def train_patches(
    recipe: Recipe, store: PatchStore, folder: Path, *, threads: int, report: Report, workers: int = 0
) -> Run:
    """Train on a store that is there already, in this process, without writing a model: for series of runs."""
    torch.set_num_threads(threads)
    return train(
        recipe,
        store.patches("train"),
        store.patches("val"),
        folder,
        workers=workers,
        report=report,
        processes=Processes(),
    )


def export_run(
    recipe: Recipe,
    validation: Sequence[Source] | Patches,
    checkpoints: list[Path],
    target: Path,
    *,
    report: Report,
) -> None:
    """Export checkpoints of a run, averaged if several; figures of the validation go into the card."""
    trained = average(checkpoints)
    validate = validator_of(recipe, validation)
    metrics = validate(trained.network).rounded() if validate else {}
    difference = export(trained.network, card_of(recipe, trained, metrics), target)
    report(f"{target}: {target.stat().st_size / 1e6:.1f} MB, within {difference:.1g} of torch; {metrics}")


def best_checkpoint(folder: Path) -> Path:
    """The best checkpoint of the run in a folder."""
    return folder / BEST


def card_of(recipe: Recipe, trained: Trained, metrics: dict[str, float]) -> ModelCard:
    """The model card that follows from a recipe, its run and its measured figures."""
    return ModelCard(
        name=recipe.name,
        version=__version__,
        summary=recipe.summary,
        encoding=recipe.encoding,
        multiple=trained.network.multiple,
        coarse_width=recipe.working_side,
        coarse_side=recipe.working_side,
        threshold=recipe.threshold,
        prior=recipe.network.prior,
        training_data=_training_data(recipe),
        licence="Apache-2.0",
        trained=(
            f"recipe {recipe.name}: {trained.batches} batches of {recipe.batch} {_unit(recipe)}, "
            f"{trained.seconds / 3600:.1f} hours"
        ),
        metrics=metrics,
    )


def _unit(recipe: Recipe) -> str:
    if isinstance(recipe.data, PatchData):
        return f"patches of {recipe.data.patches.size} px"
    return f"views of {recipe.data.size} px"


def _training_data(recipe: Recipe) -> str:
    plan = recipe.data
    licence = plan.patches.licence if isinstance(plan, PatchData) else plan.licence
    material = [f"HDR pictures (licence: {licence or 'any'})"]
    if isinstance(plan, ViewData) and plan.clips:
        material.append(f"labelled frames of {len(plan.clips)} video clips (MIT)")
    if isinstance(plan, ViewData) and plan.scenes:
        material.append(f"{plan.scenes + plan.details} procedural panoramas (own)")
    if recipe.network.weights == "imagenet":
        material.append(_IMAGENET.get(recipe.network.architecture, "encoder started from published ImageNet weights"))
    if recipe.network.start:
        start = Path(recipe.network.start).name
        learnt = f" ({_training_data(load_recipe(start))})" if start in builtin_recipes() else ""
        material.append(f"started from the weights of {start}{learnt}")
    return "; ".join(material)


_IMAGENET = {"skynet": "encoder started from EfficientNet-lite0's ImageNet weights (Apache-2.0)"}
