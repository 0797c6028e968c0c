"""The recipe of the network that makes small pictures larger and finds the sky in them at once."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from skymatte.training.plan import Plan, Section
from skymatte.training.recipe import Loss, ViewData


class JointSkyNetwork(Section):
    """What is trained, and from which weights.

    Attributes:
        size: of its DCSCN.
        scale: how many times larger pictures become.
        width: channels of the head that finds the sky.
        imagenet: start the encoder from its ImageNet weights.
        sharpen: weights of a ``dcscn`` of that size and scale to start from: a checkpoint file, or the name of a run in
            the folder beside this one.
        encoder: weights of a ``skynet`` whose encoder to start from, likewise.
    """

    size: Literal["full", "medium", "compact"] = "medium"
    scale: Literal[2, 3, 4] = 4
    width: Annotated[int, Field(ge=8, multiple_of=8)] = 96
    imagenet: bool = True
    sharpen: str | None = None
    encoder: str | None = None


class JointSkyRecipe(Plan):
    """Everything about one training run.

    Attributes:
        network: architecture and starting weights.
        loss: of the sky, at the large size; the auxiliary head counts 0.4 of it (Zhao et al. 2017, section 5.1).
        sharp: weight of the mean absolute error of luma beside it.
        batches: length of the run; views are made anew for each sample and have no epochs.
        validate_every: batches between validations; ``None`` = 500.
        working_side: long side at which validation pictures are found again, in pixels of the large picture.
        threshold: probability from which a pixel counts as sky.
        data: where views come from; their size is that of the large picture.
    """

    task: Literal["joint-sky"]
    network: JointSkyNetwork = JointSkyNetwork()
    loss: Loss = Loss()
    sharp: Annotated[float, Field(ge=0)] = 4.0
    epochs: None = None
    working_side: Annotated[int, Field(gt=0, multiple_of=48)] = 960
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    data: ViewData
