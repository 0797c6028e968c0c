"""The recipe of a network that finds the sky."""

from __future__ import annotations

from typing import Annotated, Literal, Self, cast

from pydantic import Field, field_validator, model_validator

from skymatte.datasets.augment import CAMERA
from skymatte.datasets.patch_augment import Augmentation
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.picture.encoding import ENCODINGS
from skymatte.training.plan import Count, Plan, Section, Share
from skymatte.training.recipe_file import read_plan


class Network(Section):
    """What is trained, and from which weights.

    Attributes:
        architecture: ``skynet`` (ours), ``classic-unet``, or a decoder of segmentation-models-pytorch such as ``unet``.
        encoder: its encoder by the name that segmentation-models-pytorch or timm give it; ``None`` = resnet34;
            ``skynet`` and ``classic-unet`` have their own.
        width: channels of the first level of ``classic-unet``; ``None`` = 64, as published.
        weights: what the encoder starts from.
        start: weights of a whole network to go on from: a checkpoint file, or the name of a run in the folder beside
            this one, whose best checkpoint is taken.
        prior: show the network a coarser answer as fourth channel, made during training; ``skynet`` only.
    """

    architecture: str = "skynet"
    encoder: str | None = None
    width: Count | None = None
    weights: Literal["imagenet", "none"] = "imagenet"
    start: str | None = None
    prior: bool = False


class Loss(Section):
    """What is minimised.

    Attributes:
        name: ``bce-jaccard``, binary cross-entropy plus soft Jaccard, or ``focal`` (Lin et al. 2017).
        jaccard: weight of the soft Jaccard loss; of ``bce-jaccard`` only.
        gamma: how much easy pixels count less; of ``focal`` only.
        alpha: weight of sky against ``1 − alpha`` of non-sky; ``None`` = both 1; of ``focal`` only.
        edge: how much more the cross-entropy of a pixel counts that has both sky and non-sky within two pixels; of
            ``bce-jaccard`` only.
    """

    name: Literal["bce-jaccard", "focal"] = "bce-jaccard"
    jaccard: Annotated[float, Field(ge=0)] = 1.0
    gamma: Annotated[float, Field(ge=0)] = 2.0
    alpha: Annotated[float, Field(gt=0, lt=1)] | None = None
    edge: Annotated[float, Field(ge=0)] = 0.0


class ViewData(Section):
    """Random views of whole pictures, made anew for each sample; validated on whole pictures.

    Attributes:
        licence: pictures of the manifest that may be trained on.
        clips: labelled video clips that may be trained on.
        scenes: number of procedural panoramas (seeds 1000, 1001, …).
        scene_height: their height in pixels.
        details: number of procedural panoramas to look at closely (seeds 2000, 2001, …), the stratum ``detail``.
        detail_height: their height in pixels.
        size: height of a view in pixels.
        wide_every: every n-th batch holds half as many views of twice the width; 0 = never.
        strata: share of samples of each stratum.
        exchange: share of views whose sky comes from another picture.
        occluders: chance of each further wire, pole, branch or flock drawn over a view.
        camera: share of views as an 8-bit camera takes them.
    """

    kind: Literal["views"]
    licence: str | None = "CC0"
    clips: tuple[str, ...] = ()
    scenes: Annotated[int, Field(ge=0)] = 0
    scene_height: Count = 512
    details: Annotated[int, Field(ge=0)] = 0
    detail_height: Count = 1024
    size: Annotated[int, Field(gt=0, multiple_of=32)] = 256
    wide_every: Annotated[int, Field(ge=0)] = 0
    strata: dict[Literal["open", "canopy", "negative", "puresky", "video", "scene", "detail"], Share]
    exchange: Share = 0.0
    occluders: Annotated[float, Field(ge=0, lt=1)] = 0.0
    camera: Share = CAMERA


class PatchData(Section):
    """Patches that are cut once and read in a new random order each epoch; validated on patches.

    Attributes:
        patches: how they are cut and split.
        augmentation: what happens to them before they are encoded.
        validate_on: validate on so many patches at most, spread evenly over all; ``None`` = on all.
    """

    kind: Literal["patches"]
    patches: PatchPlan
    augmentation: Augmentation = Augmentation()
    validate_on: Count | None = None


class Recipe(Plan):
    """Everything about one training run of a network that finds the sky.

    Attributes:
        encoding: network input, one of ``skymatte.picture.encoding.ENCODINGS``.
        standardise: what the encoded input is brought to inside the network: ``anchor`` puts middle grey at 0 and one
            stop above it at 0.31, as ImageNet weights expect; ``data`` the training pictures' mean at 0 and their
            deviation at 1, channel by channel; ``none`` leaves it.
        network: architecture and starting weights.
        loss: what is minimised.
        epochs: how often each patch is seen; views have none.
        validate_every: batches between validations; ``None`` = once an epoch, or every 500 batches of views.
        working_side: long side at which whole pictures are validated, and inferred with the shipped model.
        threshold: probability from which a pixel counts as sky, in validation and in the shipped model.
        data: where samples come from.
    """

    task: Literal["sky"] = "sky"
    encoding: str = "log"
    standardise: Literal["anchor", "data", "none"] = "anchor"
    network: Network = Network()
    loss: Loss = Loss()
    batch: Annotated[int, Field(ge=2, multiple_of=2)] = 16
    working_side: Annotated[int, Field(gt=0, multiple_of=32)] = 1024
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    data: Annotated[ViewData | PatchData, Field(discriminator="kind")]

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        if value not in ENCODINGS:
            raise ValueError(f"unknown encoding; choose one of {', '.join(ENCODINGS)}")
        return value

    @model_validator(mode="after")
    def _views_have_no_epochs(self) -> Self:
        if self.epochs is not None and isinstance(self.data, ViewData):
            raise ValueError("views are made anew for each sample and have no epochs; give batches")
        return self


def load_recipe(name_or_path: str, overrides: tuple[str, ...] = ()) -> Recipe:
    """Read a recipe that finds the sky; arguments and errors as of :func:`~skymatte.training.recipe_file.read_plan`."""
    return cast(Recipe, read_plan(name_or_path, overrides, {"sky": Recipe}))
