"""Video files, through PyAV (extra ``[video]``)."""

from __future__ import annotations

import errno
from contextlib import ExitStack, suppress
from dataclasses import replace
from fractions import Fraction
from math import gcd
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn, cast

import cv2
import numpy as np

from skymatte.errors import OutputError
from skymatte.picture.atomic import replacing
from skymatte.video.audio import AudioCopy
from skymatte.video.coding import Coding, check_container, coding_for
from skymatte.video.colour import (
    FULL,
    FULL_16,
    LIMITED,
    LINEAR,
    SRGB,
    SWSCALE_WHITE_16,
    Colour,
    known_matrix,
    swscale_matrix,
)
from skymatte.video.draw import Drawn, Kind
from skymatte.video.frame import Frame, StreamInfo
from skymatte.video.needs import need_av
from skymatte.video.sink import Sink, channels_of

if TYPE_CHECKING:
    import av
    from av.video.stream import VideoStream

_FORMATS: Final = {
    (1, 8): "gray",
    (1, 16): "gray16le",
    (3, 8): "rgb24",
    (3, 16): "rgb48le",
    (4, 8): "rgba",
    (4, 16): "rgba64le",
}
_RECOVERABLE: Final = {"movflags": "hybrid_fragmented+delay_moov", "flush_packets": "1"}
"""Fragments while it is written, an ordinary file when it is finished; ``delay_moov`` keeps the first frame at 0."""

_RATE: Final = Fraction(25)
_SYSTEM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EACCES, errno.EROFS, errno.ENOENT}
_FINEST: Final = 1_000_000


class StreamSink(Sink):
    """A video file.  It is written beside its place under a hidden name and takes its place when it is closed."""

    def __init__(self, path: Path, info: StreamInfo, kind: Kind, copy_audio_from: str | None) -> None:
        """Raises OutputError: the folder cannot be written to, or the format holds no such pictures."""
        super().__init__()
        check_container(path, channels_of(kind))
        need_av(str(path))
        from av.video.reformatter import VideoReformatter

        self._path, self._info, self._sound_of = path, info, copy_audio_from
        self._reformatter = VideoReformatter()
        self._stack = ExitStack()
        self._temporary = self._stack.enter_context(replacing(path))
        self._container: av.container.OutputContainer | None = None
        self._stream: VideoStream | None = None
        self._sound: AudioCopy | None = None
        self._last = -1
        self._open = True

    def write(self, frame: Frame, pixels: Drawn) -> None:
        import av

        try:
            if self._stream is None:
                self._begin(pixels)
            self._encode(frame, pixels)
        except (av.FFmpegError, OSError) as error:
            self._fail(error)

    def close(self) -> None:
        import av

        if not self._open:
            return
        if self._container is None or self._stream is None:
            self._discard(OutputError(f"{self._path}: no frame was written"))
            return
        try:
            self._container.mux(self._stream.encode(None))
            if self._sound is not None:
                self._sound.finish(self._last * self._tick + 1 / (self._info.rate or _RATE))
            self._container.close()
        except (av.FFmpegError, OSError) as error:
            self._fail(error)
        self._open = False
        self._let_go()
        self._stack.close()

    def _begin(self, pixels: Drawn) -> None:
        """Choose the encoder by the first frame and open the file."""
        import av

        height, width = pixels.shape[:2]
        self._channels = pixels.shape[2] if pixels.ndim == 3 else 1
        bits = 8 * pixels.dtype.itemsize
        self._coding = coding_for(self._path, self._channels, bits)
        self._format = _FORMATS[self._channels, bits]
        self._pad = (height % 2, width % 2) if self._coding.even else (0, 0)
        if any(self._pad):
            self.notes.append(f"{width}×{height} is odd; the last row or column is written twice")
        if self._info.aspect != 1 and self._coding.codec == "libvpx-vp9":
            self.notes.append(f"pixels are {float(self._info.aspect):.4g} times as wide as high, which VP9 cannot say")
        form = {".mkv": "matroska", ".m4v": "mp4"}.get(self._path.suffix.lower(), self._path.suffix.lower()[1:])
        options = _RECOVERABLE if form in ("mp4", "mov") else {"flush_packets": "1"}
        self._container = av.open(str(self._temporary), "w", format=form, container_options=options)
        self._colour = _written(self._info, pixels, self._channels)
        self._stream = self._add_stream(width + self._pad[1], height + self._pad[0])
        self._tick = self._info.tick
        if self._sound_of is not None:
            self._sound = AudioCopy(self._sound_of, self._container, self.notes)
            self._tick = _common(self._tick, self._sound.video_start)
        self._stream.codec_context.time_base = self._stream.time_base = self._tick
        self._container.start_encoding()

    def _add_stream(self, width: int, height: int) -> VideoStream:
        assert self._container is not None  # noqa: S101 - for the type checker
        stream = cast(
            "VideoStream",
            self._container.add_stream(
                self._coding.codec, rate=self._info.rate or _RATE, options=_options(self._coding, self._colour)
            ),
        )
        context = stream.codec_context
        context.width, context.height, context.pix_fmt = width, height, self._coding.pixel_format
        context.color_primaries, context.color_trc = self._colour.primaries, self._colour.transfer
        context.color_range = FULL if self._coding.full else LIMITED
        if self._channels != 1 and self._coding.pixel_format.startswith("yuv"):
            context.colorspace = self._colour.matrix
        if self._coding.tag is not None:
            context.codec_tag = self._coding.tag
        context.sample_aspect_ratio = self._info.aspect
        context.thread_type = "AUTO"
        return stream

    def _encode(self, frame: Frame, pixels: Drawn) -> None:
        assert self._container is not None  # noqa: S101 - for the type checker
        assert self._stream is not None  # noqa: S101
        start = self._sound.video_start if self._sound is not None else Fraction(0)
        stamp = max(self._last + 1, round((frame.time + start) / self._tick))
        coded = self._coded(pixels)
        coded.pts, coded.time_base = stamp, self._tick
        coded.color_primaries, coded.color_trc = self._colour.primaries, self._colour.transfer  # ProRes reads them here
        self._last = stamp
        self._container.mux(self._stream.encode(coded))
        if self._sound is not None:
            self._sound.copy_until(stamp * self._tick)

    def _coded(self, pixels: Drawn) -> av.VideoFrame:
        from av import VideoFrame

        if any(self._pad):
            pixels = cast("Drawn", cv2.copyMakeBorder(pixels, 0, self._pad[0], 0, self._pad[1], cv2.BORDER_REPLICATE))
        limited = self._coding.pixel_format.startswith("yuv") and not self._coding.full
        if limited and pixels.dtype == np.uint16:
            gain = SWSCALE_WHITE_16 / FULL_16
            pixels = cast("Drawn", cv2.multiply(pixels, cast("Any", (gain, gain, gain, 1.0))))
        given = VideoFrame.from_numpy_buffer(cast("Any", np.ascontiguousarray(pixels)), self._format)
        target = self._coding.pixel_format
        if self._channels == 1:
            given.color_range = FULL
            return given if target == self._format else self._reformat(given, target, None)
        return self._reformat(given, target, swscale_matrix(self._colour.matrix) if target.startswith("yuv") else None)

    def _reformat(self, given: av.VideoFrame, target: str, matrix: int | None) -> av.VideoFrame:
        return self._reformatter.reformat(
            given,
            format=target,
            dst_colorspace=matrix,
            dst_color_range=FULL if self._coding.full else LIMITED if matrix is not None else None,
            threads=1,
        )

    def _fail(self, error: Exception) -> NoReturn:
        """Remove what was begun, and say why."""
        if not isinstance(error, OutputError):
            error = _as_os_error(error)
        self._discard(error)
        raise error

    def _discard(self, error: Exception) -> None:
        """Leave no file behind.  Raises OutputError: what *error*, if it is another, means for the file."""
        import av

        self._open = False
        self._let_go()
        if self._container is not None:
            with suppress(av.FFmpegError, OSError):
                self._container.close()
        self._stack.__exit__(type(error), error, None)

    def _let_go(self) -> None:
        if self._sound is not None:
            self._sound.close()


def _as_os_error(error: Exception) -> OSError:
    """What FFmpeg says: the system's reason where it is one, for it uses EPERM for faults of its own too."""
    number, text = getattr(error, "errno", None), getattr(error, "strerror", None) or str(error)
    return OSError(number if number in _SYSTEM else errno.EIO, text)


def _common(tick: Fraction, start: Fraction) -> Fraction:
    """The longest time of which both are multiples; FFmpeg's common one where that is too short for a container."""
    common = Fraction(
        gcd(tick.numerator * start.denominator, start.numerator * tick.denominator),
        tick.denominator * start.denominator,
    )
    return common if common.denominator <= _FINEST else Fraction(1, 90_000)


def _written(info: StreamInfo, pixels: Drawn, channels: int) -> Colour:
    """The tags of what is written: the input's, with the matrix that is really used."""
    colour = replace(info.colour, matrix=known_matrix(info.colour.matrix, info.height))
    if channels == 1:
        return Colour()
    drawn_for_display = colour.transfer == LINEAR and pixels.dtype == np.uint8
    return replace(colour, transfer=SRGB) if drawn_for_display else colour


def _options(coding: Coding, colour: Colour) -> dict[str, str]:
    """The encoder's options; x265 takes the HDR metadata among its own (its ``--master-display``, ``--max-cll``)."""
    if coding.codec != "libx265":
        return dict(coding.options)
    own = ["log-level=none", "repeat-headers=1", "bframes=0"]  # with B-frames x265 mistimes videos of one or two frames
    if colour.mastering is not None:
        *xy, brightest, darkest = colour.mastering
        rx, ry, gx, gy, bx, by, wx, wy = (round(50_000 * value) for value in xy)
        places = f"G({gx},{gy})B({bx},{by})R({rx},{ry})WP({wx},{wy})"
        own.append(f"master-display={places}L({round(10_000 * brightest)},{round(10_000 * darkest)})")
    if colour.light is not None:
        own.append(f"max-cll={colour.light[0]},{colour.light[1]}")
    return {**coding.options, "x265-params": ":".join(own)}
