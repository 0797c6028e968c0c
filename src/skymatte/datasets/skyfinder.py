"""SkyFinder (Mihail et al. 2016, "Sky Segmentation in the Wild"): webcams, a folder of frames and one mask a camera.

Each camera's archive unpacks to ``CAMERA/YYYYMMDD_HHMMSS.jpg``, the archive of masks to ``skyfinder_masks/CAMERA.png``;
a camera is a number.  Frames may stand below ``images/``, masks below ``masks/`` or beside their frames.  In a mask
white is sky.

One mask serves all frames of a camera: weather and season vary, the edge of the sky does not, and frames of one camera
on both sides of a split measure memory.  The camera is the place, therefore.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.entry import Entry, Layout, Listing
from skymatte.datasets.pairing import left_out
from skymatte.errors import LabelError
from skymatte.masks.labels import NON_SKY, SKY
from skymatte.picture.model import Projection
from skymatte.picture.oiio import read_gray

_FRAMES = (".jpg", ".jpeg", ".png")
_CAMERAS_IN = (".", "images")
_MASKS_IN = (".", "skyfinder_masks", "masks", "masks/skyfinder_masks")


def decode(path: Path) -> NDArray[np.uint8]:
    """Read a camera's mask as H×W uint8: 255 where it is white (128 and above), 0 elsewhere.

    Raises:
        LabelError: not 8 bits, not grey, or neither black nor white (all values between 1 and 127).
        PictureError: the file cannot be read.
    """
    mask = read_gray(path)
    if mask.dtype != np.uint8:
        raise LabelError(f"{path}: a camera's mask has 8 bits per pixel, not 16; take the published file")
    if 0 < mask.max() < 128:
        raise LabelError(
            f"{path}: its highest value is {mask.max()}, where sky is white (255); take the published file"
        )
    return np.where(mask >= 128, np.uint8(SKY), np.uint8(NON_SKY))


def _cameras(folder: Path) -> dict[str, Path]:
    """Folders of frames by camera."""
    parents = [folder / below for below in _CAMERAS_IN if (folder / below).is_dir()]
    children = (child for parent in parents for child in parent.iterdir())
    return {child.name: child for child in children if child.name.isdecimal() and child.is_dir()}


def _masks(folder: Path) -> dict[str, Path]:
    """Masks by camera."""
    files = [file for below in _MASKS_IN for file in (folder / below).glob("*.png")]
    files += (camera / f"{number}.png" for number, camera in _cameras(folder).items())
    return {file.stem: file for file in files if file.stem.isdecimal() and file.is_file()}


def _is_here(folder: Path) -> bool:
    return bool(_cameras(folder)) and bool(_masks(folder))


def _read(folder: Path) -> Listing:
    cameras, masks = _cameras(folder), _masks(folder)
    entries: list[Entry] = []
    empty = []
    for camera in sorted(cameras.keys() & masks.keys(), key=int):
        before = len(entries)
        entries += _frames(camera, cameras[camera], masks[camera])
        empty += [camera] if len(entries) == before else []
    notes = left_out("camera(s) without a mask", cameras.keys() - masks.keys())
    notes += left_out("mask(s) without frames", [*empty, *(masks.keys() - cameras.keys())])
    return Listing(tuple(entries), (), notes)


def _frames(camera: str, folder: Path, mask: Path) -> Iterator[Entry]:
    """The frames of a camera; archives unpacked into a folder of their own nest the camera twice."""
    for frame in sorted(folder.rglob("*")):
        if frame.suffix.lower() in _FRAMES and not frame.name.startswith(".") and frame != mask:
            yield Entry(f"{camera}_{frame.stem}", frame, mask, camera, Projection.PERSPECTIVE, decode=decode)


LAYOUT: Final = Layout(
    "SkyFinder", "folders named by camera number with masks/NUMBER.png or skyfinder_masks/NUMBER.png", _is_here, _read
)
