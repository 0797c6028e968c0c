"""What a run learns from, and what it is validated on, as its recipe says: views of pictures, or patches."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import cast

from skymatte.datasets.patch_samples import Patches, PatchSamples
from skymatte.datasets.samples import Mixture, Samples
from skymatte.datasets.sources import Source
from skymatte.errors import RecipeError
from skymatte.networks.base import SegmentationNetwork
from skymatte.training.plan import Plan
from skymatte.training.recipe import PatchData, Recipe, ViewData
from skymatte.training.task import VALIDATE_EVERY, check_share
from skymatte.training.validate import torch_predict, validate_pictures
from skymatte.training.validate_patches import validate_patches
from skymatte.training.validation import Validation

SkyValidator = Callable[[SegmentationNetwork], Validation]


def samples_of(
    recipe: Recipe, training: Sequence[Source] | Patches, share: tuple[int, int] = (0, 1)
) -> Samples | PatchSamples:
    """The recipe's stream of batches.

    Args:
        recipe: what to do.
        training: pictures for views, patches for patches.
        share: (rank, processes): of every batch only the samples of this process are made.

    Raises:
        RecipeError: a batch cannot be shared evenly.
        InputError: ``training`` does not hold what the recipe asks for.
    """
    if isinstance(recipe.data, PatchData):
        check_share(recipe.batch, share[1])
        patches = cast(Patches, training)
        return PatchSamples(
            patches,
            recipe.data.augmentation,
            encoding=recipe.encoding,
            batch=recipe.batch,
            batches=recipe.batches or math.ceil((recipe.epochs or 0) * len(patches) / recipe.batch),
            seed=recipe.seed,
            share=share,
        )
    return views(recipe, recipe.encoding, recipe.data, list(cast(Sequence[Source], training)), share)


def views(plan: Plan, encoding: str, data: ViewData, sources: list[Source], share: tuple[int, int]) -> Samples:
    """A stream of views of pictures; arguments and errors as of :func:`samples_of`."""
    check_share(plan.batch // 2 if data.wide_every else plan.batch, share[1])
    strata = {str(name): part for name, part in data.strata.items()}
    mixture = Mixture(strata, data.exchange, data.occluders, data.camera)
    return Samples(
        sources,
        mixture,
        encoding=encoding,
        size=data.size,
        batch=plan.batch,
        batches=plan.batches or 0,
        wide_every=data.wide_every,
        seed=plan.seed,
        share=share,
    )


def check_size(samples: Samples | PatchSamples, network: SegmentationNetwork) -> None:
    """Check that the network can take the samples.

    Raises:
        RecipeError: it cannot.
    """
    # A network with a prior also sees its samples at a quarter of their size.
    multiple = network.multiple * (4 if network.prior else 1)
    if samples.size % multiple:
        key = "data.patches.size" if isinstance(samples, PatchSamples) else "data.size"
        raise RecipeError(f"{key}: {samples.size} is no multiple of {multiple}, as this network needs")


def validate_every(recipe: Recipe, samples: Samples | PatchSamples) -> int:
    """Batches between validations: as the recipe says, else once an epoch, or every 500 batches of views."""
    if recipe.validate_every is not None:
        return recipe.validate_every
    if isinstance(samples, PatchSamples):
        return max(1, math.ceil(len(samples.patches) / samples.batch))
    return VALIDATE_EVERY


def validator_of(recipe: Recipe, validation: Sequence[Source] | Patches) -> SkyValidator | None:
    """What scores a network on the validation pictures or patches; ``None`` if there are none."""
    if len(validation) == 0:
        return None
    if isinstance(validation[0], Source):
        sources = list(cast(Sequence[Source], validation))
        return lambda network: validate_pictures(recipe, torch_predict(network), network.multiple, sources)
    patches = cast(Patches, validation)
    at_most = recipe.data.validate_on if isinstance(recipe.data, PatchData) else None
    return lambda network: validate_patches(recipe, network, patches, at_most=at_most)
