"""How high the ground stands before the sky, all around: the horizon's elevation, or the skyline of a photograph."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.camera import Camera
from skymatte.picture.model import Picture, Projection
from skymatte.picture.reproject import reproject_label
from skymatte.sky.view import View, view_of

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

AZIMUTHS = 360
"""Directions of a profile: one for each degree."""

_DOME_ROWS = 1800
"""Rows of the panorama that a fisheye is brought to: a tenth of a degree each."""

_COLUMNS = _ROWS = 512

_SKY = 255


@dataclass(frozen=True, slots=True)
class Profile:
    """The border between ground and sky along each direction; all arrays have one entry for each.

    Attributes:
        unit: ``deg`` (panoramas and fisheyes: ``where`` is the azimuth from the panorama's middle column, to the right
            positive, −179.5…179.5; the others are elevations above the horizontal, −90…90) or ``px`` (perspective
            pictures: ``where`` is the column, the others are rows counted from the top: a border at row 3 lies between
            the third and the fourth row of pixels).
        where: azimuth or column.
        border: what divides ground below from sky above with the fewest exceptions.
        lowest_sky: down to where any sky is seen, as under a bridge; the highest possible value if there is none.
        highest_ground: up to where anything stands before the sky, as a wire; the lowest value if nothing does.
    """

    unit: str
    where: Floats
    border: Floats
    lowest_sky: Floats
    highest_ground: Floats

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of the table."""
        if self.unit == "deg":
            return "azimuth_deg", "horizon_deg", "lowest_sky_deg", "highest_ground_deg"
        return "column", "skyline_row", "lowest_sky_row", "highest_ground_row"

    def as_csv(self) -> str:
        """A line of names, then a line for each direction."""
        digits = 3 if self.unit == "deg" else 0
        table = zip(self.where, self.border, self.lowest_sky, self.highest_ground, strict=True)
        lines = [",".join(f"{value:.{digits}f}" for value in row) for row in table]
        return "\n".join([",".join(self.columns), *lines, ""])

    def summary(self) -> dict[str, Any] | None:
        """Mean and extremes of the horizon's elevation, plain JSON values; ``None`` for perspective pictures."""
        if self.unit != "deg":
            return None
        lowest, highest = int(self.border.argmin()), int(self.border.argmax())
        return {
            "mean_deg": round(float(self.border.mean()), 3),
            "lowest_deg": round(float(self.border[lowest]), 3),
            "lowest_azimuth_deg": round(float(self.where[lowest]), 3),
            "highest_deg": round(float(self.border[highest]), 3),
            "highest_azimuth_deg": round(float(self.where[highest]), 3),
        }


def horizon_profile(picture: Picture, mask: Mask) -> Profile:
    """The profile of a picture.

    Panoramas: of the columns of each degree the majority decides row by row.  Fisheyes, taken to look straight up:
    likewise on the panorama that they make; below their rim is ground.  Perspective pictures: column by column.

    Args:
        picture: tells the projection and where a panorama's data window lies.
        mask: H×W bool, True = sky.
    """
    view = view_of(picture)
    if view is None:
        return _skyline(mask)
    if picture.projection is Projection.FISHEYE:
        whole = Camera(projection=Projection.EQUIRECTANGULAR, width=AZIMUTHS, height=_DOME_ROWS)
        votes = reproject_label(mask.view(np.uint8) * np.uint8(_SKY), view.camera, whole) == _SKY
        return _around(votes, View(whole, 0, 0, whole.height, whole.width))
    return _around(_majority(mask, view), view)


def _majority(mask: Mask, view: View) -> Mask:
    """What most columns of each degree say, row by row: H×360 bool; degrees that the picture does not show: ground."""
    first = np.arange(AZIMUTHS) * view.camera.width // AZIMUTHS - view.left
    seen = (first >= 0) & (first < view.width)
    begins = first[seen]
    # Of a narrow panorama several degrees begin in the same column: ``reduceat`` takes that one for each.
    votes = np.zeros((view.height, AZIMUTHS), np.bool_)
    for top in range(0, view.height, _ROWS):  # ``reduceat`` makes integers of all that it is given
        rows = slice(top, top + _ROWS)
        count = np.add.reduceat(mask[rows].view(np.uint8), begins, axis=1, dtype=np.int32)
        votes[rows, seen] = 2 * count > np.maximum(np.diff(begins, append=view.width), 1)
    return votes


def _around(votes: Mask, view: View) -> Profile:
    """Borders in rows become elevations."""
    border, lowest, highest = (90 - (rows + view.top) * (180 / view.camera.height) for rows in _borders(votes))
    return Profile("deg", np.arange(AZIMUTHS, dtype=np.float64) - (AZIMUTHS / 2 - 0.5), border, lowest, highest)


def _skyline(mask: Mask) -> Profile:
    parts = [_borders(mask[:, left : left + _COLUMNS]) for left in range(0, mask.shape[1], _COLUMNS)]
    border, lowest, highest = (np.concatenate(values) for values in zip(*parts, strict=True))
    return Profile("px", np.arange(mask.shape[1], dtype=np.float64), border, lowest, highest)


def _borders(sky: Mask) -> tuple[Floats, Floats, Floats]:
    """For each column, in rows from the top: the best border, the end of the lowest sky, the begin of the highest
    ground."""
    height, width = sky.shape
    # A border at row r makes exceptions of the ground above it and of the sky below it.
    exceptions = np.zeros((height + 1, width), np.int32)
    np.cumsum(np.where(sky, np.int32(-1), np.int32(1)), axis=0, out=exceptions[1:])
    border = exceptions.argmin(axis=0)
    highest = np.where(sky.all(axis=0), height, (~sky).argmax(axis=0))
    lowest = np.where(sky.any(axis=0), height - sky[::-1].argmax(axis=0), 0)
    return border.astype(np.float64), lowest.astype(np.float64), highest.astype(np.float64)
