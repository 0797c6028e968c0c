"""A stream in a window, and on request into a file."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from skymatte.errors import SkymatteError
from skymatte.runtime.model import Model
from skymatte.video.convert import Settings
from skymatte.video.draw import Artist
from skymatte.video.finder import SkyFinder
from skymatte.video.live import watch
from skymatte.video.live_panel import window_size
from skymatte.video.live_window import Window
from skymatte.video.record import Record
from skymatte.video.report import build_report
from skymatte.video.sink import open_sink
from skymatte.video.source import STDIN


def show(
    input: str,  # noqa: A002 - as people say
    output: str | None,
    model: Model,
    settings: Settings,
) -> tuple[dict[str, Any], SkymatteError | None]:
    """Find the sky in the newest frame of ``input``, again and again, and show it; see :mod:`skymatte.video.live`.

    Args:
        input: see :func:`skymatte.video.source.open_source`; standard input is taken as it comes.
        output: where the frames that are shown are written too, at their times and without sound; ``None`` for nowhere.
        model: finds the sky, in one frame at a time: it may use all cores.
        settings: what to do.

    Returns:
        The report, and what ended it before its time.

    Raises:
        StreamError: the input cannot be opened.
        OutputError: the output or a window cannot be opened.
        MissingExtra: PyAV or PySDL2 is not installed.
    """
    record, error, sink = Record(), None, None
    threshold = settings.deciding(model)
    with ExitStack() as inputs:
        source = inputs.enter_context(settings.opened(input, live=input == STDIN))
        info = source.info
        try:
            with ExitStack() as stack:
                window = stack.enter_context(Window(f"skymatte: {info.name}", *window_size(info.width, info.height)))
                if output is not None:
                    sink = stack.enter_context(open_sink(output, info=info, kind=settings.kind))
                watch(
                    source,
                    SkyFinder(model),
                    settings.steadying(),
                    window,
                    record,
                    threshold=threshold,
                    written=None if sink is None else (Artist(settings.kind, threshold), sink),
                )
        except SkymatteError as raised:
            if record.frames == 0:
                raise
            error = raised
        if record.reading:  # closing what is being read would crash; it ends with the program
            inputs.pop_all()
        report = build_report(
            source,
            record,
            model,
            output=output,
            kind=None if output is None else settings.kind,
            threshold=threshold,
            temporal=settings.temporal,
            workers=1,
            warnings=() if sink is None else sink.notes,
            error=None if error is None else str(error),
        )
    return report, error
