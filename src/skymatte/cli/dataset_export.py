"""``skymatte dataset export``: masks in, annotations for Label Studio or COCO out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from skymatte.cli.console import show_error
from skymatte.cli.dataset_import import need_annotations

if TYPE_CHECKING:
    from skymatte.datasets.annotation_export import Predicted
    from skymatte.datasets.picture_index import PictureIndex


def export_annotations(
    masks: Annotated[
        Path, typer.Argument(metavar="MASKS", help="Mask or label (255 sky), or a folder of NAME[.mask].png.")
    ],
    pictures: Annotated[
        Path,
        typer.Option("--pictures", metavar="DIR", help="The pictures that annotators will see: the proxies, if any."),
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="The JSON file.")],
    kind: Annotated[
        Literal["label-studio", "coco"],
        typer.Option("--format", help="label-studio: tasks with predictions; coco: images with annotations."),
    ],
    shapes: Annotated[
        Literal["polygons", "rle"],
        typer.Option("--shapes", help="polygons can be edited; rle (brush masks, run lengths) is exact."),
    ] = "polygons",
    tolerance: Annotated[
        float,
        typer.Option(
            "--tolerance",
            min=0.0,
            help="Pixels that a polygon may differ from the mask; pieces below twice that side are left out. 0: exact.",
        ),
    ] = 0.75,
    prefix: Annotated[
        str,
        typer.Option(
            "--prefix", metavar="URL", help="Label Studio: what comes before a picture's name in its address."
        ),
    ] = "/data/local-files/?d=",
) -> None:
    """Turn masks into annotations that people correct: Label Studio pre-annotations or COCO."""
    need_annotations()
    from skymatte.datasets.annotation_export import coco_dataset, label_studio_tasks, write_json
    from skymatte.datasets.mask_folder import find_masks
    from skymatte.datasets.picture_index import PictureIndex

    failed: list[Path] = []
    predicted = _predicted(find_masks(masks.expanduser()), PictureIndex(pictures.expanduser()), failed)
    content: Any
    if kind == "coco":
        content = coco_dataset(predicted, shapes=shapes, tolerance=tolerance)
        count = len(content["images"])
    else:
        content = list(label_studio_tasks(predicted, shapes=shapes, tolerance=tolerance, prefix=prefix))
        count = len(content)
    if count:
        write_json(output.expanduser(), content)
        typer.echo(f"{count} picture(s) in {output}" + (f"; {len(failed)} mask(s) failed" if failed else ""))
    raise typer.Exit(1 if failed else 0)


def _predicted(masks: list[Path], pictures: PictureIndex, failed: list[Path]) -> Iterator[Predicted]:
    """One mask at a time; those that cannot be exported are shown and collected."""
    from skymatte.datasets.annotation_export import read_predicted
    from skymatte.errors import SkymatteError

    for mask in masks:
        try:
            yield read_predicted(mask, pictures)
        except SkymatteError as error:
            failed.append(mask)
            show_error(str(error) if str(mask) in str(error) else f"{mask}: {error}")
