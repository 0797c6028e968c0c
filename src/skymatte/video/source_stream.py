"""Frames of video files, cameras and addresses, through PyAV (extra ``[video]``)."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final, cast

import cv2
import numpy as np

from skymatte.errors import StreamError
from skymatte.picture.color import Chromaticities
from skymatte.picture.limits import check_size
from skymatte.video.colour import FULL, FULL_16, LIMITED, SWSCALE_WHITE_16, known_matrix, swscale_matrix
from skymatte.video.frame import Pixels, StreamInfo
from skymatte.video.ledger import Ledger
from skymatte.video.needs import need_av
from skymatte.video.orientation import Orientation, from_display_matrix
from skymatte.video.reel import Reel
from skymatte.video.source import DEFAULT_RATE, Shot, Source, is_address
from skymatte.video.tags import read_tags
from skymatte.video.transfer import tagged

if TYPE_CHECKING:
    import av

_LEARN_US: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Levels:
    """What libswscale's RGB of a stream lacks to be of full range.

    Attributes:
        format: that the stream is converted to: ``rgb24`` or ``rgb48le``.
        black: what comes as black.
        gain: makes full signal of what comes as white.
    """

    format: str
    black: int = 0
    gain: float = 1.0

    def apply(self, pixels: Pixels) -> Pixels:
        """H×W×3 of full range."""
        if self.black:
            pixels = cast("Pixels", cv2.subtract(pixels, cast("Any", (self.black,) * 4)))
        return pixels if self.gain == 1 else cast("Pixels", cv2.multiply(pixels, cast("Any", (self.gain,) * 4)))


class StreamSource(Source):
    """What PyAV opens and decodes.  Made by :func:`open_stream`."""

    def __init__(self, name: str, reel: Reel, fps: Fraction | None, *, live: bool) -> None:
        super().__init__(fps)
        from av.video.reformatter import VideoReformatter

        self._reel = reel
        self._reformatter = VideoReformatter()
        self._ledger = Ledger()
        self._index = 0
        self._last: Fraction | None = None
        self._frames = reel.frames(self._ledger)
        first = next(self._frames, None)
        if first is None:
            reel.close()
            raise StreamError(f"{name}: no frame of it can be decoded; the file is corrupt or cut off: copy it again")
        self._first = first
        self._learn(name, first, fps, live=live)

    def close(self) -> None:
        self._frames.close()
        self._reel.close()

    def _learn(self, name: str, first: av.VideoFrame, fps: Fraction | None, *, live: bool) -> None:
        check_size(Path(name), first.width, first.height)
        stream = self._reel.stream
        colour = read_tags(first)
        self._chromaticities = colour.chromaticities
        self._matrix = swscale_matrix(known_matrix(colour.matrix, first.height))
        self._coded = (first.width, first.height)
        self._levels = _levels(first)
        self._orientation = _orientation(first)
        turned = self._orientation.transposed
        aspect = stream.sample_aspect_ratio or Fraction(1)
        self._rate = stream.average_rate or stream.guessed_rate or DEFAULT_RATE
        seconds = self._reel.seconds
        rate = fps or self._rate
        self._zero = stream.start_time if stream.start_time is not None else first.pts or 0
        self.info = StreamInfo(
            name=name,
            width=first.height if turned else first.width,
            height=first.width if turned else first.height,
            rate=rate,
            frames=(fps is None and stream.frames) or (round(seconds * rate) if seconds and rate else None),
            transfer=tagged(colour.transfer),
            live=live,
            colour=colour,
            aspect=1 / aspect if turned else aspect,
            tick=1 / fps if fps else self._reel.tick,
        )

    def _shots(self) -> Iterator[Shot]:
        for frame in chain([self._first], self._frames):
            yield from self._shot(frame)
        if self._ledger.open and self._reel.patient:
            with self._reel.again() as rest:
                for frame in rest.frames(None, after=self._reel.last):
                    yield from self._shot(frame)
        for stamp in self._ledger.rest():
            self._lose(self._seconds(stamp))
        self._lose_uncounted()
        if gap := self._reel.missing(1 / self._rate):
            end = (self._last or Fraction(0)) + 1 / self._rate
            self._note(end, f"the file ends here, {float(gap):.2f} s before the end that its header tells")

    def _shot(self, frame: av.VideoFrame) -> Iterator[Shot]:
        self._pass(frame)
        time = self._time(frame.pts)
        self._index += 1
        if frame.is_corrupt:
            self._note(time, "the frame is damaged")
            return
        self._last = time
        yield Shot(self._index - 1, time, frame)

    def _pass(self, frame: av.VideoFrame) -> None:
        """Note the frames that should have come before this one."""
        if frame.pts is None:
            self._lose_uncounted()
            return
        lost = self._ledger.came(frame.pts)
        for stamp in lost if not frame.interlaced_frame else ():  # a field's packet has no frame of its own
            self._lose(self._seconds(stamp))

    def _lose_uncounted(self) -> None:
        for _ in range(self._reel.untimed_errors):
            self._lose(self._index / self._rate)
        self._reel.untimed_errors = 0

    def _lose(self, time: Fraction) -> None:
        self._index += 1
        self._note(max(Fraction(0), time), "the frame cannot be decoded")

    def _time(self, stamp: int | None) -> Fraction:
        """Of a frame; by its number where there are no time stamps, and never at or before the last one."""
        time = max(Fraction(0), self._index / self._rate if stamp is None else self._seconds(stamp))
        return time if self._last is None or time > self._last else self._last + 1 / self._rate

    def _seconds(self, stamp: int) -> Fraction:
        return (stamp - self._zero) * self._reel.tick

    def _pixels(self, payload: object) -> Pixels:
        frame = cast("av.VideoFrame", payload)
        rgb = self._reformatter.reformat(
            frame,
            *self._coded,
            format=self._levels.format,
            src_colorspace=None if frame.format.is_rgb else self._matrix,
            threads=1,
        )
        width, height = self._coded
        plane = rgb.planes[0]
        kind = np.uint8 if self._levels.format == "rgb24" else np.uint16
        rows = np.frombuffer(cast("Any", plane), kind).reshape(height, -1)
        pixels = np.ascontiguousarray(rows[:, : 3 * width]).reshape(height, width, 3)
        return self._orientation.apply(self._levels.apply(pixels))

    def _primaries(self) -> Chromaticities:
        return self._chromaticities


def open_stream(name: str, *, fps: Fraction | None, size: tuple[int, int] | None, live: bool) -> StreamSource:
    """Open a file, a camera (a number) or an address.

    Raises:
        StreamError: there is none, it does not answer, or is no video.
        MissingExtra: PyAV is not installed.
    """
    need_av(name)
    import av

    camera = name.isdigit()
    _check(name, camera=camera)
    live = live or camera or (is_address(name) and not name.lower().startswith("http"))
    where, form, options = _camera(int(name), size) if camera else (name, None, _options(name, live=live))
    begun = monotonic()
    try:
        reel = Reel(where, form, options, live=live, patient=not (camera or is_address(name)))
    except (av.FFmpegError, ValueError) as error:
        raise StreamError(f"{name}: {_reason(name, error, camera=camera, after=monotonic() - begun)}") from None
    return StreamSource(name, reel, fps, live=live)


def _check(name: str, *, camera: bool) -> None:
    if camera or is_address(name):
        return
    path = Path(name)
    if not path.exists():
        raise StreamError(f"{name}: no such file; check the path")
    with contextlib.suppress(OSError):
        if path.is_file() and path.stat().st_size == 0:
            raise StreamError(f"{name}: is empty (zero bytes); copy or export it again")


def _options(name: str, *, live: bool) -> dict[str, str]:
    """Of an address: RTSP through its one connection, which firewalls let pass, and a second to learn what comes."""
    options = {"rtsp_transport": "tcp"} if name.lower().startswith("rtsp") else {}
    return {**options, "analyzeduration": str(_LEARN_US)} if live and is_address(name) else options


def _camera(number: int, size: tuple[int, int] | None) -> tuple[str, str, dict[str, str]]:
    """What FFmpeg calls camera *number* on this system: name, format, options."""
    options = {"video_size": f"{size[0]}x{size[1]}"} if size else {}
    if sys.platform == "darwin":
        return str(number), "avfoundation", options
    if sys.platform == "win32":
        from av.device import enumerate_input_devices

        cameras = [device.name for device in enumerate_input_devices("dshow") if "video" in device.media_types]
        return f"video={cameras[number]}" if number < len(cameras) else "video=", "dshow", options
    return f"/dev/video{number}", "v4l2", options


def _levels(frame: av.VideoFrame) -> Levels:
    """How to bring what libswscale makes of a frame to full range."""
    bits = max(part.bits for part in frame.format.components)
    name, top = ("rgb24", 255) if bits <= 8 else ("rgb48le", FULL_16)
    limited = frame.color_range == LIMITED
    if frame.format.name.startswith("gray") and limited:  # which it leaves alone
        steps = (top + 1) // 256
        return Levels(name, 16 * steps, top / (219 * steps))
    if bits <= 8 or frame.format.is_rgb:
        return Levels(name)
    full = not limited and (frame.color_range == FULL or frame.format.name.startswith("gray"))
    return Levels(name, 0, FULL_16 / (((1 << bits) - 1) << (16 - bits) if full else SWSCALE_WHITE_16))


def _orientation(frame: av.VideoFrame) -> Orientation:
    for data in cast("Any", frame.side_data):
        if data.type.name == "DISPLAYMATRIX":
            return from_display_matrix(bytes(data))
    return Orientation()


def _reason(name: str, error: Exception, *, camera: bool, after: float) -> str:
    """What went wrong at opening, *after* so many seconds, and what to do."""
    import av

    text = getattr(error, "strerror", None) or str(error)
    if camera:
        return f"the camera cannot be opened ({text}); is it plugged in, and does no other program use it?"
    if is_address(name):
        what = "does not answer" if after >= Reel.silence else f"cannot be opened ({text})"
        return f"{what}; check the address and the network"
    if isinstance(error, av.error.PermissionError):
        return "cannot be read (permission denied); change its permissions"
    return f"is no video that can be read ({text}); if it is one, it is corrupt or cut off: copy it again"
