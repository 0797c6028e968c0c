"""One labelled picture made ready for cutting, as files of a patch store.

Beside a record (JSON) lie its pixels (``.npy``, H×W×3 float32, linear light) and its label (``.npy``, H×W×2 uint8:
fraction of sky and share that is labelled, each · 255).  File names hold a fingerprint of everything that the content
depends on, so that a picture is prepared once and never mixed up with an older state of itself.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.entry import Entry
from skymatte.datasets.patch_plan import PatchPlan
from skymatte.errors import DatasetError, LabelError
from skymatte.masks.labels import IGNORE, SKY
from skymatte.picture.atomic import replacing
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.limits import check_file
from skymatte.picture.model import Projection
from skymatte.picture.read import read

_FORMAT = 1
_OPEN_FILES = 4096


@dataclass(frozen=True, slots=True)
class Prepared:
    """A picture in the store.

    Attributes:
        file: its files' name up to ``.pixels.npy``, ``.label.npy`` and ``.json``.
        height: rows.
        width: columns.
        wraps: it is a full panorama, its columns go on around the wrap.
        exposure: what the light of the file was multiplied by.
    """

    file: str
    height: int
    width: int
    wraps: bool
    exposure: float

    @property
    def pixels_file(self) -> str:
        """H×W×3 float32."""
        return f"{self.file}.pixels.npy"

    @property
    def label_file(self) -> str:
        """H×W×2 uint8."""
        return f"{self.file}.label.npy"

    @property
    def files(self) -> tuple[str, str, str]:
        """All files of the picture."""
        return self.pixels_file, self.label_file, f"{self.file}.json"


def file_of(entry: Entry, plan: PatchPlan) -> str:
    """The name under which ``entry`` is kept: readable, and with a fingerprint of files and plan.

    Raises:
        PictureError: the picture or its label does not exist.
    """
    states = []
    for path in (entry.picture, entry.label):
        if path is not None:
            check_file(path)
            state = path.stat()
            states.append((path.name, state.st_size, state.st_mtime_ns))
    depends_on = (_FORMAT, entry.name, states, entry.projection, plan.height, plan.crop_empty_below, plan.expose)
    digest = hashlib.sha256(json.dumps(depends_on).encode()).hexdigest()
    return f"{re.sub(r'[^A-Za-z0-9-]+', '_', entry.name)[:80]}-{digest[:16]}"


def load_prepared(folder: Path, file: str) -> Prepared | None:
    """The record of a picture that is whole in ``folder`` already, else ``None``."""
    try:
        prepared = Prepared(**json.loads((folder / f"{file}.json").read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None
    return prepared if all((folder / name).is_file() for name in prepared.files) else None


def prepare(entry: Entry, plan: PatchPlan, folder: Path, file: str) -> Prepared:
    """Read, scale, expose and crop one picture and write its files; the record, which makes them count, comes last.

    Raises:
        PictureError: the picture or its label cannot be read.
        LabelError: the label does not fit its picture, or holds values that mean nothing.
        OutputError: the files cannot be written.
    """
    picture = read(entry.picture, projection=entry.projection or "auto")
    pixels, label = _scaled(picture.pixels, _label(entry, picture.pixels.shape[:2]), plan.height)
    exposure = exposure_scale(pixels) if plan.expose == "picture" else 1.0
    if plan.crop_empty_below:
        rows = -(-pixels.shape[0] // 2)
        if not label[rows:, :, 0].any():
            pixels, label = pixels[:rows], label[:rows]
    wraps = picture.projection is Projection.EQUIRECTANGULAR
    prepared = Prepared(file, pixels.shape[0], pixels.shape[1], wraps, exposure)
    pixels *= np.float32(exposure)  # in place: an 8K panorama has 384 MiB
    _save(folder / prepared.pixels_file, pixels)
    _save(folder / prepared.label_file, label)
    with replacing(folder / f"{file}.json") as temporary:
        temporary.write_text(json.dumps(asdict(prepared)), encoding="utf-8")
    return prepared


@lru_cache(_OPEN_FILES)
def mapped(path: Path) -> NDArray[Any]:
    """An array of the store as a read-only memory map; what was used last stays open in each process.

    Raises:
        DatasetError: the file is gone or damaged.
    """
    try:
        array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        raise DatasetError(f"{path}: cannot be read ({error}); delete it and build the patch store again") from None
    return array


def _label(entry: Entry, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    if entry.label is None:
        return np.zeros(shape, np.uint8)
    label = entry.decode(entry.label)
    if label.shape != shape:
        sizes = [f"{width}×{height}" for height, width in (label.shape, shape)]
        raise LabelError(
            f"{entry.label}: is {sizes[0]} pixels, its picture {entry.picture} {sizes[1]}; "
            "make the label again in the picture's size"
        )
    return label


def _scaled(
    pixels: NDArray[np.float32], label: NDArray[np.uint8], height: int | None
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Picture and two-channel label at ``height``: the fraction of sky is the mean over what is labelled."""
    sky, known = np.uint8(255) * (label == SKY), np.uint8(255) * (label != IGNORE)
    if height is not None and height != pixels.shape[0]:
        size = (max(1, round(pixels.shape[1] * height / pixels.shape[0])), height)
        method = cv2.INTER_AREA if height < pixels.shape[0] else cv2.INTER_LINEAR
        pixels, covered, labelled = (
            np.asarray(cv2.resize(x, size, interpolation=method), np.float32)
            for x in (pixels, sky.astype(np.float32), known.astype(np.float32))
        )
        fraction = np.divide(covered, labelled, out=np.zeros_like(covered), where=labelled > 0)
        sky, known = (np.rint(x.clip(0, 255)).astype(np.uint8) for x in (255 * fraction, labelled))
    return pixels, np.stack((sky, known), axis=-1)


def _save(path: Path, array: NDArray[Any]) -> None:
    with replacing(path) as temporary:
        np.save(temporary, array)
