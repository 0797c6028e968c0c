"""What a person says of the cameras of pictures, and the cameras that follow from it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from pathlib import Path

from skymatte.errors import InputError
from skymatte.picture.camera import Camera, Mapping
from skymatte.picture.model import Picture, Projection

_SAMPLE_WIDTH = 1000
"""Width in pixels of the camera that the default width is measured with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """What a person says of a camera; ``None`` where nothing was said.  Angles are in degrees.

    Attributes:
        projection: ``None`` = as the file says.
        fov: by default 180 for ``fisheye``, else unknown.
        yaw: turn to the right.
        pitch: tilt upwards; by default 90 for ``fisheye`` (straight up), else 0.
        roll: tilt clockwise.
        mapping: of a fisheye, equidistant by default.
    """

    projection: Projection | None = None
    fov: float | None = None
    yaw: float = 0.0
    pitch: float | None = None
    roll: float = 0.0
    mapping: Mapping | None = None

    def camera(self, width: int, height: int, projection: Projection | None = None) -> Camera:
        """The camera of a picture of this size; ``projection`` is what the file says.

        Raises:
            InputError: an angle is missing, or one that has no meaning for the projection was given.
        """
        projection = self.projection or projection or Projection.PERSPECTIVE
        fisheye = projection is Projection.FISHEYE
        if projection is Projection.EQUIRECTANGULAR and self.fov is not None:
            raise InputError("an equirectangular picture always covers the whole sphere: leave its field of view out")
        if not fisheye and self.mapping is not None:
            raise InputError(f"only a fisheye has a mapping, and this is {projection}: leave it out")
        if projection is Projection.PERSPECTIVE and self.fov is None:
            raise InputError("the field of view of a perspective picture must be given: nothing in the file tells it")
        pitch = self.pitch if self.pitch is not None else 90.0 if fisheye else 0.0
        return Camera(
            projection=projection,
            width=width,
            height=height,
            fov=math.radians(180.0 if self.fov is None else self.fov),
            yaw=math.radians(self.yaw),
            pitch=math.radians(pitch),
            roll=math.radians(self.roll),
            mapping=self.mapping or Mapping.EQUIDISTANT,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What every picture becomes.

    Attributes:
        source: how the pictures were taken.
        target: how they are to look; its projection is given.
        width: of the result; ``None`` keeps the angle of a pixel in the middle of the picture.
        height: of a perspective result; ``None`` is two thirds of the width.
        labels: folder with a label, a mask or a matte for every picture, found by the picture's stem.
    """

    source: Lens
    target: Lens
    width: int | None = None
    height: int | None = None
    labels: Path | None = None

    def cameras(self, picture: Picture) -> tuple[Camera, Camera]:
        """Source and target of one picture.

        Raises:
            InputError: the file's projection needs an angle that was not given.
        """
        source = self.source.camera(picture.width, picture.height, picture.projection)
        return source, self.target_camera(source)

    def target_camera(self, source: Camera) -> Camera:
        """The camera of the result, of the size wanted.

        Raises:
            InputError: an angle or a size that cannot be.
        """
        sample = self.target.camera(_SAMPLE_WIDTH, self._height(_SAMPLE_WIDTH))
        width = self.width or max(2, 2 * round(_SAMPLE_WIDTH * float(sample.pixel_angle() / source.pixel_angle()) / 2))
        return replace(sample, width=width, height=self._height(width))

    def _height(self, width: int) -> int:
        match self.target.projection:
            case Projection.EQUIRECTANGULAR:
                return max(1, width // 2)
            case Projection.FISHEYE:
                return width
        return self.height or max(1, round(width * 2 / 3))
