"""``skymatte dataset unpack``: the patches of a store as plain files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.patch_console import need_dataset, show_store


def unpack(
    store: Annotated[Path, typer.Argument(metavar="STORE", help="Folder of a patch store.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="FOLDER", help="Folder to write; must not exist yet.")
    ],
    keep_ignored: Annotated[
        bool, typer.Option("--keep-ignored", help="Write ignored pixels as 128; by default they are 0 like non-sky.")
    ] = False,
) -> None:
    """Write the patches of a store as X_train/train/*.tif (float32) and Y_train/train/*.png (255 sky, 0 non-sky)."""
    need_dataset()
    from rich.console import Console
    from rich.progress import Progress

    from skymatte.datasets.patch_layout import write_layout
    from skymatte.datasets.store import PatchStore

    opened = PatchStore.open(store)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("writing", total=None)
        write_layout(
            opened,
            output,
            keep_ignored=keep_ignored,
            progress=lambda done, of: bar.update(task, completed=done, total=of),
        )
    show_store(opened)
