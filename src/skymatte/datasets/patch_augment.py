"""Augmentation of patches: what a recipe may ask for, and in which order it is played.

Everything happens in linear light on float32 and before encoding.  Nothing clips but the step that plays a sensor that
saturates.
"""

from __future__ import annotations

from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, model_validator

from skymatte.datasets.augment import dust, haze
from skymatte.datasets.occluders import draw_wires
from skymatte.datasets.patch_light import add_noise, apply_gamma, balance_white, clip_sun, expose, sound
from skymatte.datasets.patch_warp import draw_perspective, draw_shift_scale_rotate, warp_view
from skymatte.datasets.views import View

Array = NDArray[np.float32]

Chance = Annotated[float, Field(ge=0, le=1)]


class _Step(BaseModel):
    """One step: ``chance`` of a patch to go through it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    chance: Chance


class ShiftScaleRotate(_Step):
    """A shift, a scaling and a rotation about the patch's centre, each drawn uniformly.

    Attributes:
        shift: up to this part of the patch's size, along each axis of its own.
        scale: to between 1 − ``scale`` and 1 + ``scale`` of the size.
        rotate: up to this many degrees, either way.
    """

    shift: Annotated[float, Field(ge=0, le=1)] = 0.0
    scale: Annotated[float, Field(ge=0, le=0.5)] = 0.0
    rotate: Annotated[float, Field(ge=0, le=180)] = 0.0

    @model_validator(mode="after")
    def _moves_something(self) -> Self:
        if not (self.shift or self.scale or self.rotate):
            raise ValueError("shift, scale and rotate are all 0: give one of them, or leave the step out")
        return self


class Perspective(_Step):
    """A camera that was turned: each corner of what is seen moves inwards.

    Attributes:
        scale: by |N(0, ``scale``)| of the patch's size along each axis, at most 0.3.
    """

    scale: Annotated[float, Field(gt=0, le=0.3)] = 0.1


class Haze(_Step):
    """Airlight over the ground, thickest at the skyline; patches without sky or without ground stay as they are.

    Attributes:
        density: largest share of airlight at the skyline; drawn uniformly from a seventh of it on.
    """

    density: Annotated[float, Field(gt=0, le=1)] = 0.7


class Wires(_Step):
    """One to five parallel wires drawn over the patch; what they cover is no sky."""


class Dust(_Step):
    """Drops and dust on the lens, out of focus; what is behind them stays what it is."""


class Exposure(_Step):
    """All light times 2^s, s uniform within ±``stops``."""

    stops: Annotated[float, Field(gt=0, le=8)] = 1.0


class WhiteBalance(_Step):
    """Each channel times 2^s, s uniform within ±``stops``, less the mean of the three: exposure stays."""

    stops: Annotated[float, Field(gt=0, le=2)] = 0.25


class Gamma(_Step):
    """Contrast about middle grey: 0.18·(L/0.18)^γ, log γ uniform, γ between 1/``limit`` and ``limit``."""

    limit: Annotated[float, Field(gt=1, le=2)] = 1.25


class SunClipping(_Step):
    """A capture without its shortest exposures: each channel ends at a white level.

    Attributes:
        stops: lowest and highest white level, in stops above middle grey; drawn uniformly.
    """

    stops: tuple[Annotated[float, Field(ge=0, le=20)], Annotated[float, Field(ge=0, le=20)]] = (2.0, 8.0)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.stops[0] > self.stops[1]:
            raise ValueError(f"stops: the lowest level {self.stops[0]:g} is above the highest {self.stops[1]:g}")
        return self


class SensorNoise(_Step):
    """Noise of variance shot·L + read² (the linear camera of EMVA 1288), never below black.

    Attributes:
        shot: largest variance per unit of light; drawn log-uniformly from a hundredth of it on.
        read: largest deviation in the dark; drawn log-uniformly from a hundredth of it on.
    """

    shot: Annotated[float, Field(gt=0, le=1)] = 0.01
    read: Annotated[float, Field(gt=0, le=1)] = 0.01


class Augmentation(BaseModel):
    """What may happen to a training patch; a step that is left out never happens.

    Attributes:
        flip: chance of left and right being swapped.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    flip: Chance = 0.0
    shift_scale_rotate: ShiftScaleRotate | None = None
    perspective: Perspective | None = None
    haze: Haze | None = None
    wires: Wires | None = None
    dust: Dust | None = None
    exposure: Exposure | None = None
    white_balance: WhiteBalance | None = None
    sun_clipping: SunClipping | None = None
    sensor_noise: SensorNoise | None = None
    gamma: Gamma | None = None


def _move(view: View, plan: Augmentation, rng: np.random.Generator) -> None:
    """Swap left and right, then one resampling: shifted, scaled and rotated, and seen by a camera that was turned."""
    height, width = view.sky.shape
    if rng.random() < plan.flip:
        view.pixels, view.sky, view.weight = (
            np.ascontiguousarray(x[:, ::-1]) for x in (view.pixels, view.sky, view.weight)
        )
    warp = np.eye(3)
    if (move := plan.shift_scale_rotate) and rng.random() < move.chance:
        warp = draw_shift_scale_rotate(rng, width, height, shift=move.shift, scale=move.scale, rotate=move.rotate)
    if (turn := plan.perspective) and rng.random() < turn.chance:
        warp = warp @ draw_perspective(rng, width, height, scale=turn.scale)
    if not np.array_equal(warp, np.eye(3)):
        warp_view(view, warp)


def _play_scene(view: View, plan: Augmentation, rng: np.random.Generator) -> None:
    """What stands before the sensor: air, wires, the lens."""
    if plan.haze and rng.random() < plan.haze.chance:
        haze(view, rng, density=plan.haze.density)
    if plan.wires and rng.random() < plan.wires.chance:
        draw_wires(view, rng)
    if plan.dust and rng.random() < plan.dust.chance:
        view.pixels = dust(view.pixels, rng)


def _play_camera(pixels: Array, plan: Augmentation, rng: np.random.Generator) -> Array:
    """In the order in which light passes through a camera; the gamma is its development."""
    if (exposure := plan.exposure) and rng.random() < exposure.chance:
        pixels = expose(pixels, rng, stops=exposure.stops)
    if (balance := plan.white_balance) and rng.random() < balance.chance:
        pixels = balance_white(pixels, rng, stops=balance.stops)
    if (clipping := plan.sun_clipping) and rng.random() < clipping.chance:
        pixels = clip_sun(pixels, rng, stops=clipping.stops)
    if (noise := plan.sensor_noise) and rng.random() < noise.chance:
        pixels = add_noise(pixels, rng, shot=noise.shot, read=noise.read)
    if (gamma := plan.gamma) and rng.random() < gamma.chance:
        pixels = apply_gamma(pixels, rng, limit=gamma.limit)
    return pixels


def augment_patch(view: View, plan: Augmentation, rng: np.random.Generator) -> None:
    """Play ``plan`` on ``view``, a function of the three arguments alone.

    The arrays of ``view`` are replaced, never written into, so those of a memory map may be given.  Whatever the pixels
    held, afterwards they are contiguous float32, finite and ≥ 0.

    Args:
        view: a patch; pixels H×W×3 float32 linear light, the whole picture's log mean near middle grey (what the levels
            of clipping, noise and gamma refer to); sky and weight H×W float32 in [0, 1]. Directions become ``None``:
            they would no longer be true.
        plan: what may happen, and how often.
        rng: the only source of chance.
    """
    view.pixels, view.directions = sound(view.pixels), None
    _move(view, plan, rng)
    _play_scene(view, plan, rng)
    view.pixels = np.ascontiguousarray(_play_camera(view.pixels, plan, rng), np.float32)
