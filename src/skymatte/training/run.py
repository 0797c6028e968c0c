"""One training run from a recipe and a data folder: what ``skymatte train`` and ``skymatte export`` do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch

from skymatte import __version__
from skymatte.datasets.sources import Source, read_manifest, read_video_frames, render_scenes
from skymatte.errors import InputError
from skymatte.networks.unet import SkyNet
from skymatte.runtime.card import ModelCard
from skymatte.training.export import Trained, average, export
from skymatte.training.loop import BEST, train
from skymatte.training.recipe import Recipe
from skymatte.training.validate import summary, validate

FIRST_SCENE = 1000
"""Seeds below are left for demonstrations and tests, so that no model has seen them."""


def training_sources(recipe: Recipe, data: Path) -> list[Source]:
    """The recipe's training material below ``data`` (``hdri/``, ``video/``), and its procedural scenes.

    Raises:
        InputError: ``data`` holds none of it.
    """
    _check(data)
    sources = list(read_manifest(data / "hdri", "train", licence=recipe.data.licence))
    sources += read_video_frames(data / "video", recipe.data.clips) if recipe.data.clips else []
    sources += render_scenes(range(FIRST_SCENE, FIRST_SCENE + recipe.data.scenes), recipe.data.scene_height)
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


def train_recipe(
    recipe: Recipe, data: Path, folder: Path, *, workers: int, threads: int, report: Callable[[str], None]
) -> None:
    """Train to the end, or go on where ``folder`` stopped, and write ``folder/NAME.onnx`` from the best checkpoint."""
    torch.set_num_threads(threads)
    report(f"{recipe.name}: reading {data} and rendering {recipe.data.scenes} scenes")
    sources, validation = training_sources(recipe, data), validation_sources(data)
    report(f"{recipe.name}: {len(sources)} training pictures, {len(validation)} validation pictures")
    run = train(recipe, sources, validation, folder, workers=workers, report=report)
    export_run(recipe, validation, [folder / BEST], folder / f"{recipe.name}.onnx", report=report)
    report(f"{recipe.name}: done after {run.batch} batches, best validation IoU {run.best:.4f}")


def export_run(
    recipe: Recipe,
    validation: list[Source],
    checkpoints: list[Path],
    target: Path,
    *,
    report: Callable[[str], None],
) -> None:
    """Export checkpoints of a run, averaged if several; figures on the validation pictures go into the card."""
    trained = average(checkpoints)
    results = validate(
        trained.network,
        validation,
        encoding=recipe.encoding,
        side=recipe.working_side,
        multiple=SkyNet.multiple,
        threshold=recipe.threshold,
    )
    metrics = {name: round(value, 4) for name, value in summary(results).items()}
    difference = export(trained.network, card_of(recipe, trained, metrics), target)
    report(f"{target}: {target.stat().st_size / 1e6:.1f} MB, within {difference:.1g} of torch; {metrics}")


def best_checkpoint(folder: Path) -> Path:
    """The best checkpoint of the run in a folder."""
    return folder / BEST


def card_of(recipe: Recipe, trained: Trained, metrics: dict[str, float]) -> ModelCard:
    """The model card that follows from a recipe, its run and its measured figures."""
    material = [f"HDR pictures (licence: {recipe.data.licence or 'any'})"]
    if recipe.data.clips:
        material.append(f"labelled frames of {len(recipe.data.clips)} video clips (MIT)")
    if recipe.data.scenes:
        material.append(f"{recipe.data.scenes} procedural panoramas (own)")
    if recipe.network.weights == "imagenet":
        material.append("encoder started from EfficientNet-lite0's ImageNet weights (Apache-2.0)")
    return ModelCard(
        name=recipe.name,
        version=__version__,
        summary=recipe.summary,
        encoding=recipe.encoding,
        multiple=SkyNet.multiple,
        coarse_width=recipe.working_side,
        coarse_side=recipe.working_side,
        threshold=recipe.threshold,
        training_data="; ".join(material),
        licence="Apache-2.0",
        trained=(
            f"recipe {recipe.name}: {trained.batches} batches of {recipe.batch} views of {recipe.data.size} px, "
            f"{trained.seconds / 3600:.1f} hours"
        ),
        metrics=metrics,
    )
