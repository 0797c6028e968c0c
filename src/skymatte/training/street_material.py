"""What tasks about streets learn from: pictures shrunk and brought back once, and networks that they start from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from torch import nn

from skymatte.datasets.street_classes import StreetClasses
from skymatte.datasets.street_pictures import Sharpen, enlarged, shrunk
from skymatte.datasets.streets import Street, read_streets, street_classes
from skymatte.errors import RecipeError
from skymatte.networks.base import Network
from skymatte.networks.dcscn import Dcscn
from skymatte.networks.pspnet import PspNet
from skymatte.training.begin import named_checkpoint, take_matching
from skymatte.training.checkpoint import Run, read_checkpoint
from skymatte.training.export import load_trained
from skymatte.training.plan import Plan
from skymatte.training.street_answers import guide_of, sharpened_by
from skymatte.training.street_plan import StreetData

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class SmallStreet:
    """A street, and what is left of it.

    Attributes:
        street: as it should be.
        small: the shrunk picture, h×w×3 uint8.
        guide: what stands where in it, h×w×C uint8, shares of 255; ``None`` = not known.
    """

    street: Street
    small: Pixels
    guide: Pixels | None = None


@dataclass(frozen=True, slots=True)
class Streets:
    """Pictures of a data set.

    Attributes:
        classes: that are learnt.
        training: the split train.
        validation: the split val.
    """

    classes: StreetClasses
    training: list[Street]
    validation: list[Street]


def batches_of(plan: Plan, pictures: int) -> int:
    """Length of a run in batches; an epoch takes one crop of each picture."""
    return plan.batches or math.ceil((plan.epochs or 0) * pictures / plan.batch)


def read_material(plan: StreetData, data: Path) -> Streets:
    """The training and validation pictures of a recipe; errors as of :func:`read_streets`."""
    folder = data / plan.folder
    classes = street_classes(folder)
    training, validation = (
        read_streets(folder, split, height=plan.height, multiple=plan.scale) for split in ("train", "val")
    )
    return Streets(classes, training, validation)


def prepared(streets: Iterable[Street], scale: int, sharpen: Sharpen | None) -> list[Street]:
    """Streets whose pictures were shrunk and brought back; at scale 1 as they are."""
    if scale == 1:
        return list(streets)
    return [replace(street, picture=enlarged(shrunk(street.picture, scale), scale, sharpen)) for street in streets]


def small_streets(streets: Iterable[Street], scale: int, segment: PspNet | None = None) -> list[SmallStreet]:
    """Streets with their small pictures, and with what ``segment`` says of them."""
    small = ((street, shrunk(street.picture, scale)) for street in streets)
    return [
        SmallStreet(street, picture, None if segment is None else guide_of(segment, picture, scale))
        for street, picture in small
    ]


def named_network(name: str, runs: Path, key: str) -> Network:
    """The network of the checkpoint that a recipe's ``key`` names.

    Raises:
        RecipeError: there is no such checkpoint.
        ModelError: it is no checkpoint.
    """
    return load_trained(named_checkpoint(name, runs, key)).network


def named_sharpener(name: str, runs: Path, key: str, scale: int) -> Sharpen:
    """The DCSCN that a recipe's ``key`` names.

    Raises:
        RecipeError: there is no such checkpoint, or it holds another network or scale.
        ModelError: it is no checkpoint.
    """
    network = named_network(name, runs, key)
    if not isinstance(network, Dcscn) or network.scale != scale:
        raise RecipeError(f"{key}: {name} holds the network {network.description}, not DCSCN of scale {scale}")
    return sharpened_by(network)


def named_segmenter(name: str, runs: Path, key: str, classes: int) -> PspNet:
    """The PSPNet that a recipe's ``key`` names.

    Raises:
        RecipeError: there is no such checkpoint, or it holds another network or number of classes.
        ModelError: it is no checkpoint.
    """
    network = named_network(name, runs, key)
    if not isinstance(network, PspNet) or network.classes != classes:
        raise RecipeError(f"{key}: {name} holds the network {network.description}, not PSPNet with {classes} classes")
    return network


def start_from(run: Run, part: Callable[[nn.Module], nn.Module], name: str, runs: Path, key: str) -> Path:
    """Put the weights of a checkpoint into a part of a run's network and of its average.

    How features are modulated by a guide is always learnt anew: another guide has other classes.

    Returns:
        The checkpoint.

    Raises:
        RecipeError: there is no such checkpoint, or it does not fit.
        ModelError: it is no checkpoint.
    """
    path = named_checkpoint(name, runs, key)
    state = read_checkpoint(path)
    weights = {name: tensor for name, tensor in state["average"].items() if not name.startswith("modulate.")}
    for network in (run.network, run.average):
        if take_matching(part(network), weights) < len(weights):
            held = state.get("description", "of an older recipe")
            raise RecipeError(f"{key}: {path} holds the network {held}, which does not fit {run.network.description}")
    return path
