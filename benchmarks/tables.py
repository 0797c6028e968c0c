"""Markdown tables, and the page that holds them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are numbers."""
    rule = ["---", *["--:"] * (len(columns) - 1)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (columns, rule, *rows))


def update_page(path: Path, section: str, text: str) -> None:
    """Put ``text`` between ``<!-- SECTION -->`` and ``<!-- /SECTION -->`` of the page.

    Raises:
        ValueError: the page has no such markers.
    """
    opening, closing = f"<!-- {section} -->", f"<!-- /{section} -->"
    page = path.read_text(encoding="utf-8")
    pattern = re.compile(re.escape(opening) + ".*?" + re.escape(closing), re.DOTALL)
    filled, count = pattern.subn(lambda _: f"{opening}\n{text}\n{closing}", page)
    if count != 1:
        raise ValueError(f"{path}: needs the lines {opening} and {closing} exactly once")
    path.write_text(filled, encoding="utf-8")
