"""What a compositor sees of a wrong edge when the sky is replaced: light of the old sky that stays, ground that goes.

Where a matte says less sky than there is, ``(truth − matte)`` of the old sky's light stays in the ground layer: a
bright rim, the halo.  Where it says more, that share of the ground is replaced by the new sky: a thin thing thins out.
Both are sums over the edge band, as shares of what there is to lose in it, so that they hold for all sizes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skymatte.masks.metrics_matte import edge_band

Matte = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Halo:
    """What an edge loses; NaN if there is no edge.

    Attributes:
        sky_left: share of the edge band's sky that stays in the ground layer, in [0, 1]: halos.
        ground_taken: share of the edge band's ground that goes with the sky, in [0, 1]: eaten wires and twigs.
    """

    sky_left: float
    ground_taken: float


def halo(matte: Matte, truth: Matte, valid: NDArray[np.bool_] | None = None) -> Halo:
    """Measure both over the edge band of the truth (8 px to either side, and all partly covered pixels).

    Args:
        matte: H×W float32 in [0, 1].
        truth: H×W float32 in [0, 1], the exact fractions.
        valid: H×W bool, False where nothing is known; all without.
    """
    band = edge_band(truth, valid)
    exact = truth[band].astype(np.float64)
    error = exact - matte[band]
    return Halo(_share(np.maximum(error, 0), exact), _share(np.maximum(-error, 0), 1 - exact))


def _share(lost: NDArray[np.float64], there: NDArray[np.float64]) -> float:
    total = float(there.sum())
    return float(lost.sum()) / total if total > 0 else math.nan
