"""Every ordinary format but OpenEXR, through OpenImageIO: Radiance .hdr, TIFF, PNG, JPEG (to read), WebP."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO
from numpy.typing import NDArray

from skymatte.errors import LabelError, OutputError, PictureError
from skymatte.picture.atomic import replacing
from skymatte.picture.color import srgb_table
from skymatte.picture.limits import DEFLATE_RATIO, check_file, check_plausible, check_size
from skymatte.picture.model import Picture, Projection, Window
from skymatte.picture.quiet import quiet
from skymatte.picture.repair import repair

FORMATS = {
    ".hdr": "hdr",
    ".rgbe": "hdr",
    ".tif": "tif",
    ".tiff": "tif",
    ".png": "png",
    ".jpg": "jpg",
    ".jpeg": "jpg",
    ".webp": "webp",
}
"""Suffix → short name of the format."""

PNG = {"png:compressionLevel": 6}
"""Attributes of a PNG that is written."""

_READERS = {"hdr": "hdr", "tif": "tiff", "png": "png", "jpg": "jpeg", "webp": "webp"}
_TYPES: dict[type[np.generic], str] = {np.float32: "float", np.float16: "half"}
_BLOCK_ROWS = 256
_BAND_PIXELS = 1 << 21
_XMP_BYTES = 1 << 20
_EQUIRECTANGULAR = re.compile(rb"GPano:ProjectionType\s*(?:=\s*[\"']|>)\s*equirectangular")


@dataclass(frozen=True, slots=True)
class _Raw:
    """Samples as they are in the file, upright: H×W×C of uint8, uint16 or float32, C = 1 or 3."""

    samples: NDArray[Any]
    linear: bool
    channels: tuple[str, ...]
    half: bool
    warnings: tuple[str, ...]


def read_oiio(path: Path) -> Picture:
    """Read a .hdr, TIFF, PNG, JPEG or WebP file as linear Rec.709.

    Integer samples are decoded from sRGB unless the file says that it is linear; float samples are linear.  Grey is
    replicated, alpha left aside (colours are not multiplied by it), EXIF orientation applied.

    Raises:
        PictureError: corrupt, truncated, absurd, or not of the format that its suffix says.
    """
    raw = _load(path)
    pixels = _linear_pixels(raw)
    panorama = says_equirectangular(path)
    height, width = pixels.shape[:2]
    window = Window(0, 0, width - 1, height - 1)
    return Picture(
        pixels=pixels,
        path=path,
        projection=Projection.EQUIRECTANGULAR if panorama else Projection.PERSPECTIVE,
        projection_source="GPano XMP" if panorama else "default",
        data_window=window,
        display_window=window,
        format=FORMATS[path.suffix.lower()],
        bits=16 if raw.half else 8 * raw.samples.dtype.itemsize,
        linear=raw.linear,
        channels=raw.channels,
        repairs=repair(pixels),
        warnings=raw.warnings,
    )


def read_gray(path: Path) -> NDArray[np.uint8] | NDArray[np.uint16]:
    """Read a grey 8- or 16-bit picture (a label, a mask) as H×W uint8 or uint16, values as they are.

    Raises:
        PictureError: it cannot be read.
        LabelError: it is not grey, or not of 8 or 16 bits.
    """
    path = Path(path)
    check_file(path)
    if path.suffix.lower() not in FORMATS:
        raise LabelError(f"{path}: a label or mask must be a grey picture such as a PNG, not {path.suffix!r}")
    samples = _load(path).samples
    if samples.dtype not in (np.uint8, np.uint16):
        raise LabelError(f"{path}: a label or mask has 8 or 16 bits, not floating point; save it as PNG")
    gray = samples[..., 0]
    if samples.shape[2] == 3 and not ((gray == samples[..., 1]).all() and (gray == samples[..., 2]).all()):
        raise LabelError(f"{path}: has colours; a label or mask must be grey (255 sky, 0 non-sky, 128 ignore)")
    result: NDArray[np.uint8] | NDArray[np.uint16] = np.ascontiguousarray(gray)
    return result


def write_png8(path: Path, pixels: NDArray[np.uint8]) -> None:
    """Write H×W or H×W×3 uint8 as PNG, values as they are.  Raises OutputError."""
    _write(path, pixels, np.uint8, PNG)


def write_png16(path: Path, pixels: NDArray[np.uint16]) -> None:
    """Write H×W uint16 as 16-bit PNG, values as they are.  Raises OutputError."""
    _write(path, pixels, np.uint16, PNG)


def write_png_rows(
    path: Path, height: int, width: int, dtype: type[np.uint8 | np.uint16], draw: Callable[[slice], NDArray[Any]]
) -> None:
    """Write a grey PNG whose rows are drawn while it is written; it appears whole or not at all.

    Args:
        path: where to.
        height: pixels.
        width: pixels.
        dtype: of the samples.
        draw: gives h×W samples of some rows, each once, top to bottom.

    Raises:
        OutputError: *path* cannot be written.
    """
    write_rows(path, (height, width, 1), dtype, PNG, draw)


def write_tiff32(path: Path, pixels: NDArray[np.float32]) -> None:
    """Write H×W or H×W×3 float32 as uncompressed TIFF, values as they are.  Raises OutputError."""
    _write(path, pixels, np.float32, {"compression": "none", "tiff:write_exif": 0})


def _write(path: Path, pixels: NDArray[Any], dtype: type[np.generic], attributes: dict[str, Any]) -> None:
    if pixels.dtype != dtype or pixels.ndim not in (2, 3) or 0 in pixels.shape:
        raise TypeError(f"{dtype.__name__} H×W or H×W×C expected, not {pixels.dtype} {pixels.shape}")
    height, width, channels = (*pixels.shape, 1)[:3]
    write_rows(path, (height, width, channels), dtype, attributes, pixels.__getitem__)


def write_rows(
    path: Path,
    shape: tuple[int, int, int],
    dtype: type[np.generic],
    attributes: Mapping[str, Any],
    draw: Callable[[slice], NDArray[Any]],
) -> None:
    """Write a file of the format of its suffix, JPEG excepted, whose rows are drawn while it is written.

    Args:
        path: where to; it appears whole or not at all.
        shape: height, width, channels.
        dtype: uint8, uint16, float16 (TIFF only) or float32.
        attributes: OpenImageIO's, by name; a pair of its ``TypeDesc`` and a value where the value does not tell.
        draw: gives h×W×C samples of some rows, each once, top to bottom.

    Raises:
        OutputError: *path* cannot be written.
    """
    height, width, channels = shape
    spec = OpenImageIO.ImageSpec(width, height, channels, _TYPES.get(dtype, dtype.__name__))
    for name, value in attributes.items():
        spec.attribute(name, *(value if isinstance(value, tuple) else (value,)))
    step = max(1, _BAND_PIXELS // width)
    with replacing(Path(path)) as temporary:
        with quiet([]):
            output = OpenImageIO.ImageOutput.create(str(temporary))
            if output is None:
                raise OutputError(
                    f"{path}: cannot be written: no writer for the suffix {path.suffix!r}; use .png or .jpg"
                )
            written = output.open(str(temporary), spec)
        for top in range(0, height if written else 0, step):
            bottom = min(top + step, height)
            band = np.ascontiguousarray(draw(slice(top, bottom))).reshape(bottom - top, width, channels)
            with quiet([]):  # held no longer: other threads decode meanwhile
                written = written and output.write_scanlines(top, bottom, 0, band)
        with quiet([]):
            closed = output.close()
        if not (written and closed) or output.has_error:
            raise OutputError(f"{path}: cannot be written ({output.geterror() or 'write failed'}); is the disk full?")


def _load(path: Path) -> _Raw:
    """Decode the first three channels, or the first of a grey file, and turn them upright."""
    samples, spec, error = decode(path, lambda channels: 3 if channels >= 3 else 1)
    name = FORMATS[path.suffix.lower()]
    orientation = spec.get_int_attribute("Orientation", 1)
    return _Raw(
        samples=upright(samples, orientation),
        linear=samples.dtype == np.float32 or "lin" in spec.get_string_attribute("oiio:ColorSpace").lower(),
        channels=tuple(spec.channelnames),
        half=spec.get_int_attribute("oiio:BitsPerSample") == 16 and samples.dtype == np.float32,
        warnings=(f"the {name} decoder says: {' '.join(error.split())}",) if error else (),
    )


def decode(path: Path, wanted: Callable[[int], int] = lambda channels: channels) -> tuple[NDArray[Any], Any, str]:
    """Decode a file of one of ``FORMATS`` as it is stored: not turned upright, colours not multiplied by alpha.

    Args:
        path: the file.
        wanted: how many channels to decode of as many as there are; by default all.

    Returns:
        H×W×C uint8, uint16 or float32; OpenImageIO's description of the file; what its decoder complains of.

    Raises:
        PictureError: corrupt, truncated, absurd, or not of the format that its suffix says.
    """
    name = FORMATS[path.suffix.lower()]
    config = OpenImageIO.ImageSpec()
    config.attribute("oiio:UnassociatedAlpha", 1)  # otherwise colours are multiplied by alpha
    said: list[str] = []
    with quiet(said):
        file = OpenImageIO.ImageInput.open(str(path), config)
        if file is None:
            raise _unreadable(path, name, OpenImageIO.geterror(), said)
        try:
            if file.format_name() != _READERS[name]:
                raise _unreadable(path, name, f"it is {file.format_name()}", said)
            spec = file.spec()
            _check(path, name, spec)
            count = wanted(spec.nchannels)
            samples = file.read_image(0, 0, 0, count, _wanted(spec))
            error = file.geterror()
        finally:
            file.close()
    # A truncated JPEG comes with grey instead of its lower part and with a complaint; other complaints are harmless.
    if samples is None or "Premature end" in error:
        raise _unreadable(path, name, error, said)
    return samples.reshape(spec.height, spec.width, count), spec, error


def upright(samples: NDArray[Any], orientation: int) -> NDArray[Any]:
    """Undo an EXIF orientation 1–8 (CIPA DC-008, tag 0x0112) of H×W×C samples; other numbers mean upright."""
    if orientation in (5, 6, 7, 8):
        samples = samples.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        samples = samples[::-1]
    if orientation in (2, 3, 6, 7):
        samples = samples[:, ::-1]
    return samples


def _wanted(spec: Any) -> str:
    """Type to decode to: the file's own for integers up to 16 bits, else float."""
    return {"uint8": "uint8", "uint16": "uint16"}.get(str(spec.format), "float")


def _check(path: Path, name: str, spec: Any) -> None:
    check_size(path, spec.width, spec.height)
    if spec.depth > 1 or spec.nchannels < 1 or spec.deep:
        raise PictureError(f"{path}: is not an ordinary two-dimensional picture; export it again")
    compression = spec.get_string_attribute("compression")
    if name in ("png", "hdr") or compression in ("none", "zip"):
        unpacked = spec.width * spec.height * spec.nchannels * max(1, spec.format.size())
        if name == "png":  # palettes and bilevel pictures are expanded while decoding
            unpacked //= 8
        check_plausible(path, unpacked, path.stat().st_size, DEFLATE_RATIO)


def _linear_pixels(raw: _Raw) -> NDArray[np.float32]:
    if raw.samples.dtype == np.float32 and raw.samples.shape[2] == 3:
        return np.ascontiguousarray(raw.samples)  # not held twice: an 8K panorama has 384 MiB
    height, width = raw.samples.shape[:2]
    try:
        pixels = np.empty((height, width, 3), dtype=np.float32)
    except MemoryError:
        raise PictureError(f"{width}×{height} pixels do not fit in memory") from None
    integer = raw.samples.dtype != np.float32
    levels = 1 << (8 * raw.samples.dtype.itemsize) if integer else 1
    table = np.linspace(0, 1, levels, dtype=np.float32) if raw.linear else srgb_table(levels)
    for top in range(0, height, _BLOCK_ROWS):
        block = raw.samples[top : top + _BLOCK_ROWS]
        pixels[top : top + _BLOCK_ROWS] = table[block] if integer else block
    return pixels


def says_equirectangular(path: Path) -> bool:
    """Whether the file's XMP calls it a panorama (Google Photo Sphere XMP, ``GPano:ProjectionType``)."""
    with path.open("rb") as file:
        return _EQUIRECTANGULAR.search(file.read(_XMP_BYTES)) is not None


def _unreadable(path: Path, name: str, error: str, said: list[str]) -> PictureError:
    detail = " ".join((error or " ".join(said) or "not of this format").split())
    return PictureError(
        f"{path}: cannot be read as {name} ({detail[:300]}); the file is corrupt, truncated or misnamed: "
        "copy or export it again"
    )
