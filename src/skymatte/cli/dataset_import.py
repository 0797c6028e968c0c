"""``skymatte dataset import``: annotations in, labels out."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skymatte.cli.console import show_error
from skymatte.errors import MissingExtra

if TYPE_CHECKING:
    from skymatte.datasets.drawings import Role


def need_annotations() -> None:
    """Check that what annotations are read with is installed.

    Raises:
        MissingExtra: a part of it is not.
    """
    missing = [name for name in ("pycocotools", "pydantic", "shapely") if find_spec(name) is None]
    if missing:
        raise MissingExtra(f"annotations need {', '.join(missing)}: install skymatte with its extra, skymatte[dataset]")


def import_annotations(
    annotations: Annotated[
        Path, typer.Argument(metavar="ANNOTATIONS", help="COCO or Label Studio JSON, or a folder of masks.")
    ],
    pictures: Annotated[
        Path, typer.Option("--pictures", metavar="DIR", help="The pictures, HDR or not, with all sub-folders.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="OUT", help="Labels go to OUT/labels.")],
    proxies: Annotated[
        Path | None,
        typer.Option("--proxies", metavar="MANIFEST", help="manifest.json of the proxies that were annotated."),
    ] = None,
    categories: Annotated[
        str,
        typer.Option(
            "--categories",
            metavar="LIST",
            help="What categories mean, by name or number: sky, hole (non-sky) or ignore; * is all others."
            '  [default: "sky=sky,hole=hole,ignore=ignore", without names "1=sky,2=hole"]',
        ),
    ] = "",
    repair: Annotated[
        bool,
        typer.Option(
            "--repair", help="Mend polygons that leave the picture or cross themselves; leave out empty ones."
        ),
    ] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace labels that exist and differ.")] = False,
) -> None:
    """Turn annotations into labels: 255 sky, 0 non-sky, 128 ignore, in the size of the pictures."""
    need_annotations()
    from skymatte.datasets.categories import Categories
    from skymatte.datasets.importing import import_labels, read_drawings
    from skymatte.datasets.picture_index import PictureIndex
    from skymatte.datasets.proxies import read_proxies

    roles = _roles(categories)
    index = PictureIndex(pictures.expanduser())
    manifest = None if proxies is None else read_proxies(proxies.expanduser())
    read = read_drawings(annotations.expanduser(), Categories(roles))
    folder = output.expanduser() / "labels"
    results = []
    for result in import_labels(read.drawings, index, folder, proxies=manifest, repair=repair, overwrite=overwrite):
        results.append(result)
        for problem in result.problems:
            show_error(problem)
    for problem in read.problems:
        show_error(problem)
    done = [result for result in results if result.label is not None]
    annotated = {result.picture for result in results}
    _show_notes([*read.notes, *(note for result in results for note in result.notes)])
    _show_bare([picture for picture in index.pictures if picture not in annotated])
    failed = len(results) - len(done)
    typer.echo(f"{len(done)} label(s) in {folder}" + (f"; {failed} picture(s) failed" if failed else ""))
    raise typer.Exit(1 if failed or read.problems else 0)


def _roles(text: str) -> dict[str, Role]:
    from skymatte.datasets.categories import parse_categories

    try:
        return parse_categories(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--categories") from None


def _show_notes(notes: list[str]) -> None:
    for note in notes:
        typer.echo(f"note: {note}")


def _show_bare(pictures: list[Path], most: int = 3) -> None:
    if pictures:
        more = f" and {len(pictures) - most} more" if len(pictures) > most else ""
        names = ", ".join(picture.name for picture in pictures[:most])
        typer.echo(f"note: {len(pictures)} picture(s) without annotation get no label: {names}{more}")
