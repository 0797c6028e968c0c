"""A recipe: a YAML file that says everything about one training run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from skymatte.errors import RecipeError
from skymatte.picture.encoding import ENCODINGS

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Data(_Strict):
    """Where samples come from.

    Attributes:
        licence: pictures of the manifest that may be trained on.
        clips: labelled video clips that may be trained on.
        scenes: number of procedural panoramas (seeds 1000, 1001, …).
        scene_height: their height in pixels.
        strata: share of samples of each stratum.
        exchange: share of views whose sky comes from another picture.
        occluders: chance of each further wire, pole, branch or flock drawn over a view.
    """

    licence: str | None = "CC0"
    clips: tuple[str, ...] = ()
    scenes: Annotated[int, Field(ge=0)] = 0
    scene_height: Count = 512
    strata: dict[Literal["open", "canopy", "negative", "puresky", "video", "scene"], Share]
    exchange: Share = 0.0
    occluders: Annotated[float, Field(ge=0, lt=1)] = 0.0


class Optimiser(_Strict):
    """AdamW (Loshchilov & Hutter 2019), warm-up, constant, cosine decay to zero over the last ``decay`` batches.

    Attributes:
        rate: learning rate of the decoder.
        encoder_rate: learning rate of the ImageNet-trained encoder.
        weight_decay: decoupled weight decay.
        warmup: batches of linear warm-up.
        decay: batches of the final decay.
        average: decay of the exponential moving average of the weights, which is what is validated and shipped.
    """

    rate: Annotated[float, Field(gt=0)] = 1e-3
    encoder_rate: Annotated[float, Field(gt=0)] = 5e-4
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2
    warmup: Annotated[int, Field(ge=0)] = 100
    decay: Count = 1000
    average: Annotated[float, Field(ge=0, lt=1)] = 0.998


class Recipe(_Strict):
    """Everything about one training run.

    Attributes:
        name: the model's name.
        summary: one sentence for its card.
        encoding: network input, one of ``skymatte.picture.encoding.ENCODINGS``.
        start: ``imagenet`` or ``random`` encoder weights.
        size: height of a view in pixels; a multiple of 32.
        batch: views in a batch.
        batches: length of the run.
        wide_every: every n-th batch holds half as many views of twice the width; 0 = never.
        jaccard: weight of the soft Jaccard loss beside binary cross-entropy.
        validate_every: batches between validations, each of which writes a checkpoint.
        working_side: long side at which whole pictures are validated, and inferred with the shipped model.
        threshold: probability from which a pixel counts as sky, in validation and in the shipped model.
        seed: of weights and samples.
    """

    name: str
    summary: str
    encoding: str = "log"
    start: Literal["imagenet", "random"] = "imagenet"
    size: Annotated[int, Field(gt=0, multiple_of=32)] = 256
    batch: Annotated[int, Field(ge=2, multiple_of=2)] = 16
    batches: Count
    wide_every: Annotated[int, Field(ge=0)] = 0
    jaccard: Annotated[float, Field(ge=0)] = 1.0
    validate_every: Count = 500
    working_side: Annotated[int, Field(gt=0, multiple_of=32)] = 1024
    threshold: Annotated[float, Field(gt=0, lt=1)] = 0.5
    seed: int = 0
    data: Data
    optimiser: Optimiser = Optimiser()

    @field_validator("encoding")
    @classmethod
    def _known_encoding(cls, value: str) -> str:
        if value not in ENCODINGS:
            raise ValueError(f"unknown encoding; choose one of {', '.join(ENCODINGS)}")
        return value


def builtin_recipes() -> dict[str, Path]:
    """Recipes inside the package, by name."""
    return {path.stem: path for path in sorted((Path(__file__).parents[1] / "recipes").glob("*.yaml"))}


def load_recipe(name_or_path: str) -> Recipe:
    """Read a built-in recipe by name, or a YAML file.

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
    try:
        return Recipe.model_validate(content)
    except ValidationError as error:
        lines = [
            f"  {'.'.join(str(part) for part in item['loc']) or 'recipe'}: {item['msg']}" for item in error.errors()
        ]
        raise RecipeError(f"{path}: {len(lines)} thing(s) to mend:\n" + "\n".join(lines)) from None
