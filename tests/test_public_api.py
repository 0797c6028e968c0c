"""The public API is what this list says; a change of it is a decision, not an accident."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version

import pytest

import skymatte

PUBLIC = ["Model", "Picture", "Segmentation", "SkymatteError", "__version__", "read", "segment", "upscale"]


def test_the_names() -> None:
    assert skymatte.__all__ == PUBLIC


def test_sorted() -> None:
    assert sorted(skymatte.__all__) == skymatte.__all__


@pytest.mark.parametrize("name", PUBLIC)
def test_each_name_can_be_used_and_is_listed(name: str) -> None:
    assert getattr(skymatte, name) is not None
    assert name in dir(skymatte)


def test_star_import_brings_all() -> None:
    program = "from skymatte import *; print(segment.__name__, read.__name__, Model.__name__)"
    printed = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert printed.split() == ["segment", "read", "Model"]


def test_unknown_name() -> None:
    with pytest.raises(AttributeError, match="no attribute 'sement'"):
        _ = skymatte.sement  # type: ignore[attr-defined]


def test_version_is_the_installed_one() -> None:
    assert skymatte.__version__ == version("skymatte")
