"""Losses over logits, soft labels and weights, all N×1×H×W float32; weight 0 = the label says nothing."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional


def cross_entropy(logits: Tensor, sky: Tensor, weight: Tensor) -> Tensor:
    """Binary cross-entropy, mean over the weight."""
    loss = functional.binary_cross_entropy_with_logits(logits, sky, reduction="none")
    return (loss * weight).sum() / weight.sum().clamp(min=1)


def soft_jaccard(logits: Tensor, sky: Tensor, weight: Tensor) -> Tensor:
    """1 − intersection / union with probabilities for sets (Rahman & Wang 2016, equation 3), pooled over the batch."""
    probability = logits.sigmoid() * weight
    target = sky * weight
    intersection = (probability * target).sum()
    union = (probability + target).sum() - intersection
    return 1 - (intersection + 1) / (union + 1)
