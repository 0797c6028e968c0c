"""``skymatte info``: what the reader sees in a picture."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from rich.table import Table


def info(
    pictures: Annotated[list[Path], typer.Argument(metavar="PICTURE...", help="Picture files.", show_default=False)],
    projection: Annotated[
        str, typer.Option(help="auto, perspective, equirectangular or fisheye.", metavar="NAME")
    ] = "auto",
    part: Annotated[
        str | None, typer.Option(help="Part of a multi-part EXR, by index or name.", metavar="PART", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON on stdout, one list of pictures.")] = False,
) -> None:
    """Print what skymatte sees in pictures: size, channels, colour, projection and why, light range, broken values."""
    from skymatte.errors import SkymatteError
    from skymatte.picture.describe import describe

    wanted = int(part) if part is not None and part.isdecimal() else part
    described: list[dict[str, Any]] = []
    failed = False
    for picture in pictures:
        try:
            description = describe(picture, projection=projection, part=wanted)
        except SkymatteError as error:
            failed = True
            print(f"error: {error}", file=sys.stderr)
            continue
        described.append(description)
        if not as_json:
            _print(_table(description))
    if as_json:
        print(json.dumps(described, indent=2, ensure_ascii=False))
    if failed:
        raise typer.Exit(1)


def _print(table: Table) -> None:
    from rich.console import Console

    Console(highlight=False).print(table)


def _table(description: dict[str, Any]) -> Table:
    from rich import box
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=escape(description["path"]), title_justify="left", box=box.SIMPLE, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for name, value in _rows(description):
        table.add_row(name, escape(value))
    return table


def _rows(description: dict[str, Any]) -> list[tuple[str, str]]:
    light, repairs = description["luminance_ev"], description["repairs"]
    rows = [
        ("format", f"{description['format']}, {description['bits']} bits a sample"),
        ("size", f"{description['width']} × {description['height']}"),
        ("data window", _window(description["data_window"])),
        ("display window", _window(description["display_window"])),
        ("channels", ", ".join(description["channels"])),
        ("colour", description["color"]),
        ("projection", f"{description['projection']} ({description['projection_source']})"),
        ("luminance", _light(light)),
        ("NaN, +Inf, negative", f"{repairs['nan']}, {repairs['inf']}, {repairs['negative']} {_of_all(description)}"),
    ]
    for part in description.get("parts", ()):
        mark = "part *" if part["index"] == description["part"] and len(description["parts"]) > 1 else "part"
        rows.append((f"{mark} {part['index']}", _part(part)))
    return rows + [("warning", warning) for warning in description["warnings"]]


def _part(part: dict[str, Any]) -> str:
    types = sorted(set(part["channels"].values()))
    words = [repr(part["name"])] if part["name"] else []
    words += ["deep"] if part["deep"] else []
    words += [f"{len(part['channels'])} channels ({'/'.join(types)})", part["compression"]]
    words += [f"{part['line_order']} line order"]
    words += [f"tiles {part['tiles']}"] if part["tiles"] else []
    return ", ".join(words)


def _light(light: dict[str, float] | None) -> str:
    if light is None:
        return "black: no light at all"
    return f"{light['min']:+.2f} … {light['max']:+.2f} EV (median {light['median']:+.2f}, range {light['range']:.2f})"


def _of_all(description: dict[str, Any]) -> str:
    return f"(of {3 * description['width'] * description['height']:,} samples)"


def _window(window: list[int] | None) -> str:
    return "none" if window is None else f"({window[0]}, {window[1]}) – ({window[2]}, {window[3]})"
