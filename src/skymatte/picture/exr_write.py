"""Write OpenEXR files from arrays, through the official bindings."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenEXR
from numpy.typing import NDArray

from skymatte.errors import InputError
from skymatte.picture.exr_stream import write_rows
from skymatte.picture.model import Picture, Projection, Window

HALF_MAX = 65504.0
"""Largest finite value of a half (IEEE 754 binary16)."""

_HALF_NORMAL = 2.0**-14
_HALF_STEP = 2.0**-24

_COMPRESSIONS = {
    "none": OpenEXR.NO_COMPRESSION,
    "rle": OpenEXR.RLE_COMPRESSION,
    "zips": OpenEXR.ZIPS_COMPRESSION,
    "zip": OpenEXR.ZIP_COMPRESSION,
    "piz": OpenEXR.PIZ_COMPRESSION,
}


@dataclass(frozen=True, slots=True)
class EmbedReport:
    """What writing a matte into a file changed.

    Attributes:
        clamped: values that did not fit and were clamped: matte outside [0, 1] or NaN, light above a half's 65504.
        warnings: what a person should know.
    """

    clamped: int = 0
    warnings: tuple[str, ...] = ()


def to_half(values: NDArray[Any]) -> tuple[NDArray[np.float16], int]:
    """Convert to float16, clamped to ±65504; return it and how many values had to be clamped (NaN stays NaN)."""
    clamped = int(np.count_nonzero(np.abs(values) > HALF_MAX))
    return _rounded(np.clip(values, -HALF_MAX, HALF_MAX) if clamped else values), clamped


def matte_to_half(matte: NDArray[np.float32]) -> tuple[NDArray[np.float16], int]:
    """A matte as float16 in [0, 1]; return it and how many values lay outside (NaN → 0)."""
    outside = int(np.count_nonzero(~((matte >= 0) & (matte <= 1))))
    if outside:
        matte = np.clip(np.nan_to_num(matte, nan=0.0), 0.0, 1.0)
    return _rounded(matte), outside


def _rounded(values: NDArray[Any]) -> NDArray[np.float16]:
    """``values.astype(np.float16)``, which takes twenty times as long for each value below a half's normal ones (a
    matte is full of them); those are whole multiples of 2⁻²⁴, and their bits the multiple."""
    below = (np.abs(values) < _HALF_NORMAL) & (values != 0)
    if not below.any():
        return values.astype(np.float16)
    halves = np.where(below, np.float32(0), values).astype(np.float16)
    small = values[below]
    multiples = np.rint(np.abs(small) / _HALF_STEP).astype(np.uint16)
    halves.view(np.uint16)[below] = multiples | (np.signbit(small).astype(np.uint16) << 15)
    return halves


def write_channels(
    path: Path,
    channels: Mapping[str, NDArray[Any]],
    *,
    data_window: Window | None = None,
    display_window: Window | None = None,
    compression: str = "zip",
    attributes: Mapping[str, Any] | None = None,
) -> None:
    """Write a single-part scan-line OpenEXR file; it appears whole or not at all.

    Args:
        path: where to.
        channels: name → H×W float16, float32 or uint32, all of one size; see :func:`to_half`.
        data_window: the rectangle that the arrays fill; by default at the origin.
        display_window: the rectangle meant to be seen; by default the data window.
        compression: ``none``, ``rle``, ``zips``, ``zip`` or ``piz``; all lossless.
        attributes: further header attributes, as OpenEXR's bindings take them.

    Raises:
        InputError: arrays of different sizes or other types, a window that does not fit, an unknown compression.
        OutputError: *path* cannot be written.
    """
    height, width = _common_shape(path, channels)
    data_window = data_window or Window(0, 0, width - 1, height - 1)
    if (data_window.width, data_window.height) != (width, height):
        raise InputError(f"{path}: the data window {data_window} does not fit {width}×{height} pixels")
    if compression not in _COMPRESSIONS:
        raise InputError(f"{path}: compression {compression!r} is not one of {', '.join(_COMPRESSIONS)}")
    write_rows(
        path,
        {name: array.dtype for name, array in channels.items()},
        lambda rows: {name: array[rows] for name, array in channels.items()},
        data_window=data_window,
        display_window=display_window or data_window,
        compression=_COMPRESSIONS[compression],
        attributes=attributes or {},
    )


def write_drawn(
    path: Path,
    picture: Picture,
    names: Collection[str],
    draw: Callable[[slice], Mapping[str, NDArray[np.float32]]],
    *,
    exact: Collection[str] = (),
    attributes: Mapping[str, Any] | None = None,
) -> EmbedReport:
    """Write an OpenEXR file in the windows of *picture* whose channels are drawn while they are written.

    Args:
        path: where to.
        picture: whose windows.
        names: of the channels.
        draw: gives h×W float32 by name for some rows; called once for each, top to bottom.
        exact: channels that are stored as they are; the others are half, clamped to ±65504.
        attributes: further header attributes, as OpenEXR's bindings take them.

    Raises:
        OutputError: *path* cannot be written.
    """
    clamped = 0

    def converted(rows: slice) -> dict[str, NDArray[Any]]:
        nonlocal clamped
        planes: dict[str, NDArray[Any]] = dict(draw(rows))
        for name in planes.keys() - set(exact):
            planes[name], too_bright = to_half(planes[name])
            clamped += too_bright
        return planes

    window = picture.data_window or Window(0, 0, picture.width - 1, picture.height - 1)
    write_rows(
        path,
        {name: np.dtype(np.float32 if name in exact else np.float16) for name in names},
        converted,
        data_window=window,
        display_window=picture.display_window or window,
        compression=OpenEXR.ZIP_COMPRESSION,
        attributes=attributes or {},
    )
    return EmbedReport(clamped)


def write_rgb_with_matte(
    path: Path, picture: Picture, matte: NDArray[np.float32], *, channel: str = "sky.A"
) -> EmbedReport:
    """Write the linear light of *picture* and a matte as an OpenEXR file with channels R, G, B and *channel* (half).

    R, G, B are float where the source has 32 bits a sample (the sun of a .hdr exceeds a half), else half.  A
    projection that is known (not guessed) to be equirectangular becomes the ``envmap`` attribute.

    Raises:
        InputError: *matte* is not H×W of the picture.
        OutputError: *path* cannot be written.
    """
    if matte.shape != picture.pixels.shape[:2]:
        raise InputError(f"{path}: a matte of shape {matte.shape} for a picture of {picture.pixels.shape[:2]}")
    outside = 0

    def draw(rows: slice) -> dict[str, NDArray[np.float32]]:
        nonlocal outside
        half, count = matte_to_half(matte[rows])
        outside += count
        light = {name: picture.pixels[rows, :, index] for index, name in enumerate("RGB")}
        return {**light, channel: half.astype(np.float32)}

    known = picture.projection is Projection.EQUIRECTANGULAR and "guess" not in picture.projection_source
    attributes = {"envmap": OpenEXR.ENVMAP_LATLONG} if known else {}
    exact = () if picture.bits < 32 else tuple("RGB")
    written = write_drawn(path, picture, (*"RGB", channel), draw, exact=exact, attributes=attributes)
    return EmbedReport(written.clamped + outside)


def _common_shape(path: Path, channels: Mapping[str, NDArray[Any]]) -> tuple[int, int]:
    shapes = {array.shape for array in channels.values()}
    shape = next(iter(shapes), ())
    if len(shapes) != 1 or len(shape) != 2 or 0 in shape:
        raise InputError(f"{path}: channels must be H×W arrays of one size, not {sorted(shapes)}")
    for name, array in channels.items():
        if array.dtype not in (np.float16, np.float32, np.uint32):
            raise InputError(f"{path}: channel {name!r} is {array.dtype}; float16, float32 or uint32 can be written")
    return shape[0], shape[1]
