"""What a validation says: one score to choose by, figures for people, and what went worst."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SHOWN = 6
"""How many of the worst are kept."""


class Shown(Protocol):
    """One validated picture or patch, for people and TensorBoard."""

    @property
    def name(self) -> str: ...

    @property
    def score(self) -> float:
        """Its own, in the validation's measure."""
        ...

    def picture(self) -> NDArray[np.uint8]:
        """What TensorBoard shows of it, H×W×3 in sRGB."""
        ...


@dataclass(frozen=True, slots=True)
class Validation:
    """The result of one validation.

    Attributes:
        score: what the best checkpoint is chosen by: higher is better.
        figures: by name.
        worst: the worst first, ``SHOWN`` at most.
    """

    score: float
    figures: dict[str, float]
    worst: Sequence[Shown]

    def rounded(self) -> dict[str, float]:
        """The figures as a model card has them."""
        return {name: round(value, 4) for name, value in self.figures.items()}
