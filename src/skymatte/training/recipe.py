"""A recipe: a YAML file that says everything about one training run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from skymatte.datasets.augment import CAMERA
from skymatte.datasets.patch_augment import Augmentation
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.errors import RecipeError
from skymatte.picture.encoding import ENCODINGS
from skymatte.training.overrides import overridden

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Network(_Strict):
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


class Loss(_Strict):
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


class Optimiser(_Strict):
    """How the weights move: linear warm-up, constant rate, cosine decay to zero over the last ``decay`` batches.

    Attributes:
        name: ``adamw`` (Loshchilov & Hutter 2019) or ``adam`` (Kingma & Ba 2015).
        rate: learning rate of the decoder.
        encoder_rate: learning rate of the encoder; ``None`` = as the decoder's.
        weight_decay: decoupled for ``adamw``, added to the gradient for ``adam``.
        clip: largest norm of the gradient; larger ones are scaled down; ``None`` = as it comes.
        warmup: batches of linear warm-up.
        decay: batches of the final decay; 0 = the rate stays.
        average: decay of the exponential moving average of the weights, which is what is validated and shipped; 0 = the
            weights themselves.
    """

    name: Literal["adamw", "adam"] = "adamw"
    rate: Rate = 1e-3
    encoder_rate: Rate | None = None
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2
    clip: Annotated[float, Field(gt=0)] | None = 1.0
    warmup: Annotated[int, Field(ge=0)] = 100
    decay: Annotated[int, Field(ge=0)] = 1000
    average: Annotated[float, Field(ge=0, lt=1)] = 0.998


class Precision(_Strict):
    """Number format of the network's forward pass on each device; weights, sums and losses stay float32."""

    cpu: Literal["float32", "bfloat16"] = "bfloat16"
    cuda: Literal["float32", "bfloat16", "float16"] = "bfloat16"


class ViewData(_Strict):
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


class PatchData(_Strict):
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


class Recipe(_Strict):
    """Everything about one training run.

    Attributes:
        name: the model's name.
        summary: one sentence for its card.
        encoding: network input, one of ``skymatte.picture.encoding.ENCODINGS``.
        standardise: what the encoded input is brought to inside the network: ``anchor`` puts middle grey at 0 and one
            stop above it at 0.31, as ImageNet weights expect; ``data`` the training pictures' mean at 0 and their
            deviation at 1, channel by channel; ``none`` leaves it.
        network: architecture and starting weights.
        loss: what is minimised.
        optimiser: how.
        precision: number formats.
        device: ``auto`` takes a GPU if there is one and says which device it took; the others fail where it is absent.
        batch: samples in a batch, over all processes.
        batches: length of the run …
        epochs: … or how often each patch is seen.
        validate_every: batches between validations; ``None`` = once an epoch, or every 500 batches of views.
        checkpoint_minutes: time between checkpoints, beside the one that each validation writes.
        working_side: long side at which whole pictures are validated, and inferred with the shipped model.
        threshold: probability from which a pixel counts as sky, in validation and in the shipped model.
        seed: of weights and samples.
        data: where samples come from.
    """

    name: str
    summary: str
    encoding: str = "log"
    standardise: Literal["anchor", "data", "none"] = "anchor"
    network: Network = Network()
    loss: Loss = Loss()
    optimiser: Optimiser = Optimiser()
    precision: Precision = Precision()
    device: Literal["auto", "cpu", "cuda"] = "auto"
    batch: Annotated[int, Field(ge=2, multiple_of=2)] = 16
    batches: Count | None = None
    epochs: Annotated[float, Field(gt=0)] | None = None
    validate_every: Count | None = None
    checkpoint_minutes: Annotated[float, Field(ge=0)] = 5.0
    working_side: Annotated[int, Field(gt=0, multiple_of=32)] = 1024
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    seed: Annotated[int, Field(ge=0)] = 0
    data: Annotated[ViewData | PatchData, Field(discriminator="kind")]

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        if value not in ENCODINGS:
            raise ValueError(f"unknown encoding; choose one of {', '.join(ENCODINGS)}")
        return value

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.batches is None) == (self.epochs is None):
            raise ValueError("give either batches or epochs")
        if self.epochs is not None and isinstance(self.data, ViewData):
            raise ValueError("views are made anew for each sample and have no epochs; give batches")
        return self


def builtin_recipes() -> dict[str, Path]:
    """Recipes inside the package, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parents[1] / "recipes").glob("*.yaml"))}


def load_recipe(name_or_path: str, overrides: tuple[str, ...] = ()) -> Recipe:
    """Read a built-in recipe by name, or a YAML file.

    Args:
        name_or_path: which.
        overrides: values that take the place of the file's, ``section.key=value`` with YAML values.

    Raises:
        RecipeError: it does not exist, is no YAML, or has wrong values; all of them are listed at once.
    """
    path = builtin_recipes().get(name_or_path, Path(name_or_path))
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        known = ", ".join(builtin_recipes())
        raise RecipeError(f"{path}: no such recipe; name a YAML file or one of: {known}") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise RecipeError(f"{path}: cannot be read as YAML: {error}") from None
    content, mistakes = overridden(content, overrides)
    try:
        recipe = Recipe.model_validate(content)
    except ValidationError as error:
        mistakes += [f"{_place(item['loc'])}: {item['msg']}" for item in error.errors()]
    if mistakes:
        raise RecipeError(f"{path}: {len(mistakes)} thing(s) to mend:\n" + "\n".join(f"  {line}" for line in mistakes))
    return recipe


def _place(location: tuple[int | str, ...]) -> str:
    """Where in the file: what pydantic adds to tell the kinds of ``data`` apart is left out."""
    parts: list[Any] = [*location]
    if len(parts) > 1 and parts[0] == "data" and parts[1] in ("views", "patches"):
        del parts[1]
    return ".".join(map(str, parts)) or "recipe"
