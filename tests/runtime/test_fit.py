"""Sizes that a network takes: the nearest, and never none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skymatte.runtime.fit import fitted


@pytest.mark.parametrize(("side", "size"), [(640, 640), (480, 448), (481, 512), (360, 384), (1, 64), (95.9, 64)])
def test_known_sizes(side: float, size: int) -> None:
    """480 is 7.5 · 64: halves go down, which is less to compute."""
    assert fitted(side, 64) == size


@given(st.floats(1, 1e5), st.integers(1, 128))
def test_no_multiple_is_nearer(side: float, multiple: int) -> None:
    size = fitted(side, multiple)
    assert size % multiple == 0
    assert size >= multiple
    assert abs(size - side) <= multiple / 2 * (1 + 1e-9) or size == multiple
