"""``skymatte demo``: a synthetic panorama with its exact matte."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

_SMALLEST, _LARGEST = 16, 8192
"""Rows of the picture."""


def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where to write; made if missing.", show_default=False)],
    size: Annotated[str, typer.Option(metavar="WxH", help="Pixels, twice as wide as high, at most 16384x8192.")] = (
        "2048x1024"
    ),
    seed: Annotated[int, typer.Option(min=0, metavar="N", help="Which scene; every number is another one.")] = 0,
    quiet: Annotated[bool, typer.Option("--quiet", help="Print nothing but errors.")] = False,
) -> None:
    """Write demo.exr, a synthetic but plausible HDR panorama, and demo.matte.exr, its exact sky matte."""
    width, height = _parse(size)

    import OpenEXR
    from rich.console import Console
    from rich.progress import Progress

    from skymatte.picture.exr_write import write_channels
    from skymatte.scenes.panorama import render_half

    _make(folder)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        task = progress.add_task(f"demo.exr {width}×{height}", total=height)
        light, matte = render_half(width, height, seed, on_rows=lambda rows: progress.advance(task, rows))
    latlong = {"envmap": OpenEXR.ENVMAP_LATLONG}
    picture, mask = folder / "demo.exr", folder / "demo.matte.exr"
    write_channels(picture, dict(zip("RGB", light, strict=True)), attributes=latlong)
    write_channels(mask, {"sky.A": matte}, attributes=latlong)
    if not quiet:
        typer.echo(f"{picture}\n{mask}")


def _parse(size: str) -> tuple[int, int]:
    """Width and height of ``WxH``."""
    match = re.fullmatch(r"(\d{1,6})[xX×](\d{1,6})", size.strip())
    if match is None:
        raise typer.BadParameter(f"{size!r} is not WIDTHxHEIGHT; write for example 2048x1024", param_hint="--size")
    width, height = int(match[1]), int(match[2])
    if width != 2 * height:
        raise typer.BadParameter(
            f"{size} is not twice as wide as high, as an equirectangular panorama is; write {2 * height}x{height}",
            param_hint="--size",
        )
    if not _SMALLEST <= height <= _LARGEST:
        raise typer.BadParameter(
            f"{size} is outside {2 * _SMALLEST}x{_SMALLEST} … {2 * _LARGEST}x{_LARGEST}", param_hint="--size"
        )
    return width, height


def _make(folder: Path) -> None:
    from skymatte.errors import OutputError

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise OutputError(f"{folder}: is a file; choose another folder") from None
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made: {error.strerror}; choose another folder") from None
