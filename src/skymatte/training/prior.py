"""The coarser answer that a network with a prior learns to go on from, made while it trains.

A third of the views has none, so that the same network can also look at a whole picture first.  A third sees what the
network itself, averaged so far, says of the view at half or a quarter of its size: its own mistakes.  A third sees the
truth at a half to an eighth, with mistakes that a look from farther away makes: thin things gone, edges displaced,
pieces taken for the other kind or left open.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional

from skymatte.networks.base import SegmentationNetwork

OPEN = 0.5
_OWN_FACTORS = (2, 4)
_TRUE_FACTORS = (2, 4, 8)
_SPOILT = 0.35
_CELLS = 8
_LOGIT = 4.0


def add_prior(teacher: SegmentationNetwork, picture: Tensor, sky: Tensor, generator: torch.Generator) -> Tensor:
    """The views with a prior as their fourth channel.

    Args:
        teacher: the averaged network; left in evaluation mode.
        picture: B×3×H×W float32 encoded; H and W multiples of four times the network's.
        sky: B×1×H×W float32 in [0, 1].
        generator: of the CPU; everything random comes from it.

    Returns:
        B×4×H×W float32.
    """
    count = len(picture)
    kind = torch.randint(3, (count,), generator=generator)
    prior = torch.full_like(sky, OPEN)
    own, true = (torch.nonzero(kind == which).flatten() for which in (1, 2))
    if len(own):
        prior[own] = own_answer(teacher, picture[own], _pick(_OWN_FACTORS, generator))
    if len(true):
        prior[true] = spoilt_truth(sky[true], _pick(_TRUE_FACTORS, generator), generator)
    return torch.cat((picture, prior), 1)


def own_answer(teacher: SegmentationNetwork, picture: Tensor, factor: int) -> Tensor:
    """What ``teacher`` says, without a prior, of the views shrunk by ``factor``: B×1×H×W float32 in [0, 1]."""
    small = functional.avg_pool2d(picture, factor)
    teacher.eval()
    with torch.no_grad():
        answer = teacher(torch.cat((small, torch.full_like(small[:, :1], OPEN)), 1)).float().sigmoid()
    return _enlarged(answer, picture)


def spoilt_truth(sky: Tensor, factor: int, generator: torch.Generator) -> Tensor:
    """The labels as a look from ``factor`` times as far might answer: B×1×H×W float32 in [0, 1].

    Logits of the averaged labels get smooth noise; in some views cells of an 8×8 grid are turned around or left open.
    """
    count = len(sky)
    small = functional.avg_pool2d(sky, factor).clamp(0.02, 0.98)
    noise = torch.randn(count, 1, _CELLS, _CELLS, generator=generator).to(sky.device)
    logits = small.logit() + functional.interpolate(noise, small.shape[-2:], mode="bilinear")
    spoilt = (torch.rand(count, 1, 1, 1, generator=generator) < _SPOILT).to(sky.device)
    cells = torch.rand(count, 1, _CELLS, _CELLS, generator=generator).to(sky.device)
    gain = torch.where(cells < 0.1, -1.0, torch.where(cells < 0.2, 0.0, 1.0))
    gain = torch.where(spoilt, gain, 1.0)
    logits = logits * functional.interpolate(gain, small.shape[-2:], mode="bilinear")
    return _enlarged(logits.clamp(-_LOGIT, _LOGIT).sigmoid(), sky)


def _enlarged(small: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(small, like.shape[-2:], mode="bilinear", align_corners=False)


def _pick(choices: tuple[int, ...], generator: torch.Generator) -> int:
    return choices[int(torch.randint(len(choices), (1,), generator=generator))]
