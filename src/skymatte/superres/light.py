"""Linear light of a file, made ready to be worked on."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skymatte.picture.encoding import HALF_MAX
from skymatte.picture.exposure import exposure_scale
from skymatte.picture.model import Repairs
from skymatte.picture.repair import repair
from skymatte.superres.coding import Light


def light_of(
    samples: NDArray[Any], scale: int, kind: type[np.generic] | None = None
) -> tuple[NDArray[np.float32], Light, Repairs]:
    """A repaired copy of linear light, its coding, and what was repaired.

    Args:
        samples: H×W×C floating point, C = 1 or 3.
        scale: how many times larger it will be.
        kind: type of the numbers in the file; by default that of *samples*.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # repaired at once
        light = np.array(samples, np.float32)
    repairs = repair(light)
    most = HALF_MAX if np.dtype(kind or samples.dtype) == np.float16 else math.inf
    return light, Light(scale, exposure_scale(np.broadcast_to(light, (*light.shape[:2], 3))), most), repairs


def repair_notes(repairs: Repairs) -> list[str]:
    """What was repaired, for people."""
    counts = {"NaN": repairs.nan, "infinite": repairs.inf, "negative": repairs.negative}
    named = [f"{count} {name}" for name, count in counts.items() if count]
    return [f"repaired samples: {', '.join(named)}"] if named else []
