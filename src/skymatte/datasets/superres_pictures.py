"""Pictures that super-resolution learns from, read once and kept as pairs: folders of pictures, and HDR pictures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.sources import Source, read_manifest
from skymatte.datasets.superres_pairs import Pair, display_pair, light_pair
from skymatte.errors import DatasetError
from skymatte.picture.bicubic import bicubic
from skymatte.picture.encoding import srgb_from_linear
from skymatte.picture.model import Projection
from skymatte.picture.oiio import FORMATS, decode, upright

Array = NDArray[np.float32]

_STOPS = (-1.5, 1.2)
"""Exposures of renditions about middle grey: what a camera's automatic exposure and its user's correction span."""

_POLES = (0.12, 0.85)
"""Rows of a panorama that are kept: nearer to the poles it is stretched, and below stands the tripod."""


@dataclass(frozen=True, slots=True)
class Renditions:
    """What is made of each HDR picture.

    Attributes:
        sizes: one 8-bit rendition of each, in shares of the picture's size, exposed at random.
        light: also the light itself.
        seed: of the exposures.
    """

    sizes: Sequence[float]
    light: bool
    seed: int


def folder_pairs(folder: Path, scale: int) -> Iterator[list[Pair]]:
    """The 8- or 16-bit pictures of a folder in the order of their names, a list for each.

    Raises:
        DatasetError: the folder is not there or holds no picture, or a picture holds light.
        PictureError: a picture cannot be read.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in FORMATS)
    if not paths:
        raise DatasetError(f"{folder}: holds no pictures ({', '.join(FORMATS)}); mend data.folders, or --data")
    for path in paths:
        yield [display_pair(f"{folder.name}/{path.name}", _encoded(path), scale)]


def _encoded(path: Path) -> Array:
    samples, spec, _ = decode(path)
    if not np.issubdtype(samples.dtype, np.integer):
        raise DatasetError(f"{path}: holds light, not 8- or 16-bit colours; HDR pictures belong into hdri/")
    samples = upright(samples, spec.get_int_attribute("Orientation", 1))
    colours = samples[..., :3] if samples.shape[2] >= 3 else samples[..., :1].repeat(3, 2)
    return np.asarray(colours * np.float32(1 / np.iinfo(samples.dtype).max), np.float32)


def hdr_pairs(folder: Path, scale: int, licence: str | None, wanted: Renditions) -> Iterator[list[Pair]]:
    """The training pictures of ``folder/manifest.csv``, a list of pairs for each, with guides from their labels.

    Raises:
        DatasetError: there is no manifest.
        LabelError: it is wrong, or a label does not fit its picture.
        PictureError: a picture cannot be read.
    """
    if not (folder / "manifest.csv").is_file():
        raise DatasetError(f"{folder}: holds no manifest.csv; name the data folder with --data, or set data.hdri=false")
    for number, source in enumerate(read_manifest(folder, "train", licence=licence)):
        yield list(_pairs(source, scale, wanted, np.random.default_rng((wanted.seed, number))))


def _pairs(source: Source, scale: int, wanted: Renditions, rng: np.random.Generator) -> Iterator[Pair]:
    rows = slice(None)
    if source.projection is Projection.EQUIRECTANGULAR:
        rows = slice(*(round(share * len(source.pixels)) for share in _POLES))
    light, label = source.pixels[rows], _shares(source)
    label = None if label is None else label[rows]
    for size in wanted.sizes:
        exposed = srgb_from_linear(np.clip(light * np.float32(2 ** rng.uniform(*_STOPS)), 0, 1))
        height, width = (max(1, round(side * size)) for side in exposed.shape[:2])
        # Made smaller, a picture is sharp down to its pixels, which those of many cameras and all panoramas are not.
        shown = np.asarray(np.clip(np.rint(255 * bicubic(exposed, height, width)), 0, 255) / 255, np.float32)
        smaller = None if label is None else cv2.resize(label, (width, height), interpolation=cv2.INTER_NEAREST)
        yield display_pair(source.name, shown, scale, None if smaller is None else np.asarray(smaller, np.float32))
    if wanted.light:
        yield light_pair(source.name, light, scale, label)


def _shares(source: Source) -> Array | None:
    """H×W×2: sky, and anything else; leaves against the sky are labelled by judgement, which is no guide."""
    if source.stratum == "canopy":
        return None
    known = 1 - source.ignore
    return np.stack((source.sky * known, (1 - source.sky) * known), 2)


def held_out(pictures: Iterator[list[Pair]], every: int) -> tuple[list[Pair], list[Pair]]:
    """All pairs, and those of every ``every``-th picture apart: for training, for validation."""
    training: list[Pair] = []
    validation: list[Pair] = []
    for number, pairs in enumerate(pictures):
        (validation if number % every == every - 1 else training).extend(pairs)
    return training, validation
