"""Where a picture's pixels lie on the sphere, as far as that is known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.camera import Camera
from skymatte.picture.model import Picture, Projection
from skymatte.picture.projection import Array, Region, solid_angle_rows

FISHEYE_FOV = math.pi
"""Field of view across the circle that a fisheye is taken to have: no file says, and sky captures are made so."""

_BAND_PIXELS = 1 << 20


@dataclass(frozen=True, slots=True)
class View:
    """A picture as a rectangle of a camera's frame.

    Attributes:
        camera: what looks; a fisheye is taken to be equidistant, 180° across its circle, looking straight up, the
            picture's lower edge towards azimuth 0.
        top: row of the camera's frame in which the picture begins.
        left: its column.
        height: rows of the picture.
        width: its columns.
    """

    camera: Camera
    top: int
    left: int
    height: int
    width: int

    @property
    def is_panorama(self) -> bool:
        return self.camera.projection is Projection.EQUIRECTANGULAR

    @property
    def shows_all_above(self) -> bool:
        """Whether the whole upper hemisphere is in the picture."""
        whole_width = self.left == 0 and self.width == self.camera.width
        return whole_width and self.top == 0 and 2 * self.height >= self.camera.height

    def bands(self) -> Iterator[slice]:
        """Bands of rows of about a megapixel."""
        step = max(1, _BAND_PIXELS // self.width)
        return (slice(top, min(top + step, self.height)) for top in range(0, self.height, step))

    def directions(self, region: Region) -> tuple[Array, NDArray[np.bool_]]:
        """Unit directions of a region of the picture, and which of its pixels look at anything; see ``Camera``."""
        rows, columns = region
        rows = slice(rows.start + self.top, rows.stop + self.top)
        return self.camera.directions((rows, slice(columns.start + self.left, columns.stop + self.left)))

    def solid_angles(self, rows: slice) -> Array:
        """Steradians of each pixel of a band, n×1 or n×W float32; 0 outside a fisheye's circle.

        A pixel of an equidistant fisheye, r = f·θ, has the area dA = f²·θ dθ dφ and sees dΩ = sin θ dθ dφ.
        """
        if self.is_panorama:
            whole = solid_angle_rows(self.camera.height, self.camera.width)
            return whole[rows.start + self.top : rows.stop + self.top, None]
        up, inside = self.heights(rows)
        angle = np.arccos(np.clip(up, -1, 1))
        focal = min(self.camera.width, self.camera.height) / self.camera.fov
        return np.asarray(np.where(inside, np.sinc(angle / np.pi) / focal**2, 0), np.float32)

    def heights(self, rows: slice) -> tuple[Array, NDArray[np.bool_]]:
        """Sine of the elevation of each pixel of a band, n×1 or n×W float32, and which look at anything."""
        columns = slice(0, 1) if self.is_panorama else slice(0, self.width)
        directions, inside = self.directions((rows, columns))
        return directions[..., 1], inside


def view_of(picture: Picture) -> View | None:
    """The view of a panorama or a fisheye; ``None`` where angles are not known.

    They are not for perspective pictures, whose field of view no file says, nor for panoramas whose data window sticks
    out of the display window, which is the whole sphere.
    """
    height, width, top, left = picture.height, picture.width, 0, 0
    if picture.projection is Projection.PERSPECTIVE:
        return None
    if picture.projection is Projection.FISHEYE:
        camera = Camera(projection=picture.projection, width=width, height=height, fov=FISHEYE_FOV, pitch=math.pi / 2)
        return View(camera, top, left, height, width)
    data, display = picture.data_window, picture.display_window
    if data is not None and display is not None:
        height, width, top, left = display.height, display.width, data.y0 - display.y0, data.x0 - display.x0
        if top < 0 or left < 0 or top + picture.height > height or left + picture.width > width:
            return None
    camera = Camera(projection=picture.projection, width=width, height=height)
    return View(camera, top, left, picture.height, picture.width)
