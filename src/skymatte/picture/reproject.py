"""What another camera would have seen at the same place: pictures and labels from one projection to another.

Every pixel of the target looks in a direction, and takes the light that the source has there: bilinear, because filters
with negative lobes ring around the sun of an HDR picture and turn light negative.  Where the target is coarser than the
source, a pixel is the mean of n×n looks spread over its area (n from the ratio of the two pixels' angles), so that
nothing is missed between them.  Panoramas are interpolated across the wrap and across the poles.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import InputError
from skymatte.picture.camera import Camera, Mapping
from skymatte.picture.model import Projection
from skymatte.picture.projection import Array, Region

__all__ = ["UNSEEN", "Band", "Camera", "Mapping", "reproject", "reproject_bands", "reproject_label"]

UNSEEN = 128
"""What a label says of pixels that the source did not see: ignore."""

_LOOKS = 1 << 20
"""Looks taken at once: some 80 MB of directions, coordinates and samples, whatever the size of the pictures."""

_COLUMNS = 4096
_LONGEST = 32766
"""Longest side that OpenCV's ``remap`` takes."""

_PROBES = 32
_SLACK = 0.1
"""A target coarser than the source by no more than this is sampled once a pixel: bilinear interpolation covers it."""


@dataclass(frozen=True, slots=True)
class Band:
    """Finished rows of a target.

    Attributes:
        rows: which.
        pixels: H×W or H×W×C float32, 0 where nothing was seen.
        seen: H×W bool.
    """

    rows: slice
    pixels: Array
    seen: NDArray[np.bool_]


def reproject(pixels: Array, source: Camera, target: Camera) -> tuple[Array, NDArray[np.bool_]]:
    """The picture that ``target`` would have taken.

    Args:
        pixels: H×W, or H×W×C with up to four channels, float32; any range, nothing is clipped.  A NaN or an infinity
            spreads to the target pixels that touch it.
        source: the camera of ``pixels``, of their size.
        target: the camera wanted.

    Returns:
        The target's pixels, float32, 0 where the source saw nothing, and the H×W mask of what it saw: target pixels of
        which at least half of the area lies in the views of both cameras.

    Raises:
        InputError: the camera's size is not that of the pixels, or a side exceeds 32766 pixels.
    """
    picture = np.empty((target.height, target.width, *pixels.shape[2:]), np.float32)
    seen = np.empty((target.height, target.width), np.bool_)
    for band in reproject_bands(pixels, source, target):
        picture[band.rows], seen[band.rows] = band.pixels, band.seen
    return picture, seen


def reproject_bands(pixels: Array, source: Camera, target: Camera) -> Iterator[Band]:
    """As :func:`reproject`, but band by band from the top: the target is never held whole.

    Raises:
        InputError: as :func:`reproject`.
    """
    pixels = _checked(pixels, source)
    looks = _looks(source, target)
    columns = max(1, min(target.width, _COLUMNS // looks))
    height = max(1, _LOOKS // (looks * target.width))
    for top in range(0, target.height, height):
        rows = slice(top, min(top + height, target.height))
        tiles = [
            _tile(pixels, source, target, (rows, slice(left, min(left + columns, target.width))), looks)
            for left in range(0, target.width, columns)
        ]
        yield Band(rows, *(np.concatenate(parts, axis=1) for parts in zip(*tiles, strict=True)))


def reproject_label(label: NDArray[np.uint8], source: Camera, target: Camera) -> NDArray[np.uint8]:
    """The label of the picture that ``target`` would have taken: the nearest pixel's, never a mixture.

    Args:
        label: H×W uint8.
        source: the camera of ``label``, of its size, which need not be the picture's.
        target: the camera wanted.

    Returns:
        H×W uint8: values of ``label``; 128 (ignore) where the target looks but the source saw nothing; 0 (non-sky)
        outside the circle of a fisheye: the black around it is no sky, and a network must learn so.

    Raises:
        InputError: as :func:`reproject`.
    """
    label = _checked(label, source)
    out = np.zeros((target.height, target.width), np.uint8)
    for top in range(0, target.height, max(1, _LOOKS // target.width)):
        rows = slice(top, top + max(1, _LOOKS // target.width))
        for left in range(0, target.width, _COLUMNS):
            region = rows, slice(left, left + _COLUMNS)
            directions, inside = target.directions(region)
            u, v, seen = source.coordinates(directions)
            values = _remap(label, source, *source.held(u, v), cv2.INTER_NEAREST)
            out[region] = np.where(inside, np.where(seen, values, UNSEEN), 0)
    return out


def _checked(pixels: NDArray[Any], source: Camera) -> NDArray[Any]:
    height, width = pixels.shape[:2]
    if (width, height) != (source.width, source.height):
        raise InputError(f"a camera of {source.width}×{source.height} pixels for a picture of {width}×{height}")
    if max(width, height) > _LONGEST:
        raise InputError(f"{width}×{height} pixels are too many to be projected; shrink to a side of {_LONGEST}")
    return np.ascontiguousarray(pixels)


def _looks(source: Camera, target: Camera) -> int:
    """Looks along each side of a target pixel, so that no pixel of the source is missed between them."""
    rows, columns = (slice(None, None, math.ceil(size / _PROBES)) for size in (target.height, target.width))
    directions, inside = target.directions((rows, columns))
    seen = inside & source.coordinates(directions)[2]
    if not seen.any():
        return 1
    ratio = target.pixel_angle(directions[seen]) / source.pixel_angle(directions[seen])
    return max(1, math.ceil(float(ratio.max()) - _SLACK))


def _tile(pixels: Array, source: Camera, target: Camera, region: Region, looks: int) -> tuple[Array, NDArray[np.bool_]]:
    """The mean of ``looks``×``looks`` samples in every target pixel of a region, and where at least half saw something.

    The samples are the pixels of a target finer by that factor; of each target row they are taken a finer row at a
    time.
    """
    rows, columns = region
    shape = rows.stop - rows.start, columns.stop - columns.start
    total = np.zeros((*shape, *pixels.shape[2:]), np.float32)
    count = np.zeros(shape, np.int32)
    for row in range(looks):
        fine = (
            slice(rows.start * looks + row, rows.stop * looks, looks),
            slice(columns.start * looks, columns.stop * looks),
        )
        directions, inside = target.directions(fine, finer=looks)
        u, v, seen = source.coordinates(directions)
        seen &= inside
        if seen.any():
            light = _light(pixels, source, u, v)
            light[~seen] = 0
            total += light.reshape(*shape, looks, *pixels.shape[2:]).sum(2)
            count += seen.reshape(*shape, looks).sum(2)
    seen = 2 * count >= looks * looks
    total /= np.maximum(count, 1).reshape(*shape, *(1,) * (pixels.ndim - 2))
    total[~seen] = 0
    return total, seen


def _light(pixels: Array, source: Camera, u: Array, v: Array) -> Array:
    """Bilinear samples; beyond the outermost rows of a panorama the pole, and behind it the row half a turn away."""
    held_u, held_v = source.held(u, v)
    light = _remap(pixels, source, held_u, held_v, cv2.INTER_LINEAR)
    if source.projection is Projection.EQUIRECTANGULAR:
        beyond = np.abs(v - held_v).reshape(*v.shape, *(1,) * (pixels.ndim - 2))
        if beyond.any():
            across = _remap(pixels, source, held_u + source.width / 2, held_v, cv2.INTER_LINEAR)
            light = np.where(beyond > 0, light * (1 - beyond) + across * beyond, light)
    return light


def _remap(image: NDArray[Any], source: Camera, u: Array, v: Array, interpolation: int) -> NDArray[Any]:
    around = source.projection is Projection.EQUIRECTANGULAR
    border = cv2.BORDER_WRAP if around else cv2.BORDER_REPLICATE
    sampled = cv2.remap(image, u, v, interpolation, borderMode=border)
    return sampled.reshape(*u.shape, *image.shape[2:])
