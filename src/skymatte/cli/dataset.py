"""``skymatte dataset``: from annotated pictures to what training reads."""

from __future__ import annotations

import typer

from skymatte.cli.dataset_info import info
from skymatte.cli.dataset_project import project

app = typer.Typer(no_args_is_help=True, help="Make training data: labels from annotations, projections, patches.")

app.command("info")(info)
app.command("project")(project)
