"""Read any picture."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.color import srgb_table
from skymatte.picture.exr import read_exr
from skymatte.picture.limits import check_file, check_size
from skymatte.picture.model import Picture, Projection, Window
from skymatte.picture.oiio import FORMATS, read_oiio
from skymatte.picture.raw import RAW_SUFFIXES, read_raw
from skymatte.picture.repair import repair

SUFFIXES: frozenset[str] = frozenset({".exr", *FORMATS, *RAW_SUFFIXES})
"""Suffixes of files that :func:`read` reads, lower case, with the dot."""


def read(path: Path | str, *, projection: str = "auto", part: int | str | None = None) -> Picture:
    """Read a picture as linear Rec.709 light.

    Args:
        path: a file with one of :data:`SUFFIXES`.
        projection: ``auto``, ``perspective``, ``equirectangular`` or ``fisheye``.  ``auto`` believes the file's
            ``envmap`` attribute or GPano XMP, else guesses a panorama from an aspect of exactly 2:1, else says
            perspective; fisheye is never guessed.
        part: index or name of the part of a multi-part OpenEXR file; by default the first with colours.

    Raises:
        PictureError: the file is missing, unreadable, corrupt, truncated, absurd, of an unknown format, or has no
            colours.
        MissingExtra: a RAW file, and the extra ``[raw]`` is not installed.
    """
    asked = _projection(projection)
    path = Path(path)
    check_file(path)
    suffix = path.suffix.lower()
    if suffix not in SUFFIXES:
        known = ", ".join(sorted(SUFFIXES - RAW_SUFFIXES))
        raise PictureError(
            f"{path}: the format {suffix or '(no suffix)'!r} is not known; known are {known} and camera RAW"
        )
    if part is not None and suffix != ".exr":
        raise PictureError(f"{path}: only OpenEXR files have parts; leave the part out")
    if suffix == ".exr":
        picture = read_exr(path, part=part)
    else:
        picture = read_raw(path) if suffix in RAW_SUFFIXES else read_oiio(path)
    return _with_projection(picture, asked)


def from_array(array: NDArray[Any], *, projection: str = "auto") -> Picture:
    """Make a picture of an array.

    Args:
        array: H×W, H×W×1, H×W×3 or H×W×4 (the fourth, alpha, is left aside).  Floating point is linear Rec.709 light
            of any exposure; uint8 and uint16 are sRGB.  The array is copied.
        projection: as for :func:`read`; without metadata ``auto`` goes by the aspect alone.

    Raises:
        PictureError: another shape or type, or an absurd size.
    """
    asked = _projection(projection)
    array = np.asarray(array)
    cube = array[..., None] if array.ndim == 2 else array
    if cube.ndim != 3 or cube.shape[2] not in (1, 3, 4) or 0 in cube.shape:
        raise PictureError(f"an array of shape {array.shape} is no picture; H×W, H×W×3 or H×W×4 is")
    height, width = cube.shape[:2]
    check_size(Path("array"), width, height)
    cube = cube[..., :3] if cube.shape[2] == 4 else cube
    pixels = np.empty((height, width, 3), dtype=np.float32)
    if cube.dtype in (np.uint8, np.uint16):
        pixels[:] = srgb_table(1 << (8 * cube.dtype.itemsize))[cube]
    elif np.issubdtype(cube.dtype, np.floating):
        with np.errstate(over="ignore", invalid="ignore"):
            pixels[:] = cube
    else:
        raise PictureError(f"an array of {cube.dtype} is no picture; floating point, uint8 or uint16 is")
    linear = np.issubdtype(cube.dtype, np.floating)
    window = Window(0, 0, width - 1, height - 1)
    picture = Picture(
        pixels=pixels,
        data_window=window,
        display_window=window,
        bits=8 * min(cube.dtype.itemsize, 4),
        linear=bool(linear),
        channels=("R", "G", "B") if cube.shape[2] == 3 else ("Y",),
        repairs=repair(pixels),
    )
    return _with_projection(picture, asked)


def _projection(name: str) -> Projection | None:
    if name == "auto":
        return None
    try:
        return Projection(name)
    except ValueError:
        raise PictureError(f"projection {name!r} is not one of auto, {', '.join(Projection)}") from None


def _with_projection(picture: Picture, asked: Projection | None) -> Picture:
    """The picture with the projection that was asked for, or a guess where neither a person nor the file says any."""
    if asked is not None:
        return replace(picture, projection=asked, projection_source="asked for")
    if picture.projection_source == "default" and picture.width == 2 * picture.height:
        return replace(picture, projection=Projection.EQUIRECTANGULAR, projection_source="2:1 aspect (guess)")
    return picture
