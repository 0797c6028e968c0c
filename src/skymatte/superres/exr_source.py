"""All channels of an OpenEXR file that belong to one picture."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.exr_bands import decode_all
from skymatte.picture.exr_channels import choose_part
from skymatte.picture.exr_chunks import Chunk, read_chunks
from skymatte.picture.exr_layout import PIXEL_TYPES, Part, read_layout

_TYPES: Final = {"uint": np.uint32, "half": np.float16, "float": np.float32}


@dataclass(frozen=True, slots=True)
class Source:
    """An OpenEXR picture with all that lies over it.

    Attributes:
        part: the one that holds the picture.
        colour: names of its channels that are the picture: red, green and blue, or grey.
        planes: every channel, H×W float16, float32 or uint32, values as they are; those of other parts of the same
            size too, under the part's name where their own is taken.
        notes: what a person should know.
    """

    part: Part
    colour: tuple[str, ...]
    planes: dict[str, NDArray[Any]]
    notes: tuple[str, ...]


def read_source(path: Path) -> Source:
    """Read a file.

    Raises:
        PictureError: it cannot be read, has no colours, or they are subsampled.
    """
    layout = read_layout(path)
    main, colour = choose_part(layout, None)
    if colour.luminance_chroma or not _plain(main):
        raise PictureError(f"{path}: has subsampled channels, which cannot be written again; convert it to R, G, B")
    planes: dict[str, NDArray[Any]] = {}
    joined, left = [], []
    with path.open("rb") as file:
        chunks = read_chunks(file, layout)
        for part in sorted(layout.parts, key=lambda part: part.index != main.index):
            if part.deep or part.data_window != main.data_window or not _plain(part):
                left.append(part.name or str(part.index))
                continue
            names = {name: _free(name, part, planes) for name in part.channel_names}
            for name, plane in _decoded(file, part, chunks[part.index]).items():
                planes[names[name]] = plane
            joined.append(part.name or str(part.index))
    notes = [f"parts were joined into one: {', '.join(joined)}"] if len(joined) > 1 else []
    if left:
        notes.append(f"parts of another size or kind are left out: {', '.join(left)}")
    if main.tiles is not None and main.tiles.levels:
        notes.append("its smaller versions (mip or rip maps) are left out")
    return Source(main, colour.names, planes, tuple(notes))


def _plain(part: Part) -> bool:
    return all((channel.x_sampling, channel.y_sampling) == (1, 1) for channel in part.channels)


def _free(name: str, part: Part, taken: dict[str, NDArray[Any]]) -> str:
    """A channel's name, with its part's before it where another part has one of the same name."""
    while name in taken:
        name = f"{part.name or part.index}.{name}"
    return name


def _decoded(file: BinaryIO, part: Part, chunks: tuple[Chunk, ...]) -> dict[str, NDArray[Any]]:
    shape = part.data_window.height, part.data_window.width
    planes = {c.name: np.empty(shape, _TYPES[PIXEL_TYPES[c.pixel_type]]) for c in part.channels}
    for rows, channels in decode_all(file, part, chunks):
        for name, plane in channels.items():
            planes[name][rows] = plane
    return planes
