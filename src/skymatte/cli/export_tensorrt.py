"""``skymatte export --tensorrt``: sizes from the command line, and how to build the engine."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from skymatte.cli.training_common import report_line
from skymatte.errors import MissingExtra
from skymatte.training.precision import Precision

if TYPE_CHECKING:
    from skymatte.training.tensorrt import Profile, Size


@dataclass(frozen=True, slots=True)
class TensorrtSizes:
    """Sizes as they were typed, width first."""

    size: str | None
    least: str | None
    best: str | None
    most: str | None

    def named(self) -> dict[str, object]:
        """By the name of the option."""
        return {"--size": self.size, "--min": self.least, "--opt": self.best, "--max": self.most}

    def profile(self) -> Profile:
        """What an engine is built for.

        Raises:
            BadParameter: sizes are missing, too many or malformed.
        """
        from skymatte.training.tensorrt import Profile

        given = {name: _size(str(text), name) for name, text in self.named().items() if text is not None}
        if set(given) == {"--size"}:
            return Profile(given["--size"], given["--size"], given["--size"])
        if set(given) == {"--min", "--opt", "--max"}:
            return Profile(given["--min"], given["--opt"], given["--max"])
        raise typer.BadParameter("say which sizes: --size WxH, or all of --min, --opt and --max", param_hint="--size")


def _size(text: str, option: str) -> Size:
    found = re.fullmatch(r"([1-9]\d{0,4})x([1-9]\d{0,4})", text)
    if not found:
        raise typer.BadParameter(f"{text!r} is no size; write for example 640x480", param_hint=option)
    return int(found[2]), int(found[1])


def write_for_tensorrt(name: str, target: Path, sizes: TensorrtSizes, precision: Precision) -> None:
    """Write a model for TensorRT, and print the commands that build its engine on stdout.

    Raises:
        BadParameter: the options do not fit together.
        MissingExtra: onnx is not installed.
        ModelError: there is no such model, or TensorRT cannot take it.
    """
    if precision is Precision.INT8:
        raise typer.BadParameter(
            "int8 files are made for processors, and TensorRT rounds otherwise; take fp16", param_hint="--precision"
        )
    if target.suffix != ".onnx":
        raise typer.BadParameter(f"{target}: TensorRT takes .onnx files", param_hint="TARGET")
    if find_spec("onnx") is None:
        raise MissingExtra('writing models needs onnx: pip install "skymatte[train]"')
    from skymatte.runtime.model import find_model
    from skymatte.training.tensorrt import export_tensorrt

    profile, source = sizes.profile(), find_model(name)
    if target.exists() and source.samefile(target):
        raise typer.BadParameter(f"{target}: is the model itself", param_hint="TARGET")
    written = export_tensorrt(source, target, profile, precision)
    report_line(f"{target}: {target.stat().st_size / 1e6:.1f} MB, for inputs of {_described(written.profile)}")
    report_line(f"{target}: differs from {source.name} by at most {written.difference:.1g} in probability")
    for purpose, command in written.commands:
        typer.echo(f"# {purpose}\n{command}")


def _described(profile: Profile) -> str:
    (low, small), (height, width), (high, large) = profile.least, profile.best, profile.most
    if profile.static:
        return f"{width}×{height}"
    return f"{small}×{low} to {large}×{high}, {width}×{height} best"
