"""What has been painted so far on a block of rows, front to back."""

from __future__ import annotations

import numpy as np

from skymatte.scenes.sampling import FULL, SAMPLES, Bits, Block, Floats, Indices


class Canvas:
    """Coverage bits and colour of everything that is not sky.

    Shapes are painted front to back: a sample that is taken stays taken, so the colour of a pixel is the mean of the
    colours of its taken samples and the union of the shapes is exact to the sample.
    """

    def __init__(self, block: Block) -> None:
        n = block.rows * block.width
        self.block = block
        self.bits: Bits = np.zeros(n, np.uint64)
        self._sum: Floats = np.zeros((n, 3), np.float32)

    def is_open(self, index: Indices) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
        """Which of these pixels still have a free sample."""
        return np.asarray(self.bits[index] != FULL)

    def paint(self, index: Indices, bits: Bits | np.uint64, colour: Floats) -> None:
        """Paint behind what is there: pixels ``index`` (no duplicates), their sample bits, their N×3 colours."""
        before = self.bits[index]
        taken = np.bitwise_count(bits & ~before).astype(np.float32)
        self._sum[index] += taken[:, None] * colour
        self.bits[index] = before | bits

    def ground(self) -> Floats:
        """N×3 mean colour of the taken samples; 0 where the pixel is all sky."""
        taken = np.bitwise_count(self.bits).astype(np.float32)
        return np.asarray(self._sum / np.maximum(taken, 1.0)[:, None])

    def matte(self) -> Floats:
        """N float32: the fraction of each pixel that nothing covers."""
        return np.asarray(np.float32(1.0) - np.bitwise_count(self.bits).astype(np.float32) / SAMPLES)
