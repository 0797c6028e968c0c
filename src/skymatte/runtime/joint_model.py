"""A model that makes a picture larger and finds its sky in one go."""

from __future__ import annotations

from math import gcd
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from skymatte.errors import ModelError
from skymatte.runtime.superres_model import OpenedSuperres, open_superres

Array = NDArray[np.float32]

TASK: Final = "joint-sky"

DEFAULT_JOINT_MODEL: Final = "joint-sky-x4"
"""Name of the built-in one."""

_MULTIPLE: Final = 16
"""Sides of the large picture are multiples of this many pixels."""

_ANSWERS: Final = 2
"""Residual of luma, probability of sky."""


class JointModel(OpenedSuperres):
    """A network that says what bicubic interpolation misses, and where the sky is."""

    @classmethod
    def load(cls, name_or_path: str | Path, runtime: str = "auto") -> Self:
        """Open a model by its built-in name or its path.

        Raises:
            ModelError: there is no such model, the file is damaged, carries no card, or is no such model.
            RuntimeUnavailable: the runtime is not on this machine.
            OutputError: TensorRT's engines cannot be kept.
        """
        return cls(*open_superres(name_or_path, runtime, TASK, ([3],)))

    def answer(self, encoded: Array) -> tuple[Array, Array]:
        """What is to be added to the luma of bicubic interpolation, and the sky.

        Args:
            encoded: H×W×3 float32 encoded light, as :class:`skymatte.superres.coding.Light` gives it.

        Returns:
            (scale·H)×(scale·W) float32 both, the second in [0, 1].

        Raises:
            ModelError: the network answers in another shape.
            RuntimeUnavailable: the device gave up.
        """
        scale = self.card.scale
        step = _MULTIPLE // gcd(_MULTIPLE, scale)
        more = [(0, -side % step) for side in encoded.shape[:2]]
        padded = np.pad(encoded, (*more, (0, 0)), "edge")
        answer = self._engine(np.ascontiguousarray(np.moveaxis(padded, 2, 0)[None], np.float32))
        expected = (1, _ANSWERS, *(scale * side for side in padded.shape[:2]))
        if answer.shape != expected:
            raise ModelError(f"{self.path}: answers {answer.shape}, not {expected}; export it again")
        height, width = (scale * side for side in encoded.shape[:2])
        residual, sky = answer[0, :, :height, :width]
        return np.ascontiguousarray(residual), np.clip(sky, 0, 1)
