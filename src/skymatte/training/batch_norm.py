"""Batch normalisation over a batch that several processes share; torch's own (``SyncBatchNorm``) needs GPUs."""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn

from skymatte.training.processes import Processes


class SharedBatchNorm(nn.BatchNorm2d):
    """``BatchNorm2d`` with the mean and variance of all processes' parts, and the same names of weights.

    ``then`` is what fused layers, such as timm's ``BatchNormAct2d``, do to the result.
    """

    def __init__(self, like: nn.BatchNorm2d, processes: Processes, then: nn.Module) -> None:
        super().__init__(like.num_features, like.eps, like.momentum, like.affine, like.track_running_stats)
        self.processes, self.then = processes, then
        # The very same parameters: the optimiser knows them.
        self.weight, self.bias = like.weight, like.bias
        self.running_mean, self.running_var = like.running_mean, like.running_var
        self.num_batches_tracked = like.num_batches_tracked

    def forward(self, x: Tensor) -> Tensor:
        if not self.training:
            return self._then(super().forward(x))
        with torch.autocast(x.device.type, enabled=False):
            mean, variance, count = self._statistics(x.float())
            self._remember(mean.detach(), variance.detach() * (count / max(1.0, count - 1)))
            scale = (variance + self.eps).rsqrt() * self.weight
            y = x.float() * scale[:, None, None] + (self.bias - mean * scale)[:, None, None]
        return self._then(y.to(x.dtype))

    def _then(self, y: Tensor) -> Tensor:
        result: Tensor = self.then(y)
        return result

    def _statistics(self, x: Tensor) -> tuple[Tensor, Tensor, float]:
        """Mean and variance of each channel, and pixels in a channel, over all processes.

        Merged from each part's own mean and variance (Chan et al. 1983, equation 2.1): no difference of large sums.
        """
        variance, mean = torch.var_mean(x, (0, 2, 3), correction=0)
        own = torch.stack((mean, variance, torch.full_like(mean, x.numel() / x.shape[1])))
        nothing = torch.zeros_like(own)
        rows = [own if rank == self.processes.rank else nothing for rank in range(self.processes.count)]
        means, variances, counts = self.processes.total(torch.stack(rows)).unbind(1)
        count = counts[:, :1].sum()
        mean = (means * counts).sum(0) / count
        variance = ((variances + (means - mean) ** 2) * counts).sum(0) / count
        return mean, variance, float(count.detach())

    def _remember(self, mean: Tensor, variance: Tensor) -> None:
        momentum = cast(float, self.momentum)
        cast(Tensor, self.running_mean).lerp_(mean, momentum)
        cast(Tensor, self.running_var).lerp_(variance, momentum)
        cast(Tensor, self.num_batches_tracked).add_(1)


def share_batch_norm(network: nn.Module, processes: Processes) -> None:
    """Replace every ``BatchNorm2d`` inside a network, in place; nothing happens to a process that is alone."""
    if processes.count == 1:
        return
    for module in list(network.modules()):
        for name, child in module.named_children():
            if isinstance(child, nn.BatchNorm2d) and not isinstance(child, SharedBatchNorm):
                then = nn.Sequential(*(getattr(child, part) for part in ("drop", "act") if hasattr(child, part)))
                setattr(module, name, SharedBatchNorm(child, processes, then))
