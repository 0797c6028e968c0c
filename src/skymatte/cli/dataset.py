"""``skymatte dataset``: from annotated pictures to what training reads."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, help="Make training data: labels from annotations, projections, patches.")
