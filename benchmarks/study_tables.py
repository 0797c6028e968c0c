"""The study's results as tables: mean ± deviation over seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean, stdev

from benchmarks.tables import table

Result = Mapping[str, float]

COLUMNS = (
    ("open/iou", "IoU, mean"),
    ("open/worst", "worst"),
    ("canopy/iou", "canopy"),
    ("open/boundary_f_2", "F 2 px"),
    ("open/thin_recall", "thin"),
    ("negative/false_sky", "false sky"),
    ("stability", "stability"),
)
"""Keys of a result and how the tables call them."""


def spread(values: Sequence[float]) -> str:
    """``mean ± standard deviation`` (n − 1), three decimals; the mean alone for one value."""
    return f"{fmean(values):.3f} ± {stdev(values):.3f}" if len(values) > 1 else f"{values[0]:.3f}"


def compared(
    head: str,
    rows: Iterable[tuple[str, Sequence[Result]]],
    columns: Sequence[tuple[str, str]] = COLUMNS,
) -> str:
    """One row a contestant, one column a figure, each over the seeds that have it."""
    return table(
        (head, *(title for _, title in columns)),
        ([name, *(_cell([r[key] for r in results if key in r]) for key, _ in columns)] for name, results in rows),
    )


def _cell(values: Sequence[float]) -> str:
    return spread(values) if values else "–"
