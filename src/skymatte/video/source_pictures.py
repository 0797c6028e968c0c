"""A sequence of pictures as a stream."""

from __future__ import annotations

import glob
import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import PictureError, StreamError
from skymatte.picture.color import srgb_table
from skymatte.picture.model import Picture
from skymatte.picture.read import SUFFIXES, read
from skymatte.video.frame import Pixels, StreamInfo, Transfer
from skymatte.video.source import DEFAULT_RATE, Shot, Source

_NUMBER = re.compile(r"(\d+)")
_PATTERN = re.compile(r"%(?:0?(\d+))?d")


class PictureSource(Source):
    """Pictures in the order of the numbers in their names: 8-bit ones as they are, others as linear light."""

    def __init__(self, name: str, fps: Fraction | None) -> None:
        """Raises StreamError: there are no such pictures, or the first that can be read is of another kind."""
        super().__init__(None, fps or DEFAULT_RATE)
        self._paths = _listed(name)
        shot = next(self._readable(), None)
        if shot is None:
            raise StreamError(f"{name}: none of its {len(self._paths)} pictures can be read ({self.damaged[0].what})")
        self._opening = shot
        pixels = _of_picture(shot[1])
        self._shape, self._type = pixels.shape, pixels.dtype
        self.info = StreamInfo(
            name=name,
            width=pixels.shape[1],
            height=pixels.shape[0],
            rate=self._rate,
            frames=len(self._paths),
            transfer=Transfer.SDR if self._type == np.uint8 else Transfer.LINEAR,
            live=False,
            tick=1 / self._rate,
        )

    def close(self) -> None:
        """Nothing is held open."""

    def _shots(self) -> Iterator[Shot]:
        first, picture = self._opening
        yield Shot(first, first / self._rate, _of_picture(picture))
        for index, picture in self._readable(first + 1):
            pixels = _of_picture(picture)
            if (pixels.shape, pixels.dtype) == (self._shape, self._type):
                yield Shot(index, index / self._rate, pixels)
                continue
            is_now, was = (f"{shape[1]}×{shape[0]} {kind}" for shape, kind in self._kinds(pixels))
            self._note(index / self._rate, f"{self._paths[index].name} is {is_now}, the others {was}")

    def _kinds(self, pixels: Pixels) -> tuple[tuple[tuple[int, ...], str], tuple[tuple[int, ...], str]]:
        return (pixels.shape, pixels.dtype.name), (self._shape, self._type.name)

    def _readable(self, start: int = 0) -> Iterator[tuple[int, Picture]]:
        for index in range(start, len(self._paths)):
            try:
                yield index, read(self._paths[index])
            except PictureError as error:
                self._note(index / self._rate, str(error))

    def _pixels(self, payload: object) -> Pixels:
        assert isinstance(payload, np.ndarray)  # noqa: S101 - for the type checker
        return payload


def _listed(name: str) -> list[Path]:
    path = Path(name)
    if path.is_dir():
        found = [entry for entry in path.iterdir() if not entry.name.startswith(".")]
        found = _of_one_kind(name, found)
    elif path.exists():
        found = [path]
    elif _PATTERN.search(path.name):
        found = _of_pattern(path)
    else:
        found = [Path(match) for match in glob.glob(name)]  # noqa: PTH207 - Path.glob takes no absolute patterns
    found = [entry for entry in found if entry.suffix.lower() in SUFFIXES]
    if not found:
        raise StreamError(f"{name}: there are no pictures; give a folder, shot.%04d.exr or 'shot.*.png' in quotes")
    return sorted(found, key=_in_order)


def _of_one_kind(name: str, found: list[Path]) -> list[Path]:
    """A folder's pictures; which of two formats is meant nobody can know."""
    kinds = {entry.suffix.lower() for entry in found} & SUFFIXES
    if len(kinds) > 1:
        raise StreamError(f"{name}: holds {', '.join(sorted(kinds))}; say which: {name}/'*{min(kinds)}'")
    return found


def _of_pattern(path: Path) -> list[Path]:
    head, digits, tail = _PATTERN.split(path.name, maxsplit=1)
    number = re.compile(f"{re.escape(head)}(\\d{{{digits or 1},}}){re.escape(tail)}")
    folder = path.parent
    return [entry for entry in folder.iterdir() if number.fullmatch(entry.name)] if folder.is_dir() else []


def _in_order(path: Path) -> list[tuple[int, str]]:
    """``shot.9`` before ``shot.10``."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _NUMBER.split(path.name)]


def _of_picture(picture: Picture) -> Pixels:
    return picture.pixels if picture.linear or picture.bits > 8 else _codes(picture.pixels)


def _code_table() -> NDArray[np.uint8]:
    """The 8-bit sRGB code by the upper half of its linear light's bits.

    Neighbouring codes' light differs by more than 2⁻⁷ of it, which is what those sixteen bits resolve.
    """
    table = np.zeros(65536, np.uint8)
    table[srgb_table(256).view(np.uint32) >> 16] = np.arange(256)
    return table


_CODES = _code_table()


def _codes(light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Exactly the 8-bit codes that were decoded to *light*, without a power for each sample."""
    codes: NDArray[np.uint8] = _CODES[np.ascontiguousarray(light).view(np.uint32) >> 16]
    return codes
