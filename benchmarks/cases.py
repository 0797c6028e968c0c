"""The labelled pictures that are measured on; none of them was trained on."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.masks.files import read_label
from skymatte.masks.labels import IGNORE, NON_SKY, SKY
from skymatte.picture.model import Picture
from skymatte.picture.oiio import read_gray
from skymatte.picture.read import from_array, read

TEST_CLIPS = ("mfadlih_uav_b4", "muchlisin_driving_dusk", "udacity_vehicle_test_video")
TREELESS = "camvid-treeless"
_CAMVID_SKY, _CAMVID_TREE, _CAMVID_VOID = 0, 5, 11


@dataclass(frozen=True, slots=True)
class Case:
    """One picture and what is true of it.

    Attributes:
        name: for the tables.
        group: ``open``, ``canopy``, ``negative``, ``camvid``, ``video``, or the heading of a table's row.
        picture: as the reader gives it.
        label: H×W uint8, 255 sky, 0 non-sky, 128 ignore.
        truth: H×W float32 in [0, 1], the exact matte, where the picture was rendered.
    """

    name: str
    group: str
    picture: Picture
    label: NDArray[np.uint8]
    truth: NDArray[np.float32] | None = None


def hdr_cases(data: Path) -> Iterator[Case]:
    """The validation rows of the HDR pictures; a row without label is indoors, all non-sky."""
    folder = data / "hdri"
    with (folder / "manifest.csv").open(newline="") as lines:
        rows = [row for row in csv.DictReader(lines) if row["split"] == "val"]
    for row in rows:
        picture = read(folder / "pictures" / row["picture"], projection=row["projection"])
        size = picture.pixels.shape[:2]
        label = read_label(folder / row["label"]) if row["label"] else np.full(size, NON_SKY, np.uint8)
        yield Case(Path(row["picture"]).stem, row["stratum"], picture, label)


def camvid_cases(data: Path, *, trees: bool = True) -> Iterator[Case]:
    """The test frames of CamVid (Brostow et al. 2009) at 480×360; void counts nowhere.

    Its labels call a bare tree with all its gaps tree: without ``trees`` that class counts nowhere either.
    """
    group, ignored = ("camvid", (_CAMVID_VOID,)) if trees else (TREELESS, (_CAMVID_VOID, _CAMVID_TREE))
    for path in sorted((data / "camvid" / "test").iterdir()):
        classes = read_gray(data / "camvid" / "testannot" / f"{path.stem}.png")
        label = np.where(classes == _CAMVID_SKY, SKY, np.where(np.isin(classes, ignored), IGNORE, NON_SKY))
        name = path.stem if trees else f"{path.stem} {TREELESS}"
        yield Case(name, group, read(path, projection="perspective"), label.astype(np.uint8))


def video_cases(data: Path) -> Iterator[Case]:
    """The labelled frames of the clips that may not train."""
    for clip in TEST_CLIPS:
        capture = cv2.VideoCapture(str(data / "video" / f"{clip}.mp4"))
        for path in sorted((data / "video" / "labels").glob(f"{clip}__*.png")):
            capture.set(cv2.CAP_PROP_POS_FRAMES, int(path.stem.rpartition("__")[2]))
            found, frame = capture.read()
            if not found:
                raise ValueError(f"{path}: {clip}.mp4 has no such frame")
            picture = from_array(np.ascontiguousarray(frame[..., ::-1]), projection="perspective")
            yield Case(path.stem, "video", picture, read_label(path))
        capture.release()
