"""Cameras: which direction of the world each pixel of a picture looks in, and where a direction falls in it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import InputError
from skymatte.picture.limits import MAX_PIXELS
from skymatte.picture.model import Projection
from skymatte.picture.projection import (
    WHOLE,
    Array,
    Region,
    equirectangular_directions,
    fisheye_coordinates,
    fisheye_directions,
    panorama_coordinates,
    perspective_coordinates,
    perspective_directions,
    rotation,
)

_RIM = math.sqrt(2)
"""Pixels at the rim of a fisheye's circle that are not interpolated: farther in, all four neighbours lie inside it."""


class Mapping(StrEnum):
    """How a fisheye spreads the angle θ from its axis over the distance r from the middle of its circle."""

    EQUIDISTANT = "equidistant"
    STEREOGRAPHIC = "stereographic"


@dataclass(frozen=True, slots=True, kw_only=True)
class Camera:
    """A picture's place on the sphere.  Angles are in radians.

    Attributes:
        projection: ``perspective`` (pinhole), ``equirectangular`` (always the whole sphere) or ``fisheye`` (circular;
            the circle is inscribed and centred).
        width: pixels.
        height: pixels.
        fov: field of view: across the width for ``perspective`` (below π), across the circle for ``fisheye`` (at most
            2π, below it if stereographic); for ``equirectangular`` it has no meaning.
        yaw: turn to the right.
        pitch: tilt upwards; a fisheye that looks straight up has π/2, the world's forward (the middle of a panorama)
            is then at the bottom of its circle.
        roll: tilt clockwise around the axis.
        mapping: of a fisheye: equidistant r = f·θ, stereographic r = 2f·tan(θ/2).

    Raises:
        InputError: no pixels, more than :data:`~skymatte.picture.limits.MAX_PIXELS`, or an impossible field of view.
    """

    projection: Projection
    width: int
    height: int
    fov: float = math.pi
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    mapping: Mapping = Mapping.EQUIDISTANT

    def __post_init__(self) -> None:
        if min(self.width, self.height) < 1 or self.width * self.height > MAX_PIXELS:
            raise InputError(f"{self.width}×{self.height} pixels cannot be; 1 to {MAX_PIXELS:,} pixels can")
        if not all(map(math.isfinite, (self.yaw, self.pitch, self.roll))):
            raise InputError("yaw, pitch and roll must be finite angles")
        if self.projection is not Projection.EQUIRECTANGULAR:
            self._check_fov()

    def _check_fov(self) -> None:
        name, most, attained = "perspective", 180, False
        if self.projection is Projection.FISHEYE:
            name, most, attained = f"{self.mapping} fisheye", 360, self.mapping is Mapping.EQUIDISTANT
        degrees = math.degrees(self.fov)
        if not 0 < degrees < most and not (attained and math.isclose(degrees, most)):
            bound = "at most" if attained else "below"
            raise InputError(
                f"a field of view of {degrees:g}° cannot be; that of a {name} picture is above 0° and {bound} {most}°"
            )

    @property
    def _stereographic(self) -> bool:
        return self.mapping is Mapping.STEREOGRAPHIC

    def directions(self, region: Region = WHOLE, *, finer: int = 1) -> tuple[Array, NDArray[np.bool_]]:
        """What the pixels of a region look at.

        Args:
            region: rows and columns, counted in the finer pixels.
            finer: every pixel is divided into as many rows and columns.

        Returns:
            H×W×3 float32 unit directions of the world, (x right, y up, z forward), and the H×W mask of the pixels that
            look at anything: all but those outside a fisheye's circle.
        """
        size = self.width * finer, self.height * finer
        match self.projection:
            case Projection.EQUIRECTANGULAR:
                local = equirectangular_directions(*size, region)
            case Projection.PERSPECTIVE:
                local = perspective_directions(*size, self.fov, region)
            case Projection.FISHEYE:
                local, circle = fisheye_directions(*size, self.fov, stereographic=self._stereographic, region=region)
                return self._turned(local, back=False), circle
        return self._turned(local, back=False), np.ones(local.shape[:2], np.bool_)

    def coordinates(self, directions: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Where directions of the world fall in the picture.

        Args:
            directions: H×W×3 float32, unit vectors.

        Returns:
            Two H×W float32 maps (columns, rows; the first pixel's centre is 0), and the H×W mask of the directions that
            the camera sees.  Coordinates of others are finite and mean nothing.
        """
        local = self._turned(directions, back=True)
        match self.projection:
            case Projection.EQUIRECTANGULAR:
                u, v = panorama_coordinates(local, self.width, self.height)
                return u, v, np.ones(u.shape, np.bool_)
            case Projection.PERSPECTIVE:
                return perspective_coordinates(local, self.width, self.height, self.fov)
            case Projection.FISHEYE:
                return fisheye_coordinates(local, self.width, self.height, self.fov, stereographic=self._stereographic)

    def held(self, u: Array, v: Array) -> tuple[Array, Array]:
        """Coordinates moved to where light can be interpolated.

        A panorama holds its outermost rows, a perspective picture its border, a fisheye the last ring of its circle
        that has no neighbour outside: what surrounds the circle never leaks in.
        """
        if self.projection is Projection.FISHEYE:
            x, y = u - (self.width / 2 - 0.5), v - (self.height / 2 - 0.5)
            most = max(min(self.width, self.height) / 2 - _RIM, 0.0)
            scale = np.minimum(most / np.maximum(np.sqrt(x * x + y * y), 1e-6), 1)
            u, v = x * scale + (self.width / 2 - 0.5), y * scale + (self.height / 2 - 0.5)
        elif self.projection is Projection.PERSPECTIVE:
            u = np.clip(u, 0, self.width - 1)
        return u, np.clip(v, 0, self.height - 1)

    def pixel_angle(self, directions: Array | None = None) -> Array:
        """The angle in radians between neighbouring pixels, along a radius (in a panorama: along a meridian).

        Args:
            directions: …×3 float32 unit directions of the world; by default the camera's axis.

        Returns:
            … float32.  r = f·θ: dθ/dr = 1/f everywhere; r = 2f·tan(θ/2): cos²(θ/2)/f; r = f·tan θ: cos²θ/f.
        """
        axis = rotation(self.yaw, self.pitch, self.roll)[:, 2]
        cosine = np.ones((), np.float32) if directions is None else np.asarray(directions @ axis, np.float32)
        match self.projection:
            case Projection.EQUIRECTANGULAR:
                return np.full_like(cosine, max(math.pi / self.height, 2 * math.pi / self.width))
            case Projection.PERSPECTIVE:
                return np.asarray(cosine**2 * (2 * math.tan(self.fov / 2) / self.width), np.float32)
        diameter = min(self.width, self.height)
        if self._stereographic:
            return np.asarray((1 + cosine) / 2 * (4 * math.tan(self.fov / 4) / diameter), np.float32)
        return np.full_like(cosine, self.fov / diameter)

    def _turned(self, directions: Array, *, back: bool) -> Array:
        """Camera → world, or world → camera."""
        if not (self.yaw or self.pitch or self.roll):
            return directions
        matrix = rotation(self.yaw, self.pitch, self.roll)
        return np.asarray(cv2.transform(directions, matrix.T if back else matrix), np.float32)
