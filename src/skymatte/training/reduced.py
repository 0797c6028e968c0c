"""Export in a smaller number format, and say what it costs on the validation pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from skymatte.datasets.patch_samples import Patches
from skymatte.datasets.sources import Source
from skymatte.errors import RecipeError
from skymatte.networks.base import SegmentationNetwork
from skymatte.training.export import average, convert
from skymatte.training.material import samples_of, validator_of
from skymatte.training.model_file import FileNetwork
from skymatte.training.onnx_file import write_model
from skymatte.training.precision import Precision
from skymatte.training.prior import add_prior
from skymatte.training.quantise import to_half, to_int8
from skymatte.training.recipe import PatchData, Recipe
from skymatte.training.run import card_of, material_of, store_of, validation_sources

CALIBRATED_ON = 64
"""Training samples that 8-bit ranges are measured on."""

_SCENES = 8
"""Procedural panoramas among them: rendering all takes longer than it helps."""

Report = Callable[[str], None]


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


def export_reduced(
    recipe: Recipe,
    data: Path,
    folder: Path,
    checkpoints: list[Path],
    target: Path,
    precision: Precision,
    *,
    report: Report,
) -> None:
    """Export checkpoints of a run, averaged if several, in half precision or 8 bits.

    Reports size and figures before and after: of a float32 file of the same network, and of what is written, whose
    figures go into the card.

    Raises:
        ModelError: a checkpoint cannot be used, or its network cannot be exported.
        RecipeError: there is nothing to validate on.
        InputError: the data cannot be used.
    """
    trained = average(checkpoints)
    multiple, prior = trained.network.multiple, trained.network.prior
    training, validation = material_of(_with_few_scenes(recipe), data, folder, report)
    validate = validator_of(recipe, validation)
    if validate is None:
        raise RecipeError(
            f"{recipe.name}: no validation patches to see what {precision} costs; data.patches.validation"
        )
    model, _ = convert(trained.network)
    half = precision is Precision.FP16
    small = to_half(model) if half else to_int8(model, _calibration(recipe, training, trained.network))
    files = [FileNetwork(each, multiple, prior=prior) for each in (model, small)]
    before, after = (validate(each).rounded() for each in files)
    card = card_of(recipe, trained, after)
    write_model(small, replace(card, trained=f"{card.trained}; {_HOW[precision]}"), target)
    for line in _comparison(precision, [each.size / 1e6 for each in files], before, after):
        report(f"{target}: {line}")


_HOW = {
    Precision.FP16: "weights and arithmetic in half precision",
    Precision.INT8: f"8-bit weights and activations, calibrated on {CALIBRATED_ON} training samples",
}


def _with_few_scenes(recipe: Recipe) -> Recipe:
    if isinstance(recipe.data, PatchData):
        return recipe
    few = recipe.data.model_copy(
        update={name: min(_SCENES, getattr(recipe.data, name)) for name in ("scenes", "details")}
    )
    return recipe.model_copy(update={"data": few})


def _calibration(
    recipe: Recipe, training: Sequence[Source] | Patches, network: SegmentationNetwork
) -> Iterator[NDArray[np.float32]]:
    """Training batches as the network was trained on, encoded, with priors if it takes them, N×C×H×W float32."""
    samples = samples_of(recipe, training)
    generator = torch.Generator().manual_seed(recipe.seed)
    batch = seen = 0
    while seen < CALIBRATED_ON:
        pictures, sky, _ = samples[batch]
        batch, seen = batch + 1, seen + len(pictures)
        yield (add_prior(network, pictures, sky, generator) if network.prior else pictures).numpy()


def _comparison(
    precision: Precision, megabytes: list[float], before: dict[str, float], after: dict[str, float]
) -> Iterator[str]:
    """Lines ``what: float32 → smaller (change)``."""
    yield f"size: {megabytes[0]:.1f} MB → {megabytes[1]:.1f} MB in {precision}"
    for name, value in after.items():
        yield f"{name}: {before[name]:.4f} → {value:.4f} ({value - before[name]:+.4f})"
