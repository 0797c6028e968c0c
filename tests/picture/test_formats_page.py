"""The Python lines of docs/formats.md run as they stand."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from tests.picture.exr_files import rgb, write

PAGE = Path(__file__).resolve().parents[2] / "docs" / "formats.md"


def test_python_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    monkeypatch.chdir(tmp_path)
    write(Path("hill.exr"), rgb(np.random.default_rng(0), 6, 8))
    names = {"matte": np.full((6, 8), 0.5, np.float32)}
    exec(code, names)  # noqa: S102 -- our own page
    assert (names["matte"] == 0.5).all()
