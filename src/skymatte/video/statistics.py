"""Figures of a stream that may run for days, in memory that does not grow."""

from __future__ import annotations

import math
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Final

_STEP: Final = 1.01
"""Ratio of the borders of a bin: percentiles are right to half a per cent."""

_LEAST_S: Final = 1e-6
_LOG_STEP: Final = math.log(_STEP)
_BINS: Final = math.ceil(math.log(1e4 / _LEAST_S) / _LOG_STEP)


class Durations:
    """Times of one step, counted in bins of equal ratio.  Safe to use from several threads."""

    def __init__(self) -> None:
        self._bins = [0] * (_BINS + 1)
        self._count = 0
        self._sum = 0.0
        self._longest = 0.0
        self._lock = threading.Lock()

    def add(self, seconds: float) -> None:
        """Count one time, seconds."""
        place = math.log(max(seconds, _LEAST_S) / _LEAST_S) / _LOG_STEP
        with self._lock:
            self._bins[min(_BINS, int(place))] += 1
            self._count += 1
            self._sum += seconds
            self._longest = max(self._longest, seconds)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Count the time that a block takes."""
        begun = perf_counter()
        yield
        self.add(perf_counter() - begun)

    def percentile(self, share: float) -> float:
        """The time that ``share`` of all do not exceed, seconds, right to half a per cent; 0 without any."""
        wanted, seen = share * self._count, 0
        for place, count in enumerate(self._bins):
            seen += count
            if count and seen >= wanted:
                return min(self._longest, _LEAST_S * math.exp((place + 0.5) * _LOG_STEP))
        return 0.0

    def as_dict(self) -> dict[str, float]:
        """``mean``, ``p50``, ``p95`` and ``max``, milliseconds."""
        with self._lock:
            mean = self._sum / self._count if self._count else 0.0
            figures = {"mean": mean, "p50": self.percentile(0.5), "p95": self.percentile(0.95), "max": self._longest}
        return {name: round(1000 * seconds, 3) for name, seconds in figures.items()}


_POINTS: Final = 200
"""Points of a curve at most; an even number."""


class Curve:
    """A value over time as at most 200 points, each the mean of equally many values.

    When the points are full, neighbours are joined: each then stands for twice as many values.
    """

    def __init__(self) -> None:
        self._points: list[tuple[float, float]] = []
        self._each = 1
        self._open: list[float] = [0.0, 0.0]
        self._in_open = 0
        self._count = 0
        self._sum = 0.0
        self._least, self._most = math.inf, -math.inf

    def add(self, time: float, value: float) -> None:
        """Add the value at a time, seconds."""
        self._count += 1
        self._sum += value
        self._least, self._most = min(self._least, value), max(self._most, value)
        self._open[0] += time
        self._open[1] += value
        self._in_open += 1
        if self._in_open == self._each:
            self._points.append((self._open[0] / self._each, self._open[1] / self._each))
            self._open, self._in_open = [0.0, 0.0], 0
        if len(self._points) == _POINTS:
            pairs = zip(self._points[::2], self._points[1::2], strict=True)
            self._points = [((a[0] + b[0]) / 2, (a[1] + b[1]) / 2) for a, b in pairs]
            self._each *= 2

    @property
    def mean(self) -> float | None:
        """Of all values; ``None`` without any."""
        return self._sum / self._count if self._count else None

    def as_dict(self) -> dict[str, object]:
        """``mean``, ``min``, ``max``, and ``over_time``: pairs of seconds and value."""
        if not self._count:
            return {"mean": None, "min": None, "max": None, "over_time": []}
        figures = {"mean": self._sum / self._count, "min": self._least, "max": self._most}
        return {
            **{name: round(value, 5) for name, value in figures.items()},
            "over_time": [[round(time, 3), round(value, 5)] for time, value in self._points],
        }
