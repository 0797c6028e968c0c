"""Sequences of pictures."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from skymatte.errors import OutputError
from skymatte.masks.files import MATTE_CHANNEL
from skymatte.picture.atomic import replacing
from skymatte.picture.color import REC709
from skymatte.picture.exr_write import to_half, write_channels
from skymatte.picture.oiio import write_tiff32
from skymatte.video.draw import Drawn, Kind
from skymatte.video.frame import Frame, StreamInfo, Transfer
from skymatte.video.sink import Sink, channels_of
from skymatte.video.transfer import linear_light

_NAME: Final = "%06d"
_PNG_LEVEL: Final = 3
_JPEG_QUALITY: Final = 95


class PictureSink(Sink):
    """A picture of each frame, named by its index; each appears whole or not at all.

    PNG and JPEG hold the frame's own numbers.  TIFF and EXR hold linear light (32 bits, half), and of mattes and masks
    the fraction, in an EXR as the channel ``sky.A``.  EXRs say which primaries they have.
    """

    def __init__(self, pattern: str, info: StreamInfo, kind: Kind) -> None:
        """Raises OutputError: the folder cannot be made, or the format cannot hold what is drawn."""
        super().__init__()
        path = Path(pattern)
        if pattern.endswith("/") or path.is_dir():
            linear = info.transfer is Transfer.LINEAR and kind is Kind.ALPHA
            path = path / f"{_NAME}{'.exr' if linear else '.png'}"
        self._path = path
        self._save = self._saver(path, kind)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"{path.parent}: the folder cannot be made: {error.strerror}") from None

    def write(self, frame: Frame, pixels: Drawn) -> None:
        self._save(self._path.with_name(self._path.name % frame.index), frame, pixels)

    def close(self) -> None:
        """Every picture is finished already."""

    def _saver(self, path: Path, kind: Kind) -> Callable[[Path, Frame, Drawn], None]:
        alpha = channels_of(kind) == 4
        savers = {".png": _png, ".exr": _exr, ".tif": _tiff, ".tiff": _tiff, ".jpg": _jpeg, ".jpeg": _jpeg}
        save = savers.get(path.suffix.lower())
        if save is None:
            raise OutputError(f"{path}: pictures of the format {path.suffix!r} cannot be written; use .png or .exr")
        if alpha and save in (_tiff, _jpeg):
            raise OutputError(f"{path}: is written without alpha; use .png or .exr")
        return save


def _png(path: Path, _: Frame, pixels: Drawn) -> None:
    if pixels.dtype == np.float32:
        raise OutputError(f"{path}: a PNG has no linear light; use .exr")
    _encode(path, pixels, [cv2.IMWRITE_PNG_COMPRESSION, _PNG_LEVEL])


def _jpeg(path: Path, _: Frame, pixels: Drawn) -> None:
    if pixels.dtype != np.uint8:
        raise OutputError(f"{path}: a JPEG has 8 bits, the frames have more; use .png")
    _encode(path, pixels, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])


def _encode(path: Path, pixels: Drawn, options: list[int]) -> None:
    """RGB in PNG and JPEG as they are."""
    order = {3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}
    bgr = cv2.cvtColor(pixels, order[pixels.shape[2]]) if pixels.ndim == 3 else pixels
    _, data = cv2.imencode(path.suffix, bgr, options)
    with replacing(path) as temporary:
        temporary.write_bytes(data.tobytes())


def _tiff(path: Path, frame: Frame, pixels: Drawn) -> None:
    write_tiff32(path, _fraction(pixels) if pixels.ndim == 2 else _light(frame, pixels))


def _exr(path: Path, frame: Frame, pixels: Drawn) -> None:
    if pixels.ndim == 2:
        planes = {MATTE_CHANNEL: _fraction(pixels)}
    elif pixels.shape[2] == 4:
        light = _associated(frame, pixels)
        planes = {name: light[..., index] for index, name in enumerate("RGBA")}
    else:
        light = _light(frame, pixels)
        planes = {name: light[..., index] for index, name in enumerate("RGB")}
    said = {} if frame.primaries == REC709 else {"chromaticities": frame.primaries}
    write_channels(path, {name: to_half(plane)[0] for name, plane in planes.items()}, attributes=said)


def _light(frame: Frame, pixels: NDArray[Any]) -> NDArray[np.float32]:
    """Linear light of what was drawn; of linear frames that is their display version where it has 8 bits."""
    display = frame.transfer is Transfer.LINEAR and pixels.dtype != np.float32
    return linear_light(pixels, Transfer.SDR if display else frame.transfer)


def _associated(frame: Frame, pixels: Drawn) -> NDArray[np.float32]:
    """RGBA in linear light, the colours multiplied by alpha, as OpenEXR wants it."""
    if pixels.dtype == np.float32:
        return cast("NDArray[np.float32]", pixels)
    alpha = _fraction(pixels[..., 3])[..., None]
    light = _light(frame, np.ascontiguousarray(pixels[..., :3]))
    return np.concatenate([light * alpha, alpha], axis=2)


def _fraction(values: NDArray[Any]) -> NDArray[np.float32]:
    return values.astype(np.float32) / np.float32(np.iinfo(values.dtype).max)
