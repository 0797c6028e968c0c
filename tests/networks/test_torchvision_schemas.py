"""A torchvision that was built for another torch does not stand in the way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from skymatte.networks import torchvision_schemas as module

DECLARED = """
import sys
sys.path.insert(0, {folder!r})
import torch
from skymatte.networks.torchvision_schemas import declare_missing_operators

assert declare_missing_operators() is declare_missing_operators() is not None
import torchvision  # looks both operators up

assert torchvision.__file__.startswith({folder!r})
"""


def test_its_operators_are_declared_where_its_library_does_not_load(tmp_path: Path) -> None:
    package = tmp_path / "torchvision"
    package.mkdir()
    package.joinpath("_C.so").write_bytes(b"for another torch")
    package.joinpath("__init__.py").write_text(
        "import torch\n"
        "for name in ('nms', 'qnms'):\n"
        "    torch.library.register_fake(f'torchvision::{name}')(lambda *_: None)\n"
    )
    script = DECLARED.format(folder=str(tmp_path))
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_nothing_is_declared_without_torchvision(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    monkeypatch.delitem(sys.modules, "torchvision", raising=False)
    assert module.declare_missing_operators.__wrapped__() is None


def test_nothing_is_declared_once_torchvision_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torchvision", sys)
    assert module.declare_missing_operators.__wrapped__() is None
