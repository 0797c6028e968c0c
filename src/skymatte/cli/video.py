"""``skymatte video``: a stream in, the sky in every frame out; or in a window."""

from __future__ import annotations

import os
import re
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from skymatte.cli.segment import INTERRUPTED, open_fraction
from skymatte.cli.video_show import VideoBar, show_report

if TYPE_CHECKING:
    from skymatte.errors import SkymatteError
    from skymatte.video.convert import Settings


def video(
    source: Annotated[
        str,
        typer.Argument(
            metavar="INPUT",
            help="A video file; a folder, pattern (shot.%04d.exr) or glob of pictures; the number of a camera; "
            "an address (rtsp://, http://); - for raw frames on stdin.",
        ),
    ],
    output: Annotated[
        str | None,
        typer.Option(
            "-o",
            "--output",
            metavar="OUT",
            help="A video (.mp4, .mov, .mkv, .webm), a pattern (sky.%04d.png) or folder/ of pictures, "
            "or - for raw frames on stdout.",
        ),
    ] = None,
    write: Annotated[
        Literal["overlay", "side-by-side", "mask", "matte", "alpha"],
        typer.Option("--write", help="What is written of each frame."),
    ] = "overlay",
    live: Annotated[
        bool, typer.Option("--live", help="Show it in a window; frames that come too fast are dropped.")
    ] = False,
    fps: Annotated[
        str | None,
        typer.Option("--fps", metavar="RATE", help="Read the input at this rate: 10, 29.97, 30000/1001."),
    ] = None,
    size: Annotated[
        str | None, typer.Option("--size", metavar="WxH", help="Of raw frames; also what a camera is asked for.")
    ] = None,
    pixel_format: Annotated[
        str | None,
        typer.Option("--format", metavar="NAME", help="Of raw frames: rgb24, rgb48le, gray …  [default: rgb24]"),
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(
            "--model", metavar="NAME|FILE.onnx", help="See `skymatte models`.  [default: the built-in one for video]"
        ),
    ] = None,
    threshold: Annotated[
        float | None,
        typer.Option(
            "--threshold",
            callback=open_fraction,
            help="Matte value from which a pixel is sky.  [default: the model's]",
        ),
    ] = None,
    temporal: Annotated[
        bool, typer.Option("--temporal/--no-temporal", help="Steady the mattes along the motion of the picture.")
    ] = True,
    runtime: Annotated[
        str, typer.Option("--runtime", metavar="NAME", help="What executes the model: auto, cpu, cuda, …")
    ] = "auto",
    report: Annotated[
        Path | None, typer.Option("--report", metavar="FILE.json", help="Write times, counts and all settings there.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace an output that exists.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Find the sky in a video, a camera or a sequence of pictures: overlay, mask, matte or alpha."""
    # Read when numpy is loaded, below.  The products here are small, and threads that wait for their share of one keep
    # the cores from all other stages: on a busy machine a frame took seconds.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if output is None and not live:
        raise typer.BadParameter("say where to write, or --live to look at it", param_hint="-o")
    rate, pixels = _rate(fps), _size(size)
    _check_raw(source, pixels, pixel_format)
    if output is not None and not overwrite:
        _refuse_existing(output)

    from skymatte.video.convert import Settings
    from skymatte.video.draw import Kind

    settings = Settings(
        kind=Kind(write), fps=rate, size=pixels, pixel_format=pixel_format, threshold=threshold, temporal=temporal
    )
    if live:
        found, error = _show(source, output, settings, model, runtime)
    else:
        found, error = _convert(source, str(output), settings, model, runtime, quiet=quiet)
    _finish(found, error, report, quiet=quiet)


def _convert(
    source: str, output: str, settings: Settings, model: str | None, runtime: str, *, quiet: bool
) -> tuple[dict[str, Any], SkymatteError | None]:
    from skymatte.runtime.model import Model
    from skymatte.video.convert import convert
    from skymatte.video.setup import VIDEO_MODEL, one_thread_each

    one_thread_each()
    opened = Model.load(model or VIDEO_MODEL, runtime, threads=1)  # convert looks at one frame on each core
    with VideoBar(Path(source).name, quiet=quiet) as bar:
        return convert(source, output, opened, settings, begun=bar.begun, progress=bar.advanced)


def _show(
    source: str, output: str | None, settings: Settings, model: str | None, runtime: str
) -> tuple[dict[str, Any], SkymatteError | None]:
    from skymatte.runtime.model import Model
    from skymatte.runtime.providers import thread_count
    from skymatte.video.setup import VIDEO_MODEL
    from skymatte.video.show import show

    # All cores for the one frame that is looked at, but no waiting for work in circles: other stages need them too.
    return show(source, output, Model.load(model or VIDEO_MODEL, runtime, threads=thread_count()), settings)


def _finish(found: dict[str, Any], error: SkymatteError | None, report: Path | None, *, quiet: bool) -> None:
    """Write and print what there is to tell, and end the program."""
    from skymatte.video.report import write_report

    if report is not None:
        write_report(report, found)
    if error is not None:
        raise error
    show_report(found, quiet=quiet)
    if found["interrupted"]:
        raise typer.Exit(INTERRUPTED)
    damaged = found["damaged"]["count"] and not found["input"]["live"]
    raise typer.Exit(1 if damaged else 0)


def _rate(text: str | None) -> Fraction | None:
    if text is None:
        return None
    try:
        rate = Fraction(text.strip())
    except (ValueError, ZeroDivisionError):
        raise typer.BadParameter(f"{text!r} is no rate; write 25, 29.97 or 30000/1001", param_hint="--fps") from None
    if not 0 < rate <= 1000:
        raise typer.BadParameter(f"{text} is outside 0 … 1000 frames per second", param_hint="--fps")
    return rate


def _size(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    match = re.fullmatch(r"([1-9]\d{0,4})[xX×]([1-9]\d{0,4})", text.strip())
    if match is None:
        raise typer.BadParameter(f"{text!r} is not WIDTHxHEIGHT; write for example 640x480", param_hint="--size")
    return int(match[1]), int(match[2])


def _check_raw(source: str, size: tuple[int, int] | None, pixel_format: str | None) -> None:
    """Raw frames must be described, and nothing else can be."""
    if source == "-":
        from skymatte.video.source_raw import PIXEL_FORMATS

        if size is None:
            raise typer.BadParameter(
                "raw frames do not say how large they are; write 640x480, say", param_hint="--size"
            )
        if pixel_format is not None and pixel_format not in PIXEL_FORMATS:
            known = ", ".join(PIXEL_FORMATS)
            raise typer.BadParameter(f"{pixel_format!r} is not known; choose from {known}", param_hint="--format")
        return
    if pixel_format is not None:
        raise typer.BadParameter(
            f"{source} says itself what it holds; this is for raw frames (-)", param_hint="--format"
        )
    if size is not None and not source.isdigit():
        raise typer.BadParameter(
            f"{source} says itself how large it is; this is for raw frames (-) and cameras", param_hint="--size"
        )


def _refuse_existing(output: str) -> None:
    from skymatte.errors import OutputError

    path = Path(output)
    if path.is_file() or (path.is_dir() and any(path.iterdir())):
        raise OutputError(f"{output}: exists already; use --overwrite or choose another name")
