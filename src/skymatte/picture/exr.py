"""OpenEXR pictures: read the colour of one part as linear Rec.709, read one channel, embed a matte.

Pixels are decoded by the official OpenEXR bindings (``separate_channels=True``; joining channels to RGB had CVEs)
through :mod:`skymatte.picture.exr_bands`; OpenImageIO has no part in reading .exr, since it refuses subsampled
channels and loses the distinction of attribute types.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.color import REC709, Chromaticities, apply_matrix, luminance_weights, to_rec709
from skymatte.picture.exr_bands import decode_all
from skymatte.picture.exr_channels import ColorChannels, choose_part
from skymatte.picture.exr_chunks import Chunk, read_chunks
from skymatte.picture.exr_embed import embed_exr
from skymatte.picture.exr_layout import PIXEL_TYPES, Part, read_layout
from skymatte.picture.exr_write import EmbedReport, write_rgb_with_matte
from skymatte.picture.limits import check_file
from skymatte.picture.luminance_chroma import from_luminance_chroma
from skymatte.picture.model import Picture, Projection
from skymatte.picture.repair import repair

_ENVMAPS = ("latlong", "cube")


@dataclass(frozen=True, slots=True)
class Color:
    """What a part says about its colours, and the words for people."""

    chromaticities: Chromaticities
    description: str
    warnings: tuple[str, ...] = ()


def read_exr(path: Path, *, part: int | str | None = None) -> Picture:
    """Read the OpenEXR file *path*; the projection is set where the file's ``envmap`` attribute says it.

    Args:
        path: an OpenEXR file, scan-line or tiled, single- or multi-part, of any compression.
        part: index or name of the part; by default the first with colours.

    Raises:
        PictureError: not OpenEXR, corrupt, truncated, absurd, deep, or without colour channels.
    """
    layout = read_layout(path)
    chosen, names = choose_part(layout, part)
    color = part_color(chosen)
    warnings = list(color.warnings)
    if names.others:
        warnings.append(f"layer {names.layer!r} was read; not read: {', '.join(names.others)}")
    with path.open("rb") as file:
        chunks = read_chunks(file, layout)[chosen.index]
        pixels = _pixels(file, chosen, chunks, names, color.chromaticities)
    repairs = repair(pixels)
    matrix = to_rec709(color.chromaticities) if len(names.names) == 3 else None
    if matrix is not None:
        apply_matrix(pixels, matrix)
    projection, source, projection_warnings = _projection(chosen)
    kind = next(c.pixel_type for c in chosen.channels if c.name == names.names[0])
    return Picture(
        pixels=pixels,
        path=path,
        projection=projection,
        projection_source=source,
        data_window=chosen.data_window,
        display_window=chosen.display_window,
        format="exr",
        bits=16 if PIXEL_TYPES[kind] == "half" else 32,
        linear=True,
        channels=chosen.channel_names,
        part=chosen.index,
        parts=tuple(p.name for p in layout.parts),
        repairs=repairs,
        warnings=(*warnings, *projection_warnings),
    )


def read_channel(path: Path | str, channel: str, *, part: int | str | None = None) -> NDArray[np.float32]:
    """Read one channel of an OpenEXR file as H×W float32, values as they are (a matte: ``sky.A``).

    Args:
        path: an OpenEXR file.
        channel: the channel's full name.
        part: index or name of the part; by default the first that has the channel.

    Raises:
        PictureError: the file cannot be read or has no such channel in full resolution.
    """
    path = Path(path)
    check_file(path)
    layout = read_layout(path)
    for candidate in layout.parts:
        if part not in (None, candidate.index, candidate.name) or candidate.deep:
            continue
        if any((c.name, c.x_sampling, c.y_sampling) == (channel, 1, 1) for c in candidate.channels):
            break
    else:
        names = ", ".join(name for p in layout.parts for name in p.channel_names)
        raise PictureError(f"{path}: has no channel {channel!r}; its channels are: {names}")
    out = np.empty((candidate.data_window.height, candidate.data_window.width), dtype=np.float32)
    with path.open("rb") as file, np.errstate(invalid="ignore"):
        for rows, channels in decode_all(file, candidate, read_chunks(file, layout)[candidate.index]):
            out[rows] = channels[channel]
    return out


def embed(
    source: Path | str,
    target: Path | str,
    matte: NDArray[np.float32],
    *,
    channel: str = "sky.A",
    part: int | str | None = None,
) -> EmbedReport:
    """Write *source* with *matte* as an additional half channel to the OpenEXR file *target*.

    An OpenEXR source keeps every other channel, part and attribute bit-identical
    (:func:`skymatte.picture.exr_embed.embed_exr`); any other picture becomes an OpenEXR file of its linear light.

    Args:
        source: any readable picture.
        target: the file to write; it appears whole or not at all, and may be *source* itself.
        matte: H×W float32 in [0, 1], of the size of the source's data window.
        channel: name of the new channel.
        part: of an OpenEXR source: the part that gets the channel, by default the one that :func:`read_exr` reads.

    Raises:
        PictureError: *source* cannot be read, or the channel cannot be added without loss.
        OutputError: *target* cannot be written.
    """
    source, target = Path(source), Path(target)
    check_file(source)
    if source.suffix.lower() == ".exr":
        return embed_exr(source, target, matte, channel=channel, part=part)
    # Imported late: read imports this module.
    from skymatte.picture.read import read

    return write_rgb_with_matte(target, read(source, part=part), matte, channel=channel)


def part_color(part: Part) -> Color:
    """Primaries of a part: its ``chromaticities``, or Rec.709 where they are absent or senseless."""
    value = part.attribute("chromaticities")
    if value is None or len(value) != 32:
        return Color(REC709, "Rec.709 (no chromaticities)")
    numbers: Chromaticities = struct.unpack("<8f", value)
    try:
        matrix = to_rec709(numbers)
    except ValueError:
        warning = "senseless chromaticities ignored, Rec.709 assumed"
        return Color(REC709, "Rec.709 (chromaticities senseless)", (warning,))
    listed = " ".join(f"{number:.4g}" for number in numbers)
    return Color(numbers, "Rec.709" if matrix is None else f"chromaticities {listed}, converted to Rec.709")


def _projection(part: Part) -> tuple[Projection, str, tuple[str, ...]]:
    value = part.attribute("envmap")
    kind = value[0] if value else None
    if kind is None:
        return Projection.PERSPECTIVE, "default", ()
    if kind != 0:
        name = _ENVMAPS[kind] if kind < len(_ENVMAPS) else str(kind)
        return Projection.PERSPECTIVE, "default", (f"envmap {name!r} is not supported: treated as perspective",)
    cropped = part.data_window != part.display_window
    warnings = ("the panorama is cropped (data window ≠ display window): its edges may not meet",) if cropped else ()
    return Projection.EQUIRECTANGULAR, "envmap attribute", warnings


def _pixels(
    file: BinaryIO, part: Part, chunks: tuple[Chunk, ...], names: ColorChannels, chromaticities: Chromaticities
) -> NDArray[np.float32]:
    """Colour of the data window, H×W×3 float32, unrepaired, in the file's primaries."""
    window = part.data_window
    try:
        pixels = np.empty((window.height, window.width, 3), dtype=np.float32)
    except MemoryError:
        raise PictureError(f"{part.path}: {window.width}×{window.height} pixels do not fit in memory") from None
    sampling = {c.name: (c.x_sampling, c.y_sampling) for c in part.channels}
    if not names.luminance_chroma and any(sampling[name] != (1, 1) for name in names.names):
        raise PictureError(f"{part.path}: its colour channels are subsampled, which only chroma may be; export it anew")
    chroma: dict[str, list[NDArray[Any]]] = {name: [] for name in names.names[1:]}
    with np.errstate(invalid="ignore", over="ignore"):  # signalling NaN and huge integers are repaired later
        for rows, channels in decode_all(file, part, chunks):
            if names.luminance_chroma:
                pixels[rows, :, 0] = channels[names.names[0]]
                for name, planes in chroma.items():
                    planes.append(channels[name].astype(np.float32))
            else:
                # Converted plane by plane and interleaved by cv2: twice as fast as writing every third float.
                planes_of = {name: np.ascontiguousarray(channels[name], np.float32) for name in set(names.names)}
                cv2.merge([planes_of[names.names[index % len(names.names)]] for index in range(3)], dst=pixels[rows])
        if names.luminance_chroma:
            red, blue = ((np.concatenate(planes), *sampling[name]) for name, planes in chroma.items())
            from_luminance_chroma(pixels, red, blue, luminance_weights(chromaticities))
    return pixels
