"""docs/segment.md and docs/models.md name what there is."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from skymatte.cli.main import app
from skymatte.runtime.card import ModelCard
from skymatte.runtime.providers import RUNTIMES
from tests.cli.run import segment
from tests.models import CARD
from tests.scenery import write_exr

DOCS = Path(__file__).parents[2] / "docs"


def test_every_option_is_documented() -> None:
    options = set(re.findall(r"--[a-z-]+", CliRunner().invoke(app, ["segment", "--help"]).stdout))
    assert "--write" in options
    text = (DOCS / "segment.md").read_text()
    assert {option for option in options if f"`{option}" not in text} == {"--output", "--recursive", "--help"}


def test_every_key_of_the_report_is_documented(tmp_path: Path) -> None:
    assert segment(tmp_path, write_exr(tmp_path / "x.exr")).exit_code == 0
    report = json.loads((tmp_path / "x.sky.json").read_text())
    text = (DOCS / "segment.md").read_text().partition("## The report")[2]
    assert set(re.findall(r"`([a-z_]+)`", text)) >= set(report)


@pytest.mark.parametrize("name", [*CARD.as_dict(), *RUNTIMES])
def test_every_field_and_runtime_is_documented(name: str) -> None:
    assert f"`{name}`" in (DOCS / "models.md").read_text()


def test_the_example_card_is_one() -> None:
    (call,) = re.findall(r"card = (ModelCard\(.*?\n    \))", (DOCS / "models.md").read_text(), re.DOTALL)
    card = eval(call, {"ModelCard": ModelCard})  # noqa: S307 - our own page
    assert ModelCard.from_json(card.to_json()).name == "mine"
