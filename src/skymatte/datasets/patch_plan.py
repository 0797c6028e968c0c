"""How labelled pictures become patches: the part of a recipe that a patch store is built from."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(gt=0)]


class PatchPlan(BaseModel):
    """How patches are cut, chosen and split.

    Attributes:
        height: pictures are brought to this height in pixels before cutting, averaged over areas in linear light
            (smaller ones are enlarged linearly); ``None`` = each in its own size.
        size: side of a patch in pixels.
        stride: distance of neighbouring patches in pixels; above ``size`` it leaves gaps.
        padding: ``valid`` = only patches inside the picture; what is left at the right and below is not used.
            ``same`` = ⌈length / stride⌉ patches along each side, which overhang: columns of a panorama go on around the
            wrap, elsewhere the picture is mirrored and weighs nothing, as much before it as after.
        crop_empty_below: cut the lower half off pictures that have no sky in it.
        expose: ``picture`` = the log mean of the whole picture is brought to middle grey; ``none`` = light as it is in
            the file.
        ground: share of the training patches without sky that is kept; validation keeps all.
        sky: the same for training patches that are nothing but sky.
        split: what stands on one side as a whole. ``given`` = as the data set says; ``place``; ``picture``; ``patch``
            puts overlapping patches of one picture on both sides, which is only good for showing the leak.
        validation: share of places, pictures or patches that validate; with ``given`` only whether there must be any.
        licence: train only on pictures of this licence; validation pictures may have any.
        seed: of the split and of the choice by ``ground`` and ``sky``.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    height: Count | None = None
    size: Count = 224
    stride: Count = 100
    padding: Literal["valid", "same"] = "valid"
    crop_empty_below: bool = False
    expose: Literal["picture", "none"] = "picture"
    ground: Share = 1.0
    sky: Share = 1.0
    split: Literal["given", "place", "picture", "patch"] = "place"
    validation: Annotated[float, Field(ge=0, lt=1)] = 0.25
    licence: str | None = None
    seed: int = 0
