"""The card of a model that finds the sky, as it follows from its recipe and its run."""

from __future__ import annotations

from pathlib import Path

from skymatte import __version__
from skymatte.runtime.card import ModelCard
from skymatte.training.export import Trained, sky_network
from skymatte.training.recipe import PatchData, Recipe, ViewData, load_recipe
from skymatte.training.recipe_file import builtin_recipes


def card_of(recipe: Recipe, trained: Trained, metrics: dict[str, float]) -> ModelCard:
    """The model card that follows from a recipe, its run and its measured figures."""
    return ModelCard(
        name=recipe.name,
        version=__version__,
        summary=recipe.summary,
        encoding=recipe.encoding,
        multiple=sky_network(trained.network).multiple,
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
