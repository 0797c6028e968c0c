"""Videos made larger, frame by frame: same times, same sound, same range."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Final

from skymatte.errors import StreamError
from skymatte.picture.atomic import replacing
from skymatte.runtime.model import Model
from skymatte.superres.arrays import enlarged
from skymatte.superres.drawing import Progress
from skymatte.superres.hints import NO_HINTS, Hints
from skymatte.superres.method import Method
from skymatte.video.convert import sound_of
from skymatte.video.draw import Kind
from skymatte.video.finder import SkyFinder
from skymatte.video.frame import Frame
from skymatte.video.setup import VIDEO_MODEL
from skymatte.video.sink import open_sink
from skymatte.video.source import open_source

SUFFIXES: Final = frozenset(
    (
        *(".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi", ".mpg", ".mpeg", ".ts", ".mts", ".m2ts", ".mxf"),
        *(".wmv", ".flv", ".ogv", ".3gp", ".y4m"),
    )
)
"""Of files that are taken for videos, lower case, with the dot."""

OUTPUT_SUFFIX: Final = ".mp4"


def upscale_video(source: Path, target: Path, method: Method, *, progress: Progress | None = None) -> list[str]:
    """Make a video larger.

    Frames are worked on in the numbers of the stream (sRGB, PQ or HLG), of 8 bits or more; tags, times, pixel aspect
    and sound are kept.

    Args:
        source: a video file.
        target: an .mp4 file; it appears whole or not at all.
        method: how; a guided one looks for the sky in every frame with the model for video.
        progress: told (frames done, frames in all, as far as is known); may raise to stop.

    Returns:
        What a person should know.

    Raises:
        StreamError: the source cannot be read, or the method takes pictures only.
        OutputError: *target* cannot be written.
        MissingExtra: PyAV is not installed.
    """
    if method.joint is not None:
        raise StreamError(f"{source}: --method joint takes pictures only; use --method segmentation-guided")
    finder = _finder(method)
    with open_source(str(source)) as frames:
        info = replace(frames.info, width=method.scale * frames.info.width, height=method.scale * frames.info.height)
        total = info.frames or 1
        with replacing(target) as temporary:
            sink = open_sink(str(temporary), info=info, kind=Kind.OVERLAY, copy_audio_from=sound_of(str(source)))
            with sink:
                for done, frame in enumerate(frames, start=1):
                    sink.write(frame, enlarged(frame.pixels, method, _hints(finder, frame)))
                    if progress is not None:
                        progress(min(done, total), total)
        damaged = frames.damaged_count
    return [*sink.notes, *([f"{damaged} damaged frames were left out"] if damaged else [])]


def _finder(method: Method) -> SkyFinder | None:
    if method.finder is None:
        return None
    return SkyFinder(Model.load(VIDEO_MODEL, method.finder.runtime_asked))


def _hints(finder: SkyFinder | None, frame: Frame) -> Hints:
    return NO_HINTS if finder is None else Hints(finder.find(frame))
