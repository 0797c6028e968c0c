"""The patches of one split, by number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, overload

import numpy as np
from numpy.typing import NDArray

from skymatte.datasets.cutting import cut, inside
from skymatte.datasets.prepared import Prepared, mapped
from skymatte.datasets.views import View

ROW: Final = np.dtype([("picture", "<i4"), ("top", "<i4"), ("left", "<i4"), ("sky", "<f4"), ("split", "u1")])
"""One patch: index of its picture, corner in pixels, share of sky in what is labelled, index into ``SPLITS``."""


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """A picture of the store, and what the data set says of it."""

    name: str
    place: str
    stratum: str
    licence: str | None
    prepared: Prepared


@dataclass(frozen=True, slots=True)
class PatchRow:
    """Where a patch comes from.

    Attributes:
        picture: name of its picture.
        place: the picture's place.
        stratum: the picture's stratum.
        top: first row in the prepared picture; negative if it overhangs.
        left: first column.
        sky: share of sky in its labelled pixels.
    """

    picture: str
    place: str
    stratum: str
    top: int
    left: int
    sky: float


class PatchRows(Sequence[PatchRow]):
    """The rows of a set of patches, made when asked for: a store may hold millions."""

    def __init__(self, table: NDArray[np.void], pictures: Sequence[StoredPicture]) -> None:
        self._table, self._pictures = table, pictures

    def __len__(self) -> int:
        return len(self._table)

    @overload
    def __getitem__(self, index: int) -> PatchRow: ...
    @overload
    def __getitem__(self, index: slice) -> list[PatchRow]: ...
    def __getitem__(self, index: int | slice) -> PatchRow | list[PatchRow]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        number, top, left, sky, _ = self._table[index].item()
        picture = self._pictures[number]
        return PatchRow(picture.name, picture.place, picture.stratum, top, left, sky)


class PatchSet:
    """The patches of one split; travels to worker processes, which open the files by themselves.

    Attributes:
        size: side of a patch in pixels.
        rows: where each patch comes from.
    """

    def __init__(self, prepared: Path, size: int, pictures: Sequence[StoredPicture], table: NDArray[np.void]) -> None:
        self.size, self.rows = size, PatchRows(table, pictures)
        self._prepared, self._pictures, self._table = prepared, pictures, table

    def __len__(self) -> int:
        return len(self._table)

    def __getitem__(self, index: int) -> View:
        """Patch ``index``: pixels S×S×3 float32 linear light, sky and weight S×S float32 in [0, 1]; all copies.

        Raises:
            IndexError: there is no such patch.
            DatasetError: a file of the store is gone or damaged.
        """
        number, top, left, _, _ = self._table[index].item()
        picture = self._pictures[number].prepared
        where: dict[str, Any] = {"top": top, "left": left, "size": self.size, "wraps": picture.wraps}
        pixels = cut(mapped(self._prepared / picture.pixels_file), **where)
        label = cut(mapped(self._prepared / picture.label_file), **where).astype(np.float32) / np.float32(255)
        sky, weight = (np.ascontiguousarray(label[..., channel]) for channel in (0, 1))
        if top < 0 or left < 0 or top + self.size > picture.height or left + self.size > picture.width:
            weight *= inside(picture.height, picture.width, **where)
        return View(pixels, sky, weight, None)
