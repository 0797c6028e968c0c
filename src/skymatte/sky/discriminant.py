"""The linear discriminant (Fisher 1936) of colours: the arithmetic, for many places at once."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

_Doubles = NDArray[np.float64]


def dot(first: NDArray[Any], second: NDArray[Any]) -> NDArray[Any]:
    """Scalar products of colours: 3×…, 3×… → …."""
    return np.asarray(first[0] * second[0] + first[1] * second[1] + first[2] * second[2])


def solve(scatter: _Doubles, right: _Doubles, grain: float) -> _Doubles:
    """Solutions of symmetric 3×3 systems with some grain on their diagonal (Cramer's rule).

    Args:
        scatter: 6×…, the upper triangles row by row.
        right: 3×….
        grain: its square is added to the diagonal.

    Returns:
        3×….
    """
    a, b, c, d, e, f = scatter
    a, d, f = a + grain**2, d + grain**2, f + grain**2
    x, y, z = right
    first, second, third, last = d * f - e * e, c * e - b * f, b * e - c * d, b * c - a * e
    solved = np.stack(
        [
            first * x + second * y + third * z,
            second * x + (a * f - c * c) * y + last * z,
            third * x + last * y + (a * d - b * b) * z,
        ]
    )
    solved /= a * first + b * second + c * third
    return solved


def spread(scatter: _Doubles, direction: _Doubles) -> _Doubles:
    """Standard deviation of colours along a direction: covariances 6×…, 3×… → …."""
    a, b, c, d, e, f = scatter
    x, y, z = direction
    variance = x * (a * x + 2 * (b * y + c * z)) + y * (d * y + 2 * e * z) + f * z * z
    return np.asarray(np.sqrt(np.maximum(variance, 0)))
