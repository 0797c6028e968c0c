"""What every recipe says, whatever its task: how long a run is, how the weights move, where and in which numbers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0)]
Rate = Annotated[float, Field(gt=0)]


class Section(BaseModel):
    """A part of a recipe: keys that it does not know are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Optimiser(Section):
    """How the weights move: linear warm-up, then a schedule.

    Attributes:
        name: ``adamw`` (Loshchilov & Hutter 2019) or ``adam`` (Kingma & Ba 2015).
        rate: learning rate of the decoder.
        encoder_rate: learning rate of the encoder; ``None`` = as the decoder's.
        weight_decay: decoupled for ``adamw``, added to the gradient for ``adam``.
        clip: largest norm of the gradient; larger ones are scaled down; ``None`` = as it comes.
        warmup: batches of linear warm-up.
        schedule: ``cosine``: constant rate, cosine decay to zero over the last ``decay`` batches; ``poly``:
            (1 − batch / batches)^0.9 over the whole run (Zhao et al. 2017, "Pyramid Scene Parsing Network", section
            5.1).
        decay: batches of the final decay of ``cosine``; 0 = the rate stays; ``None`` = the whole run.
        average: decay of the exponential moving average of the weights, which is what is validated and shipped; 0 = the
            weights themselves.
    """

    name: Literal["adamw", "adam"] = "adamw"
    rate: Rate = 1e-3
    encoder_rate: Rate | None = None
    weight_decay: Annotated[float, Field(ge=0)] = 1e-2
    clip: Annotated[float, Field(gt=0)] | None = 1.0
    warmup: Annotated[int, Field(ge=0)] = 100
    schedule: Literal["cosine", "poly"] = "cosine"
    decay: Annotated[int, Field(ge=0)] | None = 1000
    average: Annotated[float, Field(ge=0, lt=1)] = 0.998


class Precision(Section):
    """Number format of the network's forward pass on each device; weights, sums and losses stay float32."""

    cpu: Literal["float32", "bfloat16"] = "bfloat16"
    cuda: Literal["float32", "bfloat16", "float16"] = "bfloat16"


class Plan(Section):
    """What the training loop reads of a recipe; every task adds its own sections.

    Attributes:
        task: what is learnt; a recipe that does not say it finds the sky.
        name: the model's name.
        summary: one sentence for its card.
        optimiser: how the weights move.
        precision: number formats.
        device: ``auto`` takes a GPU if there is one and says which device it took; the others fail where it is absent.
        batch: samples in a batch, over all processes.
        batches: length of the run …
        epochs: … or how often each sample is seen, where samples can be counted.
        validate_every: batches between validations; ``None`` = what the task holds to be right.
        checkpoint_minutes: time between checkpoints, beside the one that each validation writes.
        seed: of weights and samples.
    """

    task: str
    name: str
    summary: str
    optimiser: Optimiser = Optimiser()
    precision: Precision = Precision()
    device: Literal["auto", "cpu", "cuda"] = "auto"
    batch: Count = 16
    batches: Count | None = None
    epochs: Annotated[float, Field(gt=0)] | None = None
    validate_every: Count | None = None
    checkpoint_minutes: Annotated[float, Field(ge=0)] = 5.0
    seed: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _one_length(self) -> Self:
        if (self.batches is None) == (self.epochs is None):
            raise ValueError("give either batches or epochs")
        return self
