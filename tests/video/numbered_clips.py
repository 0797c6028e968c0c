"""Small videos made with PyAV: what is in each frame is known."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from numpy.typing import NDArray

TICK = Fraction(1, 1000)
SIZE = (64, 48)


def numbered(index: int, size: tuple[int, int] = SIZE) -> NDArray[np.uint8]:
    """H×W×3: grey noise that no codec makes nothing of, with the number in grey bars of 8 pixels, a bit each."""
    width, height = size
    pixels = np.random.default_rng(index).integers(60, 120, (height, width, 1), np.uint8).repeat(3, axis=2)
    for bit in range(8):
        pixels[: height // 2, bit * width // 8 : (bit + 1) * width // 8] = 235 if index >> bit & 1 else 16
    return pixels


def number(pixels: NDArray[Any]) -> int:
    """What :func:`numbered` wrote."""
    height, width = pixels.shape[:2]
    middle = largest(pixels) / 2
    bars = pixels[: height // 2, :, 1].reshape(height // 2, 8, width // 8).mean(axis=(0, 2)) > middle
    return int(sum(1 << bit for bit in range(8) if bars[bit]))


def largest(pixels: NDArray[Any]) -> int:
    """The largest number of its type."""
    return int(np.iinfo(pixels.dtype).max)


def write_clip(
    path: Path,
    count: int = 10,
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    times: Iterable[int] | None = None,
    tick: Fraction = TICK,
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    tone: bool = False,
    sound: str = "aac",
    **context: Any,
) -> Path:
    """Write numbered frames, 25 per second by default.

    Args:
        path: the suffix says the container.
        count: frames.
        codec: FFmpeg's name of the encoder.
        pixel_format: FFmpeg's name.
        times: of the frames, in ticks.
        tick: seconds.
        options: of the encoder.
        container: options of the container.
        tone: with sound a little longer than the pictures.
        sound: FFmpeg's name of its encoder.
        context: attributes of the encoder: color_range …
    """
    stamps = list(times) if times is not None else [round(index / 25 / tick) for index in range(count)]
    with av.open(str(path), "w", container_options=container or {}) as output:
        stream = cast("Any", output.add_stream(cast("Any", codec), rate=25, options=options or {"g": "5"}))
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixel_format
        stream.codec_context.time_base = tick
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        if tone:
            _write_tone(output, cast("Any", output.add_stream(cast("Any", sound), rate=48000)), stamps[-1] * tick)
        for index, stamp in enumerate(stamps):
            frame = av.VideoFrame.from_ndarray(numbered(index), "rgb24").reformat(format=pixel_format)
            frame.pts, frame.time_base = stamp, tick
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def _write_tone(output: Any, stream: Any, seconds: Fraction) -> None:
    resampler = av.AudioResampler(stream.codec_context.format, "stereo", 48000)
    for start in range(0, int(seconds * 48000) + 12000, 1024):
        wave = np.sin(np.arange(start, start + 1024) * 0.05).astype(np.float32)
        (frame,) = resampler.resample(_stereo(wave, start))
        output.mux(stream.encode(frame))
    output.mux(stream.encode(None))


def _stereo(wave: NDArray[np.float32], start: int) -> av.AudioFrame:
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), "fltp", "stereo")
    frame.sample_rate, frame.pts, frame.time_base = 48000, start, Fraction(1, 48000)
    return frame


def write_planes(path: Path, planes: tuple[int, ...], pixel_format: str, **context: Any) -> Path:
    """One frame of one colour, lossless: the numbers of its planes as they are coded."""
    with av.open(str(path), "w") as output:
        stream = cast("Any", output.add_stream("ffv1", rate=25))
        stream.width, stream.height, stream.pix_fmt = *SIZE, pixel_format
        for name, value in context.items():
            setattr(stream.codec_context, name, value)
        frame = av.VideoFrame(*SIZE, pixel_format)
        kind = np.dtype(np.uint16 if pixel_format.endswith("le") else np.uint8)
        for plane, value in zip(frame.planes, planes, strict=True):
            plane.update(np.full(plane.buffer_size // kind.itemsize, value, kind).tobytes())
        for name, value in context.items():
            setattr(frame, name, value)
        frame.pts = 0
        output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def packets(path: Path, kind: str = "video") -> list[Any]:
    """All packets of a stream that hold something."""
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return [packet for packet in container.demux(stream) if packet.size]


def turned(path: Path, folder: Path, degrees: int, hflip: bool, vflip: bool) -> Path:
    """The same packets with a display matrix: shown turned against the clock, after they were mirrored."""
    out = folder / f"{degrees}{hflip:d}{vflip:d}.mp4"
    with av.open(str(path)) as source, av.open(str(out), "w") as output:
        stream = output.add_stream_from_template(source.streams.video[0], opaque=True)
        stream.set_display_rotation(degrees, hflip=hflip, vflip=vflip)
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                output.mux(packet)
    return out
