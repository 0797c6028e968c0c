"""What a validation says: one score to choose by, figures for people, and what went worst."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

SHOWN = 6
"""How many of the worst are kept."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One validated picture or patch.

    Attributes:
        name: for people.
        iou: 1 if neither label nor prediction has sky.
        pixels: H×W×3 float32 linear light.
        matte: H×W float32 in [0, 1], the prediction.
    """

    name: str
    iou: float
    pixels: NDArray[np.float32]
    matte: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of one validation.

    Attributes:
        score: IoU that the best checkpoint is chosen by.
        figures: by name.
        worst: the worst first, ``SHOWN`` at most.
    """

    score: float
    figures: dict[str, float]
    worst: tuple[Sample, ...]

    def rounded(self) -> dict[str, float]:
        """The figures as a model card has them."""
        return {name: round(value, 4) for name, value in self.figures.items()}


def iou(intersection: float, union: float) -> float:
    """Intersection over union; 1 where there is neither sky nor any predicted."""
    return intersection / union if union else 1.0
