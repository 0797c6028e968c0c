"""A network from its name: what a recipe asks for, and what a checkpoint says that it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from typing import Any, Literal

from torch import Tensor

from skymatte.errors import RecipeError
from skymatte.networks.base import Network, SegmentationNetwork, Statistic
from skymatte.networks.classic_unet import WIDTH, ClassicUnet
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.efficientnet import imagenet_state
from skymatte.networks.fast_unet import FastSkyNet
from skymatte.networks.guided import GuidedDcscn
from skymatte.networks.joint import JointNetwork
from skymatte.networks.pspnet import PspNet
from skymatte.networks.published import PublishedNetwork, published_architectures, usual_encoder
from skymatte.networks.unet import SkyNet

Weights = Literal["imagenet", "none"]

_OWN = ("skynet", "skynet-fast", "classic-unet")


def architectures() -> tuple[str, ...]:
    """Names that ``build`` takes: skymatte's own, then those of segmentation-models-pytorch.

    Raises:
        MissingExtra: segmentation-models-pytorch is not installed.
    """
    return (*_OWN, *published_architectures())


def build(
    architecture: str,
    *,
    encoder: str | None = None,
    weights: Weights = "none",
    mean: Statistic = 0.0,
    deviation: Statistic = 1.0,
    width: int | None = None,
    prior: bool = False,
) -> SegmentationNetwork:
    """Make a network; weights that are not fetched come from torch's random generator.

    Args:
        architecture: ``skynet``, ``skynet-fast``, ``classic-unet``, ``unet``, or another of segmentation-models-pytorch
            in lower case.
        encoder: of the latter: a name of segmentation-models-pytorch, or ``tu-`` and a name of timm; ``None`` =
            the usual one, which is resnet34 (a vision transformer for ``dpt``). The first three have their own.
        weights: ``imagenet`` starts the encoder from published ImageNet weights.
        mean: of the encoded input, one number or three: standardisation is inside the network.
        deviation: of the encoded input, likewise.
        width: channels of the first level of ``classic-unet``; ``None`` = 64.
        prior: take a coarser answer as fourth channel; ``skynet`` only.

    Raises:
        RecipeError: the names do not go together or do not exist, or the weights cannot be fetched; the message names
            the key of the recipe.
        MissingExtra: segmentation-models-pytorch is needed and not installed.
    """
    if architecture in _OWN and encoder is not None:
        raise RecipeError(f"network.encoder: {architecture} has its own; leave {encoder!r} out")
    if architecture != "classic-unet" and width is not None:
        raise RecipeError(f"network.width: only classic-unet has one, not {architecture}")
    if architecture != "skynet" and prior:
        raise RecipeError(f"network.prior: only skynet takes one, not {architecture}")
    if architecture in ("skynet", "skynet-fast"):
        network = SkyNet(mean, deviation, prior=prior) if architecture == "skynet" else FastSkyNet(mean, deviation)
        if weights == "imagenet":
            network.encoder.load_imagenet(imagenet_state())
        return network
    if architecture == "classic-unet":
        if weights == "imagenet":
            raise RecipeError(
                "network.weights: there are no ImageNet weights of classic-unet; set network.weights=none"
            )
        return ClassicUnet(mean, deviation, WIDTH if width is None else width)
    _check_published(architecture)
    chosen = encoder or usual_encoder(architecture)
    return PublishedNetwork(architecture, chosen, imagenet=weights == "imagenet", mean=mean, deviation=deviation)


def rebuild(description: Mapping[str, Any], weights: Mapping[str, Tensor]) -> Network:
    """The network that a checkpoint holds, whatever its task.

    Args:
        description: ``network.description`` of the network that was trained.
        weights: its ``state_dict()``.

    Raises:
        RecipeError: the description names nothing that can be built.
        KeyError, RuntimeError, TypeError: description and weights do not belong together.
    """
    arguments = dict(description)
    make = _OTHERS.get(arguments["architecture"])
    if make is None:
        mean, deviation = (_statistic(weights[name]) for name in ("mean", "deviation"))
        network: Network = build(**arguments, mean=mean, deviation=deviation)
    else:
        del arguments["architecture"]
        network = make(**arguments)
    network.load_state_dict(weights)
    return network


_OTHERS: dict[str, Callable[..., Network]] = {
    "dcscn": Dcscn,
    "guided-dcscn": GuidedDcscn,
    "joint": JointNetwork,
    "pspnet-parsing": PspNet,
}
"""Networks that do not find the sky, by their architecture: what makes them from the rest of their description.

``pspnet`` is that of segmentation-models-pytorch, which finds the sky.
"""


def _check_published(architecture: str) -> None:
    known = architectures()
    if architecture not in known:
        near = get_close_matches(architecture, known, n=1)
        hint = f"did you mean {near[0]}? " if near else ""
        raise RecipeError(f"network.architecture: no {architecture!r}; {hint}choose one of {', '.join(known)}")


def _statistic(buffer: Tensor) -> Statistic:
    return [float(value) for value in buffer.flatten()] if buffer.ndim else float(buffer)
