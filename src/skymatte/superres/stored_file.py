"""PNG, JPEG, TIFF and Radiance HDR files made larger: same format, same bit depth, same metadata."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Final

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import PictureError
from skymatte.picture.atomic import replacing
from skymatte.picture.jpeg import write_jpeg_rows
from skymatte.picture.limits import check_size
from skymatte.picture.model import Projection
from skymatte.picture.oiio import FORMATS, PNG, decode, says_equirectangular, upright, write_rows
from skymatte.superres.bands import Bands
from skymatte.superres.drawing import Progress, drawn
from skymatte.superres.hints import Hints
from skymatte.superres.joint import mask_beside
from skymatte.superres.jpeg_metadata import carried_segments
from skymatte.superres.layers import Colours, Layer, Shares
from skymatte.superres.light import light_of, repair_notes
from skymatte.superres.method import Method
from skymatte.superres.png_metadata import carried_chunks, with_chunks
from skymatte.superres.radiance import representable, with_header
from skymatte.superres.sizes import XMP_SIZES, enlarged_xmp
from skymatte.superres.tiff_metadata import put_xmp, read_xmp

QUALITY: Final = 95
"""Of JPEG files: what a first copy loses must not add up with the source's own loss."""

_LOSSLESS: Final = ("none", "lzw", "zip", "packbits", "deflate")
_SIZES: Final = ("Exif:PixelXDimension", "Exif:PixelYDimension", *(name.decode() for name in XMP_SIZES))
_EXIF: Final = ("Exif:", "ExposureTime", "FNumber")
_NOT_CARRIED: Final = ("oiio:", "tiff:", "hdr:", "planarconfig", "compression", "jpeg:", "png:", "ImageDescription:")
"""Attributes of OpenImageIO that describe how a file was coded."""

_LONGEST_TIFF: Final = 0.9 * 2**32
"""Bytes of samples that offsets of 32 bits reach for sure."""

_STRAIGHT: Final = {"oiio:UnassociatedAlpha": 1}
"""Colours are written as they are, not divided by alpha."""

_MOST_CHANNELS: Final = 4
_LYING: Final = (5, 6, 7, 8)
_TURNED_BACK: Final = {6: 8, 8: 6}
"""EXIF orientations whose inverse is another one."""


@dataclass(frozen=True, slots=True)
class _Stored:
    """A file as it is stored.

    Attributes:
        path: the file.
        samples: H×W×C uint8, uint16 or float32: grey, grey with alpha, RGB or RGBA.
        spec: OpenImageIO's description.
        form: short name of the format.
    """

    path: Path
    samples: NDArray[Any]
    spec: Any
    form: str

    @property
    def light(self) -> bool:
        return self.samples.dtype == np.float32

    @property
    def dtype(self) -> type[np.generic]:
        """Type of the file's samples."""
        half = self.light and self.spec.get_int_attribute("oiio:BitsPerSample") == 16
        return np.float16 if half else self.samples.dtype.type

    @property
    def orientation(self) -> int:
        """EXIF's, of the stored samples; it is carried, and they stay as they are."""
        return int(self.spec.get_int_attribute("Orientation", 1))

    @property
    def straight(self) -> bool:
        """Whether colours are not multiplied by alpha."""
        return self.form == "png" or bool(self.spec.get_int_attribute("oiio:UnassociatedAlpha"))


def upscale_stored(
    source: Path, target: Path, method: Method, *, projection: str = "auto", progress: Progress | None = None
) -> list[str]:
    """Make a file larger.

    Args:
        source: a PNG, JPEG, TIFF or Radiance HDR file.
        target: of the same format; it, and its mask if the method finds one, appear whole or not at all.
        method: how.
        projection: as :func:`skymatte.picture.read.read` takes it.
        progress: told (windows done, windows in all); may raise to stop.

    Returns:
        What a person should know.

    Raises:
        PictureError: the source cannot be read, or not be written again.
        OutputError: *target* cannot be written.
    """
    samples, spec, complaint = decode(source)
    stored = _Stored(source, samples, spec, FORMATS[source.suffix.lower()])
    _check(stored, method.scale)
    hints = method.hints_of_file(source, projection)
    layers, notes = _layers(stored, method, _turned_back(hints, stored.orientation))
    bands = drawn(layers, samples.shape[:2], method.scale, ring=_wraps(stored, projection), progress=progress)
    with mask_beside(target, hints.sky):
        _WRITERS[stored.form](stored, target, bands, method.scale)
    return ([f"the decoder says: {' '.join(complaint.split())}"] if complaint else []) + notes


def _check(stored: _Stored, scale: int) -> None:
    height, width, channels = stored.samples.shape
    check_size(stored.path, scale * width, scale * height)
    if stored.form not in _WRITERS:
        raise PictureError(f"{stored.path}: {stored.form} files are read, but not written; save it as PNG first")
    cmyk = "CMYK" in (stored.spec.get_string_attribute(f"{form}:ColorSpace") for form in ("jpeg", "tiff"))
    if channels > _MOST_CHANNELS or cmyk:
        what = "CMYK" if cmyk else f"of {channels} channels"
        raise PictureError(f"{stored.path}: a picture {what} cannot be made larger; save it as RGB or RGBA first")


def _turned_back(hints: Hints, orientation: int) -> Hints:
    """What was found in the upright picture and is needed to draw, as the file is stored."""

    def turned(found: NDArray[np.float32] | None) -> NDArray[np.float32] | None:
        if found is None:
            return None
        return np.ascontiguousarray(upright(found[..., None], _TURNED_BACK.get(orientation, orientation))[..., 0])

    return replace(hints, matte=turned(hints.matte), residual=turned(hints.residual))


def _wraps(stored: _Stored, projection: str) -> bool:
    """Whether columns wrap, as :func:`skymatte.picture.read.read` would say."""
    if projection != "auto":
        return projection == Projection.EQUIRECTANGULAR
    height, width = stored.samples.shape[:2]
    lying = stored.orientation in _LYING
    return not lying and (width == 2 * height or says_equirectangular(stored.path))


def _layers(stored: _Stored, method: Method, hints: Hints) -> tuple[dict[str, Layer], list[str]]:
    channels = stored.samples.shape[2]
    count = 3 if channels >= 3 else 1
    colours, alpha = stored.samples[..., :count], stored.samples[..., count] if channels > count else None
    straight = alpha if stored.straight else None
    if stored.light:
        light, coding, repairs = light_of(colours, method.scale, stored.dtype)
        notes = repair_notes(repairs)
        main = Colours(light, coding, method.enlarger, hints, straight)
    else:
        notes = []
        main = Colours(colours, hints.display(colours.dtype), method.enlarger, hints, straight)
    layers: dict[str, Layer] = {"colour": main}
    if alpha is not None:
        layers["alpha"] = Shares(alpha, method.scale)
    return layers, notes


def _joined(bands: Bands) -> Callable[[slice], NDArray[Any]]:
    """Rows of all channels, as the file stores them."""

    def rows(rows: slice) -> NDArray[Any]:
        found = bands.rows(rows)
        return np.dstack(tuple(found.values())) if len(found) > 1 else found["colour"]

    return rows


def _shape(stored: _Stored, scale: int) -> tuple[int, int, int]:
    height, width, channels = stored.samples.shape
    return scale * height, scale * width, channels


@contextmanager
def _in_two_steps(target: Path) -> Iterator[tuple[Path, BinaryIO]]:
    """A place for the plain file beside *target*, and *target*, which appears whole or not at all."""
    with (
        replacing(target) as temporary,
        temporary.open("wb") as out,
        tempfile.TemporaryDirectory(dir=target.parent, prefix=".") as folder,
    ):
        yield Path(folder, f"plain{target.suffix}"), out


def _write_png(stored: _Stored, target: Path, bands: Bands, scale: int) -> None:
    chunks = carried_chunks(stored.path, scale)
    with _in_two_steps(target) as (plain, out):
        write_rows(plain, _shape(stored, scale), stored.dtype, {**PNG, **_STRAIGHT}, _joined(bands))
        with_chunks(plain, out, chunks)


def _write_hdr(stored: _Stored, target: Path, bands: Bands, scale: int) -> None:
    rows, turned = _joined(bands), {"Orientation": stored.orientation}
    with _in_two_steps(target) as (plain, out):
        write_rows(plain, _shape(stored, scale), np.float32, turned, lambda band: representable(rows(band)))
        with_header(plain, out, stored.path)


def _write_jpeg(stored: _Stored, target: Path, bands: Bands, scale: int) -> None:
    height, width, channels = _shape(stored, scale)

    def rows(rows: slice) -> NDArray[np.uint8]:
        colours = bands.rows(rows)["colour"]
        return colours[..., 0] if channels == 1 else colours

    write_jpeg_rows(target, height, width, rows, QUALITY, carried_segments(stored.path, scale))


def _write_tiff(stored: _Stored, target: Path, bands: Bands, scale: int) -> None:
    attributes: dict[str, Any] = {}
    for each in stored.spec.extra_attribs:
        if not each.name.startswith(_NOT_CARRIED):
            grown = each.name in _SIZES
            attributes[each.name] = (each.type, each.value * scale if grown else each.value)
    compression = stored.spec.get_string_attribute("compression")
    attributes["compression"] = compression if compression in _LOSSLESS else "zip"
    if stored.straight:
        attributes.update(_STRAIGHT)
    if stored.dtype is np.float16:
        attributes["tiff:half"] = 1
    if not any(name.startswith(_EXIF) for name in attributes):
        attributes["tiff:write_exif"] = 0  # an empty directory cannot be written
    shape = _shape(stored, scale)
    if np.prod(shape) * np.dtype(stored.dtype).itemsize > _LONGEST_TIFF:
        attributes["tiff:bigtiff"] = 1
    xmp = read_xmp(stored.path)
    with replacing(target) as temporary:
        write_rows(temporary, shape, stored.dtype, attributes, _joined(bands))
        if xmp:
            put_xmp(temporary, enlarged_xmp(xmp, scale))


_WRITERS: Final[Mapping[str, Callable[[_Stored, Path, Bands, int], None]]] = {
    "png": _write_png,
    "jpg": _write_jpeg,
    "tif": _write_tiff,
    "hdr": _write_hdr,
}
