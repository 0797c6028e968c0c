"""Export in a smaller number format, and say what it costs on the validation pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median
from time import perf_counter

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from skymatte.datasets.patch_samples import Patches
from skymatte.datasets.sources import Source
from skymatte.errors import RecipeError
from skymatte.networks.base import SegmentationNetwork
from skymatte.picture.encoding import encode
from skymatte.runtime.whole import shrink
from skymatte.training.export import average, convert, sky_network
from skymatte.training.material import samples_of, validator_of
from skymatte.training.model_file import FileNetwork
from skymatte.training.onnx_file import write_model
from skymatte.training.precision import Precision
from skymatte.training.prior import add_prior
from skymatte.training.quantise import to_half, to_int8
from skymatte.training.recipe import PatchData, Recipe
from skymatte.training.sky_card import card_of
from skymatte.training.sky_material import material_of
from skymatte.training.task import Report

CALIBRATED_ON = 64
"""Training samples that 8-bit ranges are measured on, besides the whole labelled frames of clips."""

_TIMED = 9
"""Runs of each file that are timed."""

_SCENES = 8
"""Procedural panoramas among them: rendering all takes longer than it helps."""


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

    Reports size, figures and time before and after: of a float32 file of the same network, and of what is written. The
    latter's figures go into the card.

    Raises:
        ModelError: a checkpoint cannot be used, or its network cannot be exported.
        RecipeError: there is nothing to validate on.
        InputError: the data cannot be used.
    """
    trained = average(checkpoints)
    network = sky_network(trained.network)
    multiple, prior = network.multiple, network.prior
    training, validation = material_of(_with_few_scenes(recipe), data, folder, report)
    validate = validator_of(recipe, validation)
    if validate is None:
        raise RecipeError(
            f"{recipe.name}: no validation patches to see what {precision} costs; data.patches.validation"
        )
    model, _ = convert(network)
    half = precision is Precision.FP16
    frames = [] if half or prior else _frames(training)
    seen = _calibration(recipe, training, frames, network)
    small = to_half(model) if half else to_int8(model, seen)
    files = [FileNetwork(each, multiple, prior=prior) for each in (model, small)]
    before, after = (validate(each).rounded() for each in files)
    card = card_of(recipe, trained, after)
    write_model(small, replace(card, trained=f"{card.trained}; {_HOW[precision]}{_and_frames(len(frames))}"), target)
    for line in (*_comparison(precision, [each.size / 1e6 for each in files], before, after), _times(recipe, files)):
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
    recipe: Recipe, training: Sequence[Source] | Patches, frames: list[Source], network: SegmentationNetwork
) -> Iterator[NDArray[np.float32]]:
    """Training batches as the network was trained on, encoded, with priors if it takes them, N×C×H×W float32."""
    samples = samples_of(recipe, training)
    generator = torch.Generator().manual_seed(recipe.seed)
    batch = seen = 0
    while seen < CALIBRATED_ON:
        pictures, sky, _ = samples[batch]
        batch, seen = batch + 1, seen + len(pictures)
        yield (add_prior(network, pictures, sky, generator) if network.prior else pictures).numpy()
    yield from (frame_input(recipe, frame, network.multiple) for frame in frames)


def _frames(training: Sequence[Source] | Patches) -> list[Source]:
    """The labelled frames of clips among the pictures; patches have none."""
    found = (training[place] for place in range(len(training)))
    return [each for each in found if isinstance(each, Source) and each.stratum == "video"]


def _and_frames(count: int) -> str:
    return f" and {count} whole frames" if count else ""


def frame_input(recipe: Recipe, frame: Source, multiple: int) -> NDArray[np.float32]:
    """A whole frame as a video shows it to the network: at working size, encoded, 1×3×H×W float32."""
    height, width = frame.pixels.shape[:2]
    factor = min(1.0, recipe.working_side / max(height, width))
    light = shrink(frame.pixels, max(1, round(height * factor)), max(1, round(width * factor)))
    encoded = encode(recipe.encoding, light)
    bottom, right = (-side % multiple for side in encoded.shape[:2])
    whole = cv2.copyMakeBorder(encoded, 0, bottom, 0, right, cv2.BORDER_REFLECT_101)
    return np.ascontiguousarray(whole.transpose(2, 0, 1)[None], np.float32)


def _times(recipe: Recipe, files: list[FileNetwork]) -> str:
    """How long both files take for one picture of working size, side by side, so that a busy machine slows both."""
    multiple = files[0].multiple
    height, width = (-(-side // multiple) * multiple for side in (recipe.working_side * 3 // 4, recipe.working_side))
    picture = torch.rand(1, files[0].channels, height, width, generator=torch.Generator().manual_seed(0))
    taken: list[list[float]] = [[], []]
    for _ in range(1 + _TIMED):
        for seconds, each in zip(taken, files, strict=True):
            begun = perf_counter()
            each(picture)
            seconds.append(perf_counter() - begun)
    before, after = (1e3 * median(seconds[1:]) for seconds in taken)  # the first run prepares the next
    threads = torch.get_num_threads()
    return f"time: {before:.1f} ms → {after:.1f} ms for {width}×{height} on {threads} thread{'s' * (threads > 1)}"


def _comparison(
    precision: Precision, megabytes: list[float], before: dict[str, float], after: dict[str, float]
) -> Iterator[str]:
    """Lines ``what: float32 → smaller (change)``."""
    yield f"size: {megabytes[0]:.1f} MB → {megabytes[1]:.1f} MB in {precision}"
    for name, value in after.items():
        yield f"{name}: {before[name]:.4f} → {value:.4f} ({value - before[name]:+.4f})"
