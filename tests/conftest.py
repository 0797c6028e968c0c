"""What all tests share: the folder of real pictures, and how hypothesis runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

REPOSITORY = Path(__file__).resolve().parent.parent

# Examples are not timed: a machine that trains in the background is slow, not wrong.  The same ones on every run, so
# that a red test is red for everybody.
settings.register_profile("skymatte", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("skymatte")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder ``data`` of real pictures below ``$SKYMATTE_SHARED``, by default ``../shared``."""
    folder = Path(os.environ.get("SKYMATTE_SHARED", REPOSITORY.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("no real pictures here: set SKYMATTE_SHARED to the folder that holds data/")
    return folder
