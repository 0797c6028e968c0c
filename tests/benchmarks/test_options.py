"""What can be asked of the benchmarks on the command line, and what is answered to a slip."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.segment import SECTIONS, parse

ROOT = Path(__file__).parents[2]


def test_sections_are_picked_by_name_in_their_order() -> None:
    assert parse(["--only", "matte, hard", "--only", "growth"]).only == ["matte", "hard", "growth"]
    assert parse([]).only == list(SECTIONS)


def test_every_section_has_its_place_on_a_page_of_the_docs() -> None:
    for name, section in SECTIONS.items():
        page = (ROOT / "docs" / section.page).read_text(encoding="utf-8")
        assert page.count(f"<!-- {name} -->") == page.count(f"<!-- /{name} -->") == 1
    assert parse(["--write", str(ROOT / "docs")]).write == ROOT / "docs"


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (["--only", "quality,speeed"], "unknown speeed; choose from setup, quality,"),
        (
            ["--write", "docs/benchmarks.md"],
            "docs/benchmarks.md holds no benchmarks.md and no quality.md; name the folder",
        ),
    ],
)
def test_a_slip_is_said_in_one_line(arguments: list[str], answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        parse(arguments)
    assert answer in capsys.readouterr().err
