"""Adaptive average pooling that model files can compute for pictures of any size."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


class AdaptiveMean(nn.Module):
    """What ``nn.AdaptiveAvgPool2d`` computes, as two matrix products.

    Exporters write the original only for sizes known beforehand. Cell *i* of *k* averages the rows from ⌊i·h/k⌋ up to,
    not including, ⌈(i+1)·h/k⌉ of *h*, and columns likewise.
    """

    def __init__(self, rows: int, columns: int) -> None:
        super().__init__()
        self.rows, self.columns = rows, columns

    def forward(self, x: Tensor) -> Tensor:
        height, width = x.shape[-2:]
        vertical, horizontal = _cells(self.rows, height, x), _cells(self.columns, width, x)
        return vertical @ x @ horizontal.T


def _cells(cells: int, length: int, like: Tensor) -> Tensor:
    """cells×length weights, each row the mean over one cell."""
    cell = torch.arange(cells, device=like.device)[:, None]
    place = torch.arange(length, device=like.device)[None]
    inside = (place >= cell * length // cells) & (place < ((cell + 1) * length + cells - 1) // cells)
    weights = inside.to(like.dtype)
    return weights / weights.sum(1, keepdim=True)


def make_exportable(module: nn.Module) -> None:
    """Replace each adaptive average pooling below ``module`` that has more than one cell."""
    for name, child in module.named_children():
        make_exportable(child)
        if isinstance(child, nn.AdaptiveAvgPool2d):
            size: Any = child.output_size
            rows, columns = size if isinstance(size, tuple) else (size, size)
            if None not in (rows, columns) and (rows, columns) != (1, 1):
                setattr(module, name, AdaptiveMean(rows, columns))
