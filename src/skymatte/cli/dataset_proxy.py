"""``skymatte dataset proxy``: small LDR copies of HDR pictures for annotation tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from skymatte.cli.console import show_error
from skymatte.cli.dataset_import import need_annotations


def proxy(
    inputs: Annotated[list[str], typer.Argument(metavar="PICTURE", help="Pictures, folders or glob patterns.")],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="Folder of the proxies and their manifest.json.")
    ],
    side: Annotated[
        int, typer.Option("--side", min=16, max=65500, help="Longest side of a proxy, pixels; none is enlarged.")
    ] = 4096,
    recursive: Annotated[
        bool, typer.Option("-r", "--recursive", help="Search folders with their sub-folders.")
    ] = False,
) -> None:
    """Write tone-mapped JPEGs of HDR pictures, and a manifest that brings what is drawn on them back."""
    need_annotations()
    from skymatte.datasets.proxies import MANIFEST, read_proxies, write_proxies, write_proxy
    from skymatte.errors import OutputError, SkymatteError
    from skymatte.sky.plan import plan

    folder = output.expanduser()
    manifest = folder / MANIFEST
    if manifest.exists():
        read_proxies(manifest)  # another program's file of that name is noticed before anything is written
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"{folder}: cannot be made ({error.strerror}); choose another folder with -o") from None
    made, failed = [], 0
    try:
        for job in plan(inputs, folder, recursive=recursive):
            try:
                if job.problem:
                    raise OutputError(f"{job.source}: {job.problem}")
                made.append(write_proxy(job.source, job.output(".jpg"), folder, side))
            except SkymatteError as error:
                failed += 1
                show_error(str(error))
    finally:  # Ctrl-C too: what was made can be used
        if made:
            write_proxies(manifest, made)
    typer.echo(f"{len(made)} proxies in {folder}" + (f"; {failed} picture(s) failed" if failed else ""))
    raise typer.Exit(1 if failed else 0)
