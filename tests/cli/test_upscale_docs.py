"""docs/upscale.md names what there is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.superres.method import METHODS
from skymatte.superres.video import SUFFIXES

PAGE = (Path(__file__).parents[2] / "docs" / "upscale.md").read_text()


def test_every_option_is_documented() -> None:
    options = set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, ["upscale", "--help"]).stdout))
    assert "--scale" in options
    assert {option for option in options if f"`{option}" not in PAGE} == {"--help"}


@pytest.mark.parametrize("name", [*METHODS, *SUFFIXES])
def test_every_method_and_kind_of_video_is_documented(name: str) -> None:
    assert f"`{name}`" in PAGE


def test_the_example_in_python_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, object] = {}
    exec(example.replace('"dcscn"', '"bicubic"'), names)  # noqa: S102 - our own page; the model may not be there
    assert getattr(names["larger"], "shape", None) == (1080, 1920, 3)
