"""What a set of patches is made of: sky only, ground only, both."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Kind(StrEnum):
    """What is labelled in a patch."""

    SKY = "sky only"
    GROUND = "ground only"
    BOTH = "both"


@dataclass(frozen=True, slots=True)
class PatchStatistics:
    """One split, counted in patches.

    Attributes:
        sky_only: patches whose every labelled pixel is wholly sky.
        ground_only: patches without any sky.
        both: all others.
        left_out: patches of one kind that the plan's shares left out.
        unlabelled: patches without any labelled pixel, left out.
        sky: mean share of sky in the labelled pixels of the patches that are kept, 0 without any.
        pictures: pictures that give at least one patch.
        places: places that do.
    """

    sky_only: int = 0
    ground_only: int = 0
    both: int = 0
    left_out: int = 0
    unlabelled: int = 0
    sky: float = 0.0
    pictures: int = 0
    places: int = 0

    @property
    def patches(self) -> int:
        """Patches that are kept."""
        return self.sky_only + self.ground_only + self.both


def kind_of(sky: NDArray[np.uint8], weight: NDArray[np.uint8]) -> tuple[Kind, float] | None:
    """Kind of a patch and share of sky in its labelled pixels; ``None`` if nothing is labelled.

    Args:
        sky: S×S uint8, fraction of sky · 255.
        weight: S×S uint8, share of each pixel that is labelled · 255.
    """
    known = weight > 0
    if not known.any():
        return None
    values = sky[known]
    share = float(np.average(values, weights=weight[known]) / 255)
    if values.min() == 255:
        return Kind.SKY, share
    return (Kind.GROUND if values.max() == 0 else Kind.BOTH), share


def statistics_table(statistics: dict[str, PatchStatistics]) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Column titles and one row of text per split, shares of its patches in brackets."""
    columns = ("split", "patches", *Kind, "left out", "unlabelled", "mean sky", "pictures", "places")
    return columns, [_row(split, counted) for split, counted in statistics.items()]


def _row(split: str, counted: PatchStatistics) -> tuple[str, ...]:
    kinds = (counted.sky_only, counted.ground_only, counted.both)
    return (
        split,
        str(counted.patches),
        *(f"{kind} ({kind / max(1, counted.patches):.1%})" for kind in kinds),
        str(counted.left_out),
        str(counted.unlabelled),
        f"{counted.sky:.1%}",
        str(counted.pictures),
        str(counted.places),
    )
