"""The task of making pictures larger: find what bicubic interpolation misses."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import cast

import torch
from torch import Tensor

from skymatte import __version__
from skymatte.datasets.superres_pairs import Pair
from skymatte.datasets.superres_samples import SuperresSamples
from skymatte.errors import RecipeError
from skymatte.networks.base import Network
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.guided import GuidedDcscn
from skymatte.runtime.superres_card import SuperresCard
from skymatte.training.begin import named_checkpoint, take_matching
from skymatte.training.checkpoint import Run, read_checkpoint
from skymatte.training.export import Trained, average
from skymatte.training.onnx_file import write_model
from skymatte.training.precision import Precision
from skymatte.training.superres_export import rounded, store_half, superres_graph, superres_network
from skymatte.training.superres_material import superres_material
from skymatte.training.superres_recipe import SuperresRecipe
from skymatte.training.superres_validate import validate_superres
from skymatte.training.task import Batch, Report, Task, Total, Validator, check_share, mean

_CLASSES = 2
"""Of a guide: sky, and anything else."""

_LEAST = 3
"""Side of the smallest picture that is validated on: inside its border something is left."""


class SuperresTask(Task):
    """Make pictures larger, as a recipe says.

    Args:
        plan: the recipe.
        training: pairs of its scale that samples are cut from.
        validation: those that the best checkpoint is chosen by.  There may be none.
    """

    plan: SuperresRecipe
    measure = "PSNR"

    def __init__(self, plan: SuperresRecipe, training: Sequence[Pair], validation: Sequence[Pair]) -> None:
        super().__init__(plan)
        self._training = training
        self._validation = [pair for pair in validation if min(pair.low.shape) >= _LEAST]

    def samples(self, share: tuple[int, int] = (0, 1)) -> SuperresSamples:
        plan = self.plan
        check_share(plan.batch, share[1])
        return SuperresSamples(
            self._training,
            scale=plan.network.scale,
            patch=plan.data.patch,
            light=plan.data.light,
            flat=plan.data.flat,
            guided=plan.network.guided,
            batch=plan.batch,
            batches=cast(int, plan.batches),
            seed=plan.seed,
            share=share,
        )

    def network(self) -> Network:
        plan = self.plan.network
        if not plan.guided:
            return Dcscn(plan.scale, plan.size, plan.upsampling)
        network = GuidedDcscn(plan.scale, plan.size, _CLASSES, plan.upsampling)
        if plan.learn == "guide":
            network.requires_grad_(False)
            network.modulate.requires_grad_(True)
        return network

    def start(self, run: Run, runs: Path) -> Sequence[Path]:
        if self.plan.network.start is None:
            return ()
        path = named_checkpoint(self.plan.network.start, runs)
        weights = read_checkpoint(path)["average"]
        for network in (run.network, run.average):
            if take_matching(network, weights) == 0:
                raise RecipeError(f"network.start: {path} holds another network: no weight fits {network.description}")
        return (path,)

    def forward(self, run: Run, batch: Batch, generator: torch.Generator) -> Batch:  # noqa: ARG002 - nothing is random
        low, guide = batch[0], batch[2:]
        return (run.network(low.contiguous(memory_format=torch.channels_last), *guide),)

    def loss(self, answers: Batch, batch: Batch, total: Total) -> Tensor:
        error = answers[0] - batch[1]
        return mean(error.abs() if self.plan.loss == "l1" else error.square(), total)

    def validator(self) -> Validator | None:
        if not self._validation:
            return None
        plan = self.plan.network
        return lambda network: validate_superres(network, self._validation, plan.scale, guided=plan.guided)

    def export(
        self, checkpoints: list[Path], target: Path, *, report: Report, precision: Precision = Precision.FP32
    ) -> None:
        """As :meth:`Task.export`; in half precision weights alone are rounded, and what that costs is said.

        Raises:
            ModelError: a checkpoint cannot be used, or its network cannot be exported.
            RecipeError: there are no 8-bit models.
        """
        if precision is Precision.INT8:
            raise RecipeError(f"{self.plan.name}: models for super-resolution are written in fp32 or fp16, not int8")
        trained = average(checkpoints)
        network = superres_network(trained.network)
        before = self._figures(network)
        half = precision is Precision.FP16
        kept = rounded(network) if half else network
        model, difference = superres_graph(kept)
        figures = self._figures(kept) if half else before
        write_model(store_half(model) if half else model, superres_card(self.plan, trained, figures), target)
        report(f"{target}: {target.stat().st_size / 1e6:.2f} MB, within {difference:.1g} of torch; {figures}")
        if half:
            for name, value in figures.items():
                report(f"{target}: {name}: {before[name]:.4f} → {value:.4f} ({value - before[name]:+.4f})")

    def _figures(self, network: Network) -> dict[str, float]:
        validate = self.validator()
        return {} if validate is None else validate(network).rounded()


def open_superres(recipe: SuperresRecipe, data: Path, folder: Path, report: Report) -> SuperresTask:  # noqa: ARG001 - every task is opened with a folder
    """The task with its material read; arguments and errors as of :func:`superres_material`."""
    return SuperresTask(recipe, *superres_material(recipe, data, report))


def export_superres(
    recipe: SuperresRecipe,
    data: Path,
    folder: Path,
    checkpoints: list[Path],
    target: Path,
    precision: Precision,
    report: Report,
) -> None:
    """What ``skymatte export`` does; arguments and errors as of :meth:`SuperresTask.export`."""
    open_superres(recipe, data, folder, report).export(checkpoints, target, report=report, precision=precision)


def superres_card(recipe: SuperresRecipe, trained: Trained, figures: dict[str, float]) -> SuperresCard:
    """The card that follows from a recipe, its run and its figures."""
    plan = recipe.data
    material = [f"pictures of {folder}" for folder in plan.folders]
    if plan.hdri:
        material.append(f"HDR pictures (licence: {plan.licence or 'any'}), as light and as 8-bit renditions")
    if recipe.network.start:
        material.append(f"started from the weights of {Path(recipe.network.start).name}")
    return SuperresCard(
        name=recipe.name,
        version=__version__,
        summary=recipe.summary,
        scale=recipe.network.scale,
        training_data="; ".join(material),
        licence="Apache-2.0",
        trained=(
            f"recipe {recipe.name}: {trained.batches} batches of {recipe.batch} patches of {plan.patch} px, "
            f"{trained.seconds / 3600:.1f} hours"
        ),
        metrics=figures,
    )
