"""Bicubic enlargement inside a network: that of ``skymatte.picture.bicubic``, as a convolution with fixed weights."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from skymatte.picture.bicubic import bicubic

_REACH = 2
"""Pixels to each side that Keys' kernel sees."""


class Enlarge(nn.Module):
    """N×C×H×W float32 → N×C×(scale·H)×(scale·W), H and W at least 2, by Keys' cubic kernel with a = −1/2.

    torch's own ``interpolate(mode="bicubic")`` has a = −3/4, another kernel.  Each of the scale² places inside a pixel
    has a 5×5 kernel of its own; the borders are mirrored.  Computed in float32 under mixed precision too.
    """

    kernels: Tensor

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale
        self.register_buffer("kernels", torch.from_numpy(_kernels(scale))[:, None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        count, channels, height, width = x.shape
        with torch.autocast(x.device.type, enabled=False):
            planes = _mirrored(_mirrored(x.float(), 2), 3).reshape(count * channels, 1, height + 4, width + 4)
            large = functional.pixel_shuffle(functional.conv2d(planes, self.kernels), self.scale)
        return large.reshape(count, channels, self.scale * height, self.scale * width)


def _kernels(scale: int) -> np.ndarray:
    """scale²×5×5: what a single bright pixel becomes, read from its neighbours' point of view."""
    side = 2 * _REACH + 1
    row = bicubic(np.eye(5 * side, dtype=np.float32)[:, 2 * side : 3 * side], 5 * side * scale, side)
    middle = (2 * side + _REACH) * scale
    taps = row[middle : middle + scale]
    kernels = taps[:, None, :, None] * taps[None, :, None, :]
    return np.ascontiguousarray(kernels.reshape(scale**2, side, side), np.float32)


def _mirrored(x: Tensor, axis: int) -> Tensor:
    """Two more rows or columns at each side, as in a mirror that stands on the edge: 1 0 | 0 1 2 … ."""
    last = x.shape[axis] - 1
    parts = [x.narrow(axis, place, 1) for place in (1, 0)]
    ends = [x.narrow(axis, place, 1) for place in (last, last - 1)]
    return torch.cat((*parts, x, *ends), axis)
