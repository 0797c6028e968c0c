"""``skymatte dataset pack``: a patch store from patches that lie in plain files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.patch_console import need_dataset, report_line, show_store


def pack(
    folder: Annotated[
        Path, typer.Argument(metavar="FOLDER", help="Holds X_train/train/*.tif and Y_train/train/*.png, perhaps val.")
    ],
    output: Annotated[Path, typer.Option("-o", "--output", metavar="STORE", help="Folder of the patch store.")],
) -> None:
    """Make a patch store of plain files (float TIFF and PNG labels), whatever made them."""
    need_dataset()
    from skymatte.datasets.patch_layout import pack_layout

    show_store(pack_layout(folder, output, report_line))
