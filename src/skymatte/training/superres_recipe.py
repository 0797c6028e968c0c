"""The recipe of a network that makes pictures larger."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from skymatte.training.plan import Count, Plan, Section, Share


class SuperresNetwork(Section):
    """What is trained, and from which weights.

    Attributes:
        architecture: ``dcscn`` (Yamanaka et al. 2017).
        size: ``full`` and ``compact`` as published, or ``medium``, a third of the full one's work.
        scale: how many times larger pictures become.
        upsampling: what draws the pixels: ``pixel-shuffle`` or a ``transposed`` convolution, as published.
        guided: the network can be told where the sky is (spatial feature modulation).
        learn: ``guide`` moves only what reads the guide: answers without one stay those of ``start``.
        start: weights to go on from: a checkpoint file, or the name of a run in the folder beside this one, whose best
            checkpoint is taken.  Layers of another shape (those that draw, for another scale) begin anew.
    """

    architecture: Literal["dcscn"] = "dcscn"
    size: Literal["full", "medium", "compact"] = "full"
    scale: Literal[2, 3, 4]
    upsampling: Literal["pixel-shuffle", "transposed"] = "pixel-shuffle"
    guided: bool = False
    learn: Literal["all", "guide"] = "all"
    start: str | None = None

    @model_validator(mode="after")
    def _a_guide_to_learn(self) -> Self:
        if self.learn == "guide" and not (self.guided and self.start):
            raise ValueError("learn: guide needs guided: true, and weights to start from")
        return self


class SuperresData(Section):
    """What pairs of small and large pictures are made of.

    Attributes:
        folders: folders of 8- or 16-bit pictures below ``--data``.
        hdri: use the training pictures of ``hdri/manifest.csv`` …
        licence: … of this licence; ``null`` = of any.
        renditions: 8-bit renditions of each HDR picture, by their share of its size, exposed at random.
        light: share of patches that are linear light, in the encoding ``log``; the others are 8-bit pictures.
        patch: side of a patch of the small picture in pixels.
        flat: chance that a patch is taken where bicubic interpolation leaves next to nothing to learn.
        hold_out: every n-th picture, with all that is made of it, is not trained on but validated on.
    """

    folders: tuple[str, ...] = ()
    hdri: bool = True
    licence: str | None = "CC0"
    renditions: tuple[Annotated[float, Field(gt=0, le=1)], ...] = ()
    light: Share = 0.0
    patch: Count = 32
    flat: Annotated[float, Field(gt=0, le=1)] = 1.0
    hold_out: Annotated[int, Field(ge=2)] = 20

    @model_validator(mode="after")
    def _something_to_learn_from(self) -> Self:
        if not self.folders and not (self.hdri and (self.renditions or self.light)):
            raise ValueError("nothing to learn from: name folders, or hdri: true with renditions or light")
        return self


class SuperresRecipe(Plan):
    """Everything about one training run of a network that makes pictures larger.

    Attributes:
        network: architecture and starting weights.
        loss: ``l1``, mean absolute, or ``l2``, mean square error of luma.
        batches: length of the run; samples are drawn at random and have no epochs.
        validate_every: batches between validations; ``None`` = 500.
        data: where samples come from.
    """

    task: Literal["superres"] = "superres"
    network: SuperresNetwork
    loss: Literal["l1", "l2"] = "l1"
    epochs: None = None
    data: SuperresData
