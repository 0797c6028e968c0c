"""``skymatte dataset``: from annotated pictures to what training reads."""

from __future__ import annotations

import typer

from skymatte.cli.dataset_build import build
from skymatte.cli.dataset_export import export_annotations
from skymatte.cli.dataset_import import import_annotations
from skymatte.cli.dataset_info import info
from skymatte.cli.dataset_pack import pack
from skymatte.cli.dataset_project import project
from skymatte.cli.dataset_proxy import proxy
from skymatte.cli.dataset_unpack import unpack

app = typer.Typer(no_args_is_help=True, help="Make training data: labels from annotations, projections, patches.")

app.command("import")(import_annotations)
app.command("export")(export_annotations)
app.command("proxy")(proxy)
app.command("info")(info)
app.command("project")(project)
app.command("build")(build)
app.command("pack")(pack)
app.command("unpack")(unpack)
