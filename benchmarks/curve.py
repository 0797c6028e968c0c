"""The curve of growth as a small SVG: seconds over pixels, both logarithmic."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from benchmarks.growth import Cost

_WIDTH, _HEIGHT = 640, 400
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 150, 20, 50
_COLOURS = {
    "whole": "#c2185b",
    "finding the sky": "#1565c0",
    "only decoding": "#555555",
    "as the area": "#bbbbbb",
}


def growth_curve(costs: Sequence[Cost]) -> str:
    """Seconds of the whole, of finding the sky and of decoding alone; a grey line grows as the area does.

    Args:
        costs: at least one, by size.
    """
    first = costs[0]
    area = [first.finding * (cost.height / first.height) ** 2 for cost in costs]
    lines = {
        "as the area": area,
        "whole": [cost.whole.seconds for cost in costs],
        "finding the sky": [cost.finding for cost in costs],
        "only decoding": [cost.decode.seconds for cost in costs],
    }
    seconds = [value for values in lines.values() for value in values]
    low, high = math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))

    def x(index: int) -> float:
        return _LEFT + (_WIDTH - _LEFT - _RIGHT) * index / max(1, len(costs) - 1)

    def y(value: float) -> float:
        share = (math.log10(value) - low) / max(1, high - low)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * share

    parts = [_grid(y, low, high)]
    for index, cost in enumerate(costs):
        parts.append(_text(x(index), _HEIGHT - _BOTTOM + 18, f"{round(2 * cost.height / 1024)}K", "middle"))
    ends = sorted((y(values[-1]), name) for name, values in lines.items())
    for name, values in lines.items():
        points = " ".join(f"{x(index):.1f},{y(value):.1f}" for index, value in enumerate(values))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{_COLOURS[name]}" stroke-width="2"/>')
    floor = -math.inf
    for height, name in ends:
        floor = max(height, floor + 15)
        parts.append(_text(x(len(costs) - 1) + 8, floor + 4, name, "start", _COLOURS[name]))
    parts.append(_text((_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 10, "width of the panorama", "middle"))
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        f'font-size="12">\n<rect width="100%" height="100%" fill="white"/>\n{body}\n</svg>\n'
    )


def _grid(y: Callable[[float], float], low: int, high: int) -> str:
    lines = []
    for power in range(low, high + 1):
        level = y(10.0**power)
        lines.append(f'<path d="M{_LEFT} {level:.1f}H{_WIDTH - _RIGHT}" stroke="#e0e0e0"/>')
        lines.append(_text(_LEFT - 6, level + 4, f"{10.0**power:g} s", "end"))
    return "\n".join(lines)


def _text(x: float, y: float, text: str, anchor: str, colour: str = "#333333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{text}</text>'
