"""Whether one picture can be a scaled copy of another."""

from __future__ import annotations

Size = tuple[int, int]
"""Width and height in pixels."""


def same_proportions(one: Size, other: Size) -> bool:
    """Whether one size is the other scaled, with each side rounded to the pixels of the smaller."""
    small, large = sorted((one, other), key=lambda size: size[0] * size[1])
    scale = max(small[0] / large[0], small[1] / large[1])
    return max(abs(large[axis] * scale - small[axis]) for axis in (0, 1)) < 1.0 + 1e-9
