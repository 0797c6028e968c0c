"""Sizes that a network takes."""

from __future__ import annotations

from math import ceil


def fitted(side: float, multiple: int) -> int:
    """The multiple nearest to ``side`` pixels, halves down, but at least one multiple."""
    return max(1, ceil(side / multiple - 0.5)) * multiple
