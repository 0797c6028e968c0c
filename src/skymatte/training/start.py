"""The beginning of a run that finds the sky: a network that is standardised, and the weights it starts from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from skymatte.errors import RecipeError
from skymatte.networks.base import Network, SegmentationNetwork, Statistic
from skymatte.networks.build import build
from skymatte.networks.efficientnet import with_more_inputs
from skymatte.picture.encoding import encode
from skymatte.picture.exposure import MIDDLE_GREY
from skymatte.training.begin import named_checkpoint
from skymatte.training.checkpoint import Run, read_checkpoint
from skymatte.training.recipe import Recipe

_STOP = 0.31
_STANDARDISATION = ("mean", "deviation")
_SKY_NETWORKS = {"skynet", "skynet-fast"}


def anchor(encoding: str) -> tuple[float, float]:
    """Mean and deviation that bring an encoding to the range that ImageNet weights expect.

    Middle grey becomes 0; one stop above it becomes 0.31, as in an sRGB picture brought to (x − 127) / 128.
    """
    grey, brighter = (float(v) for v in encode(encoding, np.array([MIDDLE_GREY, 2 * MIDDLE_GREY], np.float32)))
    return grey, (brighter - grey) / _STOP


def statistics(encoding: str, pictures: Iterable[NDArray[np.float32]]) -> tuple[list[float], list[float]]:
    """Mean and deviation of each channel over all pixels of encoded pictures, H×W×3 float32 linear light each.

    Raises:
        RecipeError: a channel is the same everywhere.
    """
    count, first, second = 0, np.zeros(3), np.zeros(3)
    for pixels in pictures:
        values = encode(encoding, pixels).reshape(-1, 3).astype(np.float64)
        count += len(values)
        first += values.sum(0)
        second += (values**2).sum(0)
    mean = first / max(1, count)
    deviation = np.sqrt(np.maximum(second / max(1, count) - mean**2, 0))
    if not (deviation > 0).all():
        raise RecipeError("standardise: the training pictures do not vary; choose anchor or none")
    return mean.tolist(), deviation.tolist()


def standardisation(recipe: Recipe, pictures: Iterable[NDArray[np.float32]]) -> tuple[Statistic, Statistic]:
    """Mean and deviation that the recipe brings its encoded input to 0 and 1 by."""
    if recipe.standardise == "data":
        return statistics(recipe.encoding, pictures)
    return anchor(recipe.encoding) if recipe.standardise == "anchor" else (0.0, 1.0)


def new_network(recipe: Recipe, pictures: Iterable[NDArray[np.float32]] = ()) -> SegmentationNetwork:
    """The recipe's network with the weights of its encoder; other weights come from torch's random generator.

    Args:
        recipe: what to do.
        pictures: H×W×3 float32 linear light each; looked at where the recipe standardises by data.
    """
    mean, deviation = standardisation(recipe, pictures)
    plan = recipe.network
    return build(
        plan.architecture,
        encoder=plan.encoder,
        weights=plan.weights,
        mean=mean,
        deviation=deviation,
        width=plan.width,
        prior=plan.prior,
    )


def transfer(run: Run, recipe: Recipe, runs: Path) -> Path | None:
    """Take the weights that the recipe's ``network.start`` names, if it names some; standardisation stays our own.

    Of another sky network than the recipe's only the encoder is taken, which both have in common.

    Args:
        run: at its beginning.
        recipe: its recipe.
        runs: the folder in which runs stand side by side.

    Returns:
        The checkpoint.

    Raises:
        RecipeError: there is no such checkpoint, or it holds another network.
        ModelError: it cannot be read.
    """
    if recipe.network.start is None:
        return None
    path = named_checkpoint(recipe.network.start, runs)
    state = read_checkpoint(path)
    if _share_encoder(run.network.description, state.get("description", run.network.description)):
        for network in (run.network, run.average):
            _take_encoder(network, state["average"])
        return path
    described = dict(state.get("description", run.network.description))
    # A network that has not learnt from priors may teach one that shall: the new channel begins without effect.
    described.update({"prior": True} if run.network.description.get("prior") else {})
    if described != run.network.description:
        raise RecipeError(f"network.start: {path} holds the network {described}, not {run.network.description}")
    for network in (run.network, run.average):
        _take(network, state["average"], path)
    return path


def _share_encoder(mine: Mapping[str, str | int], theirs: Mapping[str, str | int]) -> bool:
    names = {mine["architecture"], theirs["architecture"]}
    return names == _SKY_NETWORKS


def _take_encoder(network: Network, weights: Mapping[str, Tensor]) -> None:
    """Kernels of a prior that ``network`` has no channel for are left out: a prior that says nothing is 0 to them."""
    own = network.state_dict()
    learnt = {name: tensor for name, tensor in weights.items() if name.startswith("encoder.")}
    fitting = {name: tensor[:, : own[name].shape[1]] if tensor.ndim == 4 else tensor for name, tensor in learnt.items()}
    network.load_state_dict({**own, **fitting})


def _take(network: Network, weights: dict[str, Tensor], path: Path) -> None:
    own = network.state_dict()
    widened = {name: with_more_inputs(tensor, own.get(name, tensor)) for name, tensor in weights.items()}
    try:
        network.load_state_dict({**widened, **{name: own[name] for name in _STANDARDISATION}})
    except RuntimeError as error:
        raise RecipeError(f"network.start: {path} does not fit: {str(error).splitlines()[0]}") from None
