"""Losses over logits, soft labels and weights, all N×1×H×W float32; weight 0 = the label says nothing.

Each is a ratio of sums over the whole batch.  Where several processes hold parts of the batch, ``total`` adds a sum up
over them, differentiably: every process gets the loss of the whole batch.
"""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional

from skymatte.training.recipe import Loss

Total = Callable[[Tensor], Tensor]


def _alone(part: Tensor) -> Tensor:
    return part


def cross_entropy(logits: Tensor, sky: Tensor, weight: Tensor, total: Total = _alone) -> Tensor:
    """Binary cross-entropy, mean over the weight."""
    loss = functional.binary_cross_entropy_with_logits(logits, sky, reduction="none")
    return total((loss * weight).sum()) / total(weight.sum()).clamp(min=1)


def soft_jaccard(logits: Tensor, sky: Tensor, weight: Tensor, total: Total = _alone) -> Tensor:
    """1 − intersection / union with probabilities for sets (Rahman & Wang 2016, equation 3), pooled over the batch."""
    probability = logits.sigmoid() * weight
    target = sky * weight
    intersection = total((probability * target).sum())
    union = total((probability + target).sum()) - intersection
    return 1 - (intersection + 1) / (union + 1)


def focal(
    logits: Tensor,
    sky: Tensor,
    weight: Tensor,
    total: Total = _alone,
    *,
    gamma: float = 2.0,
    alpha: float | None = None,
) -> Tensor:
    """Focal loss (Lin et al. 2017, equations 4 and 5), mean over the weight.

    Its factor (1 − p_t)^γ is taken as \\|sky − p\\|^γ: the same for labels of 0 and 1, and defined for those between.
    """
    entropy = functional.binary_cross_entropy_with_logits(logits, sky, reduction="none")
    # A floor keeps the power's gradient finite where a pixel is exactly right.
    loss = (sky - logits.sigmoid()).abs().clamp(min=1e-6) ** gamma * entropy
    if alpha is not None:
        loss = loss * (alpha * sky + (1 - alpha) * (1 - sky))
    return total((loss * weight).sum()) / total(weight.sum()).clamp(min=1)


def loss_of(plan: Loss, logits: Tensor, sky: Tensor, weight: Tensor, total: Total = _alone) -> Tensor:
    """The recipe's loss."""
    if plan.name == "focal":
        return focal(logits, sky, weight, total, gamma=plan.gamma, alpha=plan.alpha)
    jaccard = soft_jaccard(logits, sky, weight, total)
    if plan.edge:
        weight = weight * (1 + plan.edge * edge_band(sky))
    return cross_entropy(logits, sky, weight, total) + plan.jaccard * jaccard


def edge_band(sky: Tensor) -> Tensor:
    """1 where sky and non-sky are both within two pixels, else 0."""
    most = functional.max_pool2d(sky, 5, 1, 2)
    least = -functional.max_pool2d(-sky, 5, 1, 2)
    return ((most > 0.5) & (least < 0.5)).to(sky.dtype)
