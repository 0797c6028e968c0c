"""Where training samples come from: labelled pictures, labelled video frames and procedural scenes, in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.entry import Entry
from skymatte.datasets.manifest import read_rows
from skymatte.errors import LabelError
from skymatte.masks.files import read_label
from skymatte.masks.labels import IGNORE, SKY
from skymatte.picture.encoding import linear_from_srgb
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Projection
from skymatte.picture.read import read
from skymatte.scenes.panorama import render
from skymatte.scenes.scene import Scene


@dataclass(frozen=True, slots=True)
class Source:
    """One labelled picture.

    Attributes:
        name: unique among the pictures of its data set.
        pixels: H×W×3 float32 linear light, exposed so that its log mean is middle grey.
        sky: H×W float32 in [0, 1].
        ignore: H×W float32, 1 where the label says nothing.
        projection: how the picture maps the sphere.
        stratum: ``open``, ``canopy``, ``negative``, ``puresky``, ``video``, ``scene`` or ``detail``.
    """

    name: str
    pixels: NDArray[np.float32]
    sky: NDArray[np.float32]
    ignore: NDArray[np.float32]
    projection: Projection
    stratum: str


def _source(name: str, pixels: NDArray[np.float32], label: NDArray[np.uint8], kind: Projection, stratum: str) -> Source:
    return Source(
        name,
        pixels * np.float32(exposure_scale(pixels)),
        (label == SKY).astype(np.float32),
        (label == IGNORE).astype(np.float32),
        kind,
        stratum,
    )


def _check_size(label: NDArray[np.uint8], path: Path, pixels: NDArray[np.float32], picture: str) -> None:
    height, width = pixels.shape[:2]
    if label.shape != (height, width):
        raise LabelError(
            f"{path}: is {label.shape[1]}×{label.shape[0]}, its picture {picture} {width}×{height}: "
            "a label has the size of its picture; check that they belong together"
        )


def read_source(entry: Entry) -> Source:
    """Read one labelled picture.

    Raises:
        LabelError: the label does not fit its picture, or holds values that mean nothing.
        PictureError: the picture or the label cannot be read.
    """
    picture = read(entry.picture, projection=entry.projection or "auto")
    if entry.label is None:
        label = np.zeros(picture.pixels.shape[:2], np.uint8)
    else:
        label = entry.decode(entry.label)
        _check_size(label, entry.label, picture.pixels, entry.picture.name)
    return _source(entry.name, picture.pixels, label, picture.projection, entry.stratum)


def read_manifest(folder: Path, split: str, *, licence: str | None = None) -> Iterator[Source]:
    """The pictures of ``folder/manifest.csv`` in that split; rows without a label (interiors) have no sky.

    Args:
        folder: holds ``manifest.csv``, ``pictures/`` and ``labels/``.
        split: ``train`` or ``val``.
        licence: keep only rows of this licence.

    Raises:
        LabelError: the manifest lacks a column or names an unknown projection, or a label does not fit its picture.
        PictureError: a picture cannot be read.
    """
    for entry in read_rows(folder):
        if entry.split == split and licence in (None, entry.licence):
            yield read_source(entry)


def read_video_frames(folder: Path, clips: tuple[str, ...]) -> Iterator[Source]:
    """Labelled frames ``folder/labels/CLIP__FRAME.png`` (0-based frame number) of the named clips.

    Raises:
        LabelError: a clip has no label, a label no frame, or the two have different sizes.
    """
    for clip in clips:
        labels = sorted((folder / "labels").glob(f"{clip}__*.png"))
        if not labels:
            raise LabelError(f"{folder / 'labels'} holds no label of the clip {clip!r}")
        capture = cv2.VideoCapture(str(folder / f"{clip}.mp4"))
        for path in labels:
            capture.set(cv2.CAP_PROP_POS_FRAMES, int(path.stem.rpartition("__")[2]))
            found, frame = capture.read()
            if not found:
                raise LabelError(f"{path}: the clip {clip}.mp4 has no such frame")
            pixels = linear_from_srgb(frame[..., ::-1].astype(np.float32) / np.float32(255))
            label = read_label(path)
            _check_size(label, path, pixels, f"{clip}.mp4")
            yield _source(path.stem, pixels, label, Projection.PERSPECTIVE, "video")
        capture.release()


def render_scenes(seeds: range, height: int) -> Iterator[Source]:
    """Procedural panoramas with exact mattes, ``2·height``×``height``.

    Rooms count as interiors, as in the labelled pictures: what is seen through their openings is no sky.
    """
    for seed in seeds:
        pixels, matte = render(2 * height, height, seed)
        if Scene.from_seed(seed).place == "room":
            matte = np.zeros_like(matte)
        yield Source(
            f"scene-{seed}",
            pixels * np.float32(exposure_scale(pixels)),
            matte,
            np.zeros_like(matte),
            Projection.EQUIRECTANGULAR,
            "scene",
        )
