"""The reference method: overlapping patches at full resolution, every one through the network, votes averaged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from skymatte.runtime.tiles import Votes, ring_starts, starts

Array = NDArray[np.float32]
Progress = Callable[[int, int], None]
"""Called with (patches done, patches in all)."""

_BATCH = 16


class Predictor(Protocol):
    """What votes: a model, or anything else that answers for a batch."""

    def predict(self, encoded: Array) -> Array:
        """N×h×w×3 float32 encoded → N×h×w float32 in [0, 1]."""
        ...


def dense_matte(
    encoded: Array,
    model: Predictor,
    patch: int = 224,
    stride: int = 100,
    progress: Progress | None = None,
    *,
    wrap: bool = False,
) -> Array:
    """Mean vote of all patches that cover each pixel.

    Patches lie every ``stride`` pixels and once more flush with the last row and column, so that every pixel is voted
    on.  Pictures smaller than a patch are padded by reflection.  Beside the picture itself only the votes (8 bytes per
    pixel) and one batch of patches are held.

    Args:
        encoded: H×W×3 float32, the whole picture as network input.
        model: the network.
        patch: side of a patch in pixels.
        stride: distance of neighbouring patches in pixels, at most ``patch``.
        progress: told after every batch.
        wrap: the picture is a full panorama; patches run over its right side and go on at the left.

    Returns:
        H×W float32 in [0, 1].

    Raises:
        ValueError: patch or stride are not positive, or the stride exceeds the patch.
    """
    height, width = encoded.shape[:2]
    columns = ring_starts(width, patch, stride) if wrap else starts(width, patch, stride)
    corners = list(product(starts(height, patch, stride), columns))
    short = (max(0, patch - height), 0 if wrap else max(0, patch - width))
    if any(short):
        encoded = np.pad(encoded, ((0, short[0]), (0, short[1]), (0, 0)), mode="reflect")
    votes = Votes(height, width, ring=wrap)
    for first in range(0, len(corners), _BATCH):
        batch = corners[first : first + _BATCH]
        answers = model.predict(np.stack(list(_patches(encoded, batch, patch))))
        for (top, left), answer in zip(batch, answers, strict=True):
            votes.add(top, left, answer)
        if progress is not None:
            progress(first + len(batch), len(corners))
    return votes.mean()


def _patches(encoded: Array, corners: list[tuple[int, int]], patch: int) -> Iterator[Array]:
    """Copies of the patches at (top, left); columns beyond the right side come from the left one."""
    width = encoded.shape[1]
    for top, left in corners:
        rows = encoded[top : top + patch]
        if left + patch <= width:
            yield rows[:, left : left + patch]
        else:
            yield np.take(rows, np.arange(left, left + patch), axis=1, mode="wrap")
