"""The clips that are timed: one real clip in other sizes."""

from __future__ import annotations

from fractions import Fraction
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np

from skymatte.video.source import open_source

SIZES = ((640, 480), (1280, 720), (1920, 1080))
FRAMES = 240
_RATE = 30


def timed_clip(source: Path, folder: Path, size: tuple[int, int], frames: int = FRAMES) -> Path:
    """The first frames of a clip in H.264 of that size; taken from ``folder`` if it is there."""
    path = folder / f"{source.stem}-{size[0]}x{size[1]}-{frames}.mp4"
    if path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    with open_source(str(source)) as reading, av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=_RATE, options={"preset": "veryfast", "crf": "23"})
        stream.width, stream.height = size
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, _RATE)
        for frame in islice(reading, frames):
            pixels = np.asarray(cv2.resize(frame.pixels, size, interpolation=cv2.INTER_CUBIC), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, "rgb24")))
        container.mux(stream.encode(None))
    return path
