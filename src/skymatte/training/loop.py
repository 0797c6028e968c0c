"""The training loop: one run from a recipe, resumable at any moment, that one can read in one sitting."""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torch.utils.tensorboard import SummaryWriter

from skymatte.datasets.samples import Mixture, Samples
from skymatte.datasets.sources import Source
from skymatte.networks.efficientnet import imagenet_state
from skymatte.networks.unet import SkyNet
from skymatte.picture.atomic import replacing
from skymatte.picture.encoding import encode
from skymatte.picture.exposure import MIDDLE_GREY
from skymatte.training.losses import cross_entropy, soft_jaccard
from skymatte.training.recipe import Optimiser, Recipe
from skymatte.training.report import log_validation
from skymatte.training.validate import score, summary, validate

LATEST, BEST = "latest.pt", "best.pt"
_LOG_EVERY = 20
_STOP = 0.31


@dataclass(slots=True)
class Run:
    """The state of a run: what a checkpoint holds.

    Attributes:
        network: the weights being trained.
        average: their exponential moving average: validated, exported.
        optimiser: AdamW with two parameter groups, decoder and encoder.
        batch: index of the next batch.
        best: best validation score so far.
        seconds: time spent so far, validation included.
    """

    network: SkyNet
    average: SkyNet
    optimiser: torch.optim.Optimizer
    batch: int = 0
    best: float = -math.inf
    seconds: float = 0.0

    def save(self, path: Path) -> None:
        """Write a checkpoint; the old one stays until the new one is whole."""
        parts = {name: getattr(self, name).state_dict() for name in ("network", "average", "optimiser")}
        with replacing(path) as temporary:
            torch.save({**parts, "batch": self.batch, "best": self.best, "seconds": self.seconds}, temporary)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint."""
        state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
        for name in ("network", "average", "optimiser"):
            getattr(self, name).load_state_dict(state[name])
        self.batch, self.best, self.seconds = state["batch"], state["best"], state["seconds"]


def standardisation(encoding: str) -> tuple[float, float]:
    """Mean and deviation that bring an encoding to the range that ImageNet weights expect.

    Middle grey becomes 0; one stop above it becomes 0.31, as in an sRGB picture brought to (x − 127) / 128.
    """
    grey, brighter = (float(v) for v in encode(encoding, np.array([MIDDLE_GREY, 2 * MIDDLE_GREY], np.float32)))
    return grey, (brighter - grey) / _STOP


def new_run(recipe: Recipe) -> Run:
    """A run at its beginning, from the recipe's seed and starting weights."""
    torch.manual_seed(recipe.seed)
    network = SkyNet(*standardisation(recipe.encoding))
    if recipe.network.weights == "imagenet":
        network.encoder.load_imagenet(imagenet_state())
    network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    encoder = list(network.encoder.parameters())
    known = {id(parameter) for parameter in encoder}
    decoder = [parameter for parameter in network.parameters() if id(parameter) not in known]
    plan = recipe.optimiser
    groups = [
        {"params": decoder, "lr": plan.rate, "peak": plan.rate},
        {"params": encoder, "lr": plan.encoder_rate or plan.rate, "peak": plan.encoder_rate or plan.rate},
    ]
    return Run(network, copy.deepcopy(network), torch.optim.AdamW(groups, weight_decay=plan.weight_decay))


def rate_factor(batch: int, batches: int, plan: Optimiser) -> float:
    """Share of the peak learning rate at a batch: linear warm-up, constant, cosine decay to zero."""
    warm = min(1.0, (batch + 1) / (plan.warmup + 1))
    left = min(1.0, (batches - batch) / plan.decay)
    return warm * 0.5 * (1 - math.cos(math.pi * left))


def _average(average: nn.Module, network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for mine, theirs in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if mine.is_floating_point():
                mine.lerp_(theirs, 1 - decay)
            else:
                mine.copy_(theirs)


def _step(run: Run, recipe: Recipe, batch: tuple[Tensor, Tensor, Tensor]) -> float:
    """One update; mixed precision: the network in bfloat16, the losses in float32."""
    picture, sky, weight = batch
    factor = rate_factor(run.batch, recipe.batches, recipe.optimiser)
    for group in run.optimiser.param_groups:
        group["lr"] = group["peak"] * factor
    run.network.train()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = run.network(picture.contiguous(memory_format=torch.channels_last))
    logits = logits.float()
    loss = cross_entropy(logits, sky, weight) + recipe.loss.jaccard * soft_jaccard(logits, sky, weight)
    run.optimiser.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]
    nn.utils.clip_grad_norm_(run.network.parameters(), 1.0)
    run.optimiser.step()
    decay = min(recipe.optimiser.average, (1 + run.batch) / (10 + run.batch))
    _average(run.average, run.network, decay)
    return float(loss.detach())


def _one_thread(_: int) -> None:
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def samples_of(recipe: Recipe, sources: list[Source]) -> Samples:
    """The recipe's stream of samples over these sources."""
    mixture = Mixture(
        {str(name): share for name, share in recipe.data.strata.items()}, recipe.data.exchange, recipe.data.occluders
    )
    return Samples(
        sources,
        mixture,
        encoding=recipe.encoding,
        size=recipe.data.size,
        batch=recipe.batch,
        batches=recipe.batches,
        wide_every=recipe.data.wide_every,
        seed=recipe.seed,
    )


def train(
    recipe: Recipe,
    training: list[Source],
    validation: list[Source],
    folder: Path,
    *,
    workers: int,
    report: Callable[[str], None],
) -> Run:
    """Train to the recipe's end, or go on from ``folder/latest.pt``.

    Args:
        recipe: what to do.
        training: sources of samples.
        validation: whole pictures; the best checkpoint is chosen by their mean IoU.
        folder: receives ``latest.pt``, ``best.pt`` and TensorBoard's events.
        workers: processes that prepare batches.
        report: receives one line of progress now and then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    run = new_run(recipe)
    if (folder / LATEST).exists():
        run.load(folder / LATEST)
        report(f"going on from batch {run.batch} of {recipe.batches}")
    loader = DataLoader(
        samples_of(recipe, training),
        batch_size=None,
        sampler=range(run.batch, recipe.batches),
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        worker_init_fn=_one_thread,
    )
    waited = 0.0
    started = time.monotonic()
    begun = started - run.seconds
    losses: list[float] = []
    with SummaryWriter(str(folder)) as board:
        clock = time.monotonic()
        for batch in loader:
            waited += time.monotonic() - clock
            losses.append(_step(run, recipe, batch))
            run.batch += 1
            if run.batch % _LOG_EVERY == 0:
                loss, busy = sum(losses) / len(losses), 1 - waited / (time.monotonic() - started)
                rate = len(losses) * recipe.batch / (time.monotonic() - started)
                board.add_scalar("loss", loss, run.batch)
                board.add_scalar("rate", run.optimiser.param_groups[0]["lr"], run.batch)
                report(
                    f"batch {run.batch}/{recipe.batches}  loss {loss:.4f}  {rate:.1f} views/s  network busy {busy:.0%}"
                )
                losses, waited, started = [], 0.0, time.monotonic()
            if run.batch % (recipe.validate_every or 500) == 0 or run.batch == recipe.batches:
                run.seconds = time.monotonic() - begun
                _validate(run, recipe, validation, folder, board, report)
                started, waited, losses = time.monotonic(), 0.0, []
            clock = time.monotonic()
    return run


def _validate(
    run: Run,
    recipe: Recipe,
    validation: list[Source],
    folder: Path,
    board: SummaryWriter,
    report: Callable[[str], None],
) -> None:
    results = validate(
        run.average,
        validation,
        encoding=recipe.encoding,
        side=recipe.working_side,
        multiple=SkyNet.multiple,
        threshold=recipe.threshold,
    )
    reached = score(results)
    log_validation(board, results, run.batch)
    if reached > run.best:
        run.best = reached
        run.save(folder / BEST)
    run.save(folder / LATEST)
    figures = "  ".join(f"{name} {value:.4f}" for name, value in summary(results).items())
    worst = sorted(results, key=lambda r: r.iou)[:4]
    report(f"validation at {run.batch}: {reached:.4f} (best {run.best:.4f})  {figures}")
    report("  worst: " + ", ".join(f"{r.source.name} {r.iou:.3f}" for r in worst))
