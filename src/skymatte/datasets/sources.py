"""Where training samples come from: labelled pictures, labelled video frames and procedural scenes, held in memory."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import LabelError
from skymatte.masks.files import read_label
from skymatte.masks.labels import IGNORE, SKY
from skymatte.picture.encoding import linear_from_srgb
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Projection
from skymatte.picture.read import read
from skymatte.scenes.panorama import render
from skymatte.scenes.scene import Scene

_COLUMNS = ("picture", "label", "licence", "split", "projection", "stratum")


@dataclass(frozen=True, slots=True)
class Source:
    """One labelled picture.

    Attributes:
        name: file name without suffix.
        pixels: H×W×3 float32 linear light, exposed so that its log mean is middle grey.
        sky: H×W float32 in [0, 1].
        ignore: H×W float32, 1 where the label says nothing.
        projection: perspective or equirectangular.
        stratum: ``open``, ``canopy``, ``negative``, ``puresky``, ``video`` or ``scene``.
    """

    name: str
    pixels: NDArray[np.float32]
    sky: NDArray[np.float32]
    ignore: NDArray[np.float32]
    projection: Projection
    stratum: str


def _source(name: str, pixels: NDArray[np.float32], label: NDArray[np.uint8], projection: str, stratum: str) -> Source:
    if projection not in tuple(Projection):
        raise LabelError(f"{name}: projection {projection!r} is not one of {', '.join(Projection)}")
    if label.shape != pixels.shape[:2]:
        raise LabelError(f"{name}: the label has shape {label.shape}, the picture {pixels.shape[:2]}")
    return Source(
        name,
        pixels * np.float32(exposure_scale(pixels)),
        (label == SKY).astype(np.float32),
        (label == IGNORE).astype(np.float32),
        Projection(projection),
        stratum,
    )


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
    with (folder / "manifest.csv").open(newline="", encoding="utf-8") as lines:
        table = csv.DictReader(lines)
        missing = [name for name in _COLUMNS if name not in (table.fieldnames or ())]
        if missing:
            raise LabelError(f"{folder / 'manifest.csv'}: lacks the column(s) {', '.join(missing)}")
        for row in table:
            if row["split"] != split or (licence is not None and row["licence"] != licence):
                continue
            pixels = read(folder / "pictures" / row["picture"]).pixels
            label = read_label(folder / row["label"]) if row["label"] else np.zeros(pixels.shape[:2], np.uint8)
            yield _source(Path(row["picture"]).stem, pixels, label, row["projection"], row["stratum"])


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
            yield _source(path.stem, pixels, read_label(path), Projection.PERSPECTIVE, "video")
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
