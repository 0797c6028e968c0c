"""A stream in, a drawing of each frame out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

from skymatte.errors import SkymatteError
from skymatte.picture.read import SUFFIXES
from skymatte.runtime.model import Model
from skymatte.runtime.providers import thread_count
from skymatte.video.draw import Artist, Kind
from skymatte.video.finder import SkyFinder
from skymatte.video.frame import StreamInfo
from skymatte.video.pipeline import Steadies, Unsteadied, run
from skymatte.video.record import Record
from skymatte.video.report import build_report
from skymatte.video.sink import open_sink
from skymatte.video.source import Source, open_source
from skymatte.video.temporal import TemporalFilter


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What is done with a stream.

    Attributes:
        kind: what is written.
        fps: rate at which the input is read; ``None`` for all its frames.
        size: width and height of raw frames.
        pixel_format: of raw frames.
        threshold: matte value from which a pixel is sky; ``None`` for the model's.
        temporal: steady the mattes.
    """

    kind: Kind = Kind.OVERLAY
    fps: Fraction | None = None
    size: tuple[int, int] | None = None
    pixel_format: str | None = None
    threshold: float | None = None
    temporal: bool = True

    def opened(self, input: str, *, live: bool = False) -> Source:  # noqa: A002 - as people say
        """The input as these settings want it.  Raises StreamError."""
        return open_source(input, fps=self.fps, size=self.size, pixel_format=self.pixel_format, live=live)

    def steadying(self) -> Steadies:
        """What steadies the mattes of one stream."""
        return TemporalFilter() if self.temporal else Unsteadied()

    def deciding(self, model: Model) -> float:
        """Matte value from which a pixel is sky."""
        return model.card.threshold if self.threshold is None else self.threshold


def convert(
    input: str,  # noqa: A002 - as people say
    output: str,
    model: Model,
    settings: Settings | None = None,
    *,
    begun: Callable[[StreamInfo], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[dict[str, Any], SkymatteError | None]:
    """Find the sky in every frame of ``input`` and write what is drawn of it to ``output``.

    Args:
        input: see :func:`skymatte.video.source.open_source`.
        output: see :func:`skymatte.video.sink.open_sink`.
        model: finds the sky; several frames are given to it at once, so it had better use one thread for each.
        settings: what to do.
        begun: told once what the input is.
        progress: told after each frame how many are done.

    Returns:
        The report, and what ended the run before its time: what was written until then stays if it is of use.

    Raises:
        StreamError: the input cannot be opened.
        OutputError: the output cannot be opened.
        MissingExtra: PyAV is not installed, and it is needed.
    """
    settings = settings or Settings()
    record, error = Record(), None
    threshold, workers = settings.deciding(model), thread_count()
    with ExitStack() as inputs:
        source = inputs.enter_context(settings.opened(input))
        if begun is not None:
            begun(source.info)
        sink = open_sink(output, info=source.info, kind=settings.kind, copy_audio_from=sound_of(input))
        artist = Artist(settings.kind, threshold)
        try:
            with sink:
                run(
                    source,
                    SkyFinder(model),
                    settings.steadying(),
                    artist,
                    sink,
                    record,
                    workers=workers,
                    progress=progress,
                )
        except SkymatteError as raised:
            error = raised
        if record.reading:  # closing what is being read would crash; it ends with the program
            inputs.pop_all()
        report = build_report(
            source,
            record,
            model,
            output=output,
            kind=settings.kind,
            threshold=threshold,
            temporal=settings.temporal,
            workers=workers,
            warnings=sink.notes,
            error=None if error is None else str(error),
        )
    return report, error


def sound_of(input: str) -> str | None:  # noqa: A002
    """The file whose sound belongs to the output: the input, if it is a video file."""
    path = Path(input)
    return input if path.is_file() and path.suffix.lower() not in SUFFIXES else None
