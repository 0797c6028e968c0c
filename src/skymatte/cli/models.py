"""``skymatte models``: which models there are, and what their cards say."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from skymatte.cli.console import show_json, show_table

if TYPE_CHECKING:
    from skymatte.runtime.any_model import AnyModel
    from skymatte.runtime.card import ModelCard
    from skymatte.runtime.superres_card import SuperresCard


def models(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE.onnx", help="Model files.  [default: the built-in models]")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the cards for programs.")] = False,
) -> None:
    """List models with their cards."""
    from skymatte.runtime.any_model import load_any
    from skymatte.runtime.model import DEFAULT_MODEL, built_in_models

    opened = [load_any(each, "cpu") for each in files or built_in_models()]
    if as_json:
        show_json([_entry(model, default=model.card.name == DEFAULT_MODEL) for model in opened])
        return
    if not opened:
        typer.echo("no built-in models in this installation; give a file: skymatte models FILE.onnx")
    for model in opened:
        _show(model)


def _entry(model: AnyModel, *, default: bool) -> dict[str, object]:
    return {
        **model.card.as_dict(),
        "default": default,
        "file": str(model.path),
        "bytes": model.path.stat().st_size,
        "sha256": model.sha256,
    }


def _show(model: AnyModel) -> None:
    card = model.card
    rows = [
        ("summary", card.summary),
        *_task(card),
        ("training data", card.training_data),
        ("trained", card.trained),
        ("licence", card.licence),
        *((name, f"{value:.4g}") for name, value in card.metrics.items()),
        ("file", f"{model.path} ({model.path.stat().st_size / 1e6:.1f} MB)"),
        ("SHA-256", model.sha256),
    ]
    show_table(("", ""), [row for row in rows if row[1]], title=f"{card.name} {card.version}")


def _task(card: ModelCard | SuperresCard) -> list[tuple[str, str]]:
    """What a model is for and how it wants to be fed."""
    from skymatte.runtime.card import ModelCard

    if not isinstance(card, ModelCard):
        also = " and its sky" if card.task == "joint-sky" else ""
        return [("task", f"super-resolution{also}, {card.scale} times larger")]
    shown = f"panoramas {card.coarse_width} wide, others {card.coarse_side} long"
    return [
        ("encoding", card.encoding),
        ("input", f"multiples of {card.multiple} px; {shown}"),
        ("threshold", f"{card.threshold:g}"),
    ]
