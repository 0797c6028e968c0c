"""Tables go where the page has room for them, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.tables import table, update_page


def test_a_table_is_markdown() -> None:
    assert table(("network", "IoU"), [("ours", "0.9"), ("theirs", "0.8")]) == (
        "| network | IoU |\n| --- | --: |\n| ours | 0.9 |\n| theirs | 0.8 |"
    )


def test_only_the_section_changes_and_again_gives_the_same(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("before\n<!-- speed -->\nold\n<!-- /speed -->\nafter\n<!-- camvid -->\n<!-- /camvid -->\n")
    expected = "before\n<!-- speed -->\nnew \\1\n<!-- /speed -->\nafter\n<!-- camvid -->\n<!-- /camvid -->\n"
    for _ in range(2):
        update_page(page, "speed", "new \\1")
        assert page.read_text() == expected


def test_a_page_without_the_markers_is_left_alone(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("nothing here")
    with pytest.raises(ValueError, match="exactly once"):
        update_page(page, "speed", "new")
    assert page.read_text() == "nothing here"
