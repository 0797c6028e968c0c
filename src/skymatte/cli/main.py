"""The program ``skymatte``: one verb per file of this package, and one place where errors become messages."""

from __future__ import annotations

from typing import Annotated, Any

import typer
from typer.core import TyperGroup

import skymatte
from skymatte.cli.console import show_error
from skymatte.cli.dataset import app as dataset
from skymatte.cli.demo import demo
from skymatte.cli.evaluate import evaluate
from skymatte.cli.export import export
from skymatte.cli.info import info
from skymatte.cli.models import models
from skymatte.cli.segment import INTERRUPTED, segment
from skymatte.cli.train import train
from skymatte.cli.upscale import upscale
from skymatte.cli.video import video
from skymatte.errors import DatasetError, MissingExtra, ModelError, RecipeError, RuntimeUnavailable, SkymatteError

FAILED = 1
USAGE = 2

_ASKED_FOR_WRONGLY = (DatasetError, MissingExtra, ModelError, RecipeError, RuntimeUnavailable)
"""Errors in what the command line asks for, found before any picture is touched."""


class _Commands(TyperGroup):
    """Turns skymatte's own errors into one line and an exit code; anything else is a bug and keeps its traceback."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except SkymatteError as error:
            show_error(str(error))
            raise typer.Exit(USAGE if isinstance(error, _ASKED_FOR_WRONGLY) else FAILED) from None
        except KeyboardInterrupt:
            show_error("interrupted")
            raise typer.Exit(INTERRUPTED) from None


app = typer.Typer(
    name="skymatte",
    cls=_Commands,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"skymatte {skymatte.__version__}")
        raise typer.Exit


@app.callback()
def _program(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Find the sky in HDR pictures."""


app.command("segment")(segment)
app.command("video")(video)
app.command("upscale")(upscale)
app.command("info")(info)
app.command("models")(models)
app.command("demo")(demo)
app.command("evaluate")(evaluate)
app.command("train")(train)
app.command("export")(export)
app.add_typer(dataset, name="dataset")


def main() -> None:
    """Run the program; the entry point of the console script."""
    app()
