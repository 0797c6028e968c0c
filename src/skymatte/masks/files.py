"""Labels, masks and mattes as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.masks.labels import NON_SKY, SKY, check_label
from skymatte.picture.exr import read_channel
from skymatte.picture.exr_layout import read_layout
from skymatte.picture.limits import check_file
from skymatte.picture.oiio import read_gray

MATTE_CHANNEL: Final = "sky.A"
"""Name of the matte's channel in an EXR."""

_OVERSHOOT: Final = 0.01
_SHAPE_SLACK: Final = 0.01


@dataclass(frozen=True, slots=True)
class Reference:
    """What is true, as read from one file.

    Attributes:
        label: H×W uint8, 255 sky, 0 non-sky, 128 ignore; a reference matte counts as sky from 0.5 on.
        matte: H×W float32 in [0, 1], if the file is a matte and not a label.
    """

    label: NDArray[np.uint8]
    matte: NDArray[np.float32] | None = None


def read_reference(path: Path) -> Reference:
    """Read a label (8-bit greyscale) or a reference matte (EXR, 16-bit greyscale).

    Raises:
        LabelError: the values are neither.
        PictureError: the file cannot be read.
    """
    if path.suffix.lower() == ".exr":
        return _from_matte(read_exr_matte(path))
    values = read_gray(path)
    if values.dtype == np.uint8:
        label = np.asarray(values, np.uint8)
        check_label(label, str(path))
        return Reference(label)
    return _from_matte(_fraction(values, path))


def read_label(path: Path) -> NDArray[np.uint8]:
    """Read a label: H×W uint8, 255 sky, 0 non-sky, 128 ignore.

    Raises:
        LabelError: not 8 bits per pixel, or other values; the message names them.
        PictureError: the file cannot be read.
    """
    values = read_gray(path)
    if values.dtype != np.uint8:
        raise LabelError(f"{path}: a label has 8 bits per pixel, not 16; save it as an 8-bit greyscale PNG")
    label = np.asarray(values, np.uint8)
    check_label(label, str(path))
    return label


def read_matte(path: Path) -> NDArray[np.float32]:
    """Read a matte or mask of any kind: H×W float32 in [0, 1].

    EXR: the channel `sky.A`, or the only channel there is.  Else 8-bit (÷ 255) or 16-bit greyscale (÷ 65535).

    Raises:
        LabelError: the values are no fractions.
        PictureError: the file cannot be read.
    """
    if path.suffix.lower() == ".exr":
        return read_exr_matte(path)
    return _fraction(read_gray(path), path)


def read_exr_matte(path: Path) -> NDArray[np.float32]:
    """Read the matte of an EXR, of its data window: H×W float32 in [0, 1]; no other channel is decoded.

    Raises:
        LabelError: no channel `sky.A` (and more than one other), or values outside [0, 1].
        PictureError: missing, unreadable, deep or absurdly large.
    """
    values = read_channel(path, _matte_channel(path))
    if not np.isfinite(values).all() or values.min() < -_OVERSHOOT or values.max() > 1 + _OVERSHOOT:
        raise LabelError(
            f"{path}: holds values that are no fraction of sky (NaN, or outside 0…1): "
            f"a matte is 0 for non-sky to 1 for sky; is {MATTE_CHANNEL} really the matte?"
        )
    return np.clip(values, 0, 1, out=values)


def fit(values: NDArray[np.float32], shape: tuple[int, int], path: Path) -> NDArray[np.float32]:
    """Bring a matte to the size of a label: averaged over areas to shrink, linear to enlarge.

    The label is never resampled: it is what was looked at.

    Args:
        values: H×W float32 in [0, 1].
        shape: height and width wanted.
        path: named in the message.

    Raises:
        LabelError: the proportions differ, so the two are not of one picture.
    """
    if values.shape == shape:
        return values
    (height, width), (to_height, to_width) = values.shape, shape
    if abs(height * to_width / width - to_height) > max(1.0, _SHAPE_SLACK * to_height):
        raise LabelError(
            f"{path}: is {width}×{height}, its label {to_width}×{to_height}: other proportions, so not of one picture; "
            "check that the names match"
        )
    shrinks = height >= to_height and width >= to_width
    resized = cv2.resize(values, (to_width, to_height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    return np.asarray(resized, np.float32)


def _from_matte(matte: NDArray[np.float32]) -> Reference:
    return Reference(np.where(matte >= 0.5, np.uint8(SKY), np.uint8(NON_SKY)), matte)


def _fraction(values: NDArray[np.uint8] | NDArray[np.uint16], path: Path) -> NDArray[np.float32]:
    """Integers to fractions; refuses the scales that people mix up."""
    full, highest = np.iinfo(values.dtype).max, int(values.max())
    if highest == 1 or (full > SKY and 0 < highest <= SKY):
        raise LabelError(
            f"{path}: its highest value is {highest}, where sky is {full}: "
            f"multiply it by {full // highest} or save it in the right number of bits"
        )
    return values.astype(np.float32) / np.float32(full)


def _matte_channel(path: Path) -> str:
    check_file(path)
    parts = [part.channel_names for part in read_layout(path).parts]
    if any(MATTE_CHANNEL in names for names in parts):
        return MATTE_CHANNEL
    if [len(names) for names in parts] == [1]:
        return parts[0][0]
    listed = " | ".join(", ".join(names) for names in parts)
    raise LabelError(f"{path}: has no channel {MATTE_CHANNEL} (it has {listed}); give an EXR with a matte")
